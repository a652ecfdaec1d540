/* Segments that share their trees, each used by one core at a time: exercises 2.1 to 2.5 on several cores.
 *
 * Each core has a few segments, and for each a model of what must be in it: the mark of every page. It writes, reads,
 * resizes, copies and frees them, by all modes; copies and copies of copies travel to other cores, which write,
 * shrink and free them while the others still use the same nodes and pages. All copy from one segment that goes on
 * being written. There is less memory than all of them would like to have: what fails must leave everything as it
 * was. In the end all pages are back. */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "segment.h"
#include "slab.h"
#include "startup.h"

#define CORES        4
#define FRAMES       140
#define PAGES        540 /* of a segment: two leaf nodes and a root */
#define STRIDE       45  /* pages that are used: every so manieth, and the last */
#define OWN          3   /* segments of a core */
#define ROUNDS       30000
#define COPIES_LEAST 1000 /* a host that stops a thread in its kernel keeps all memory in limbo meanwhile */

struct model {
    struct segment *segment; /* null: none */
    uint64_t mark[PAGES];
};

static struct model *hand[CORES]; /* on its way to whoever takes it; atomic */
static struct model common;       /* guarded by its segment's lock; all copy from it. Its marks only rise */
static uint64_t copied, travelled, refused; /* atomic */

static void
count(uint64_t *counter)
{
    __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

/* Whether a call has done its work; what may fail is only for want of memory. */
static bool
done(int error)
{
    if (error == E_NOMEM)
        count(&refused);
    else if (error != 0)
        host_fail("an error that has no reason");
    return error == 0;
}

static uint64_t
any_page(void)
{
    return host_random() % (PAGES / STRIDE) * STRIDE;
}

/* --- one segment ---------------------------------------------------------------------------------------------- */

/* Its mark, or writes it; lock held. False: no memory. */
static bool
mark_read(struct segment *segment, uint64_t index, uint64_t *mark)
{
    struct page *page;
    if (!done(segment_page(segment, index, ACCESS_READ, &page)))
        return false;
    *mark = *(uint64_t *)page_bytes(page);
    return true;
}

static bool
mark_write(struct segment *segment, uint64_t index, uint64_t mark)
{
    struct page *page;
    if (!done(segment_page(segment, index, ACCESS_WRITE, &page)))
        return false;
    *(uint64_t *)page_bytes(page) = mark;
    return true;
}

static void
model_touch(struct model *model, bool write)
{
    struct segment *segment = model->segment;
    uint64_t index = any_page(), seen, mark = host_random();
    queue_lock(&segment->object.lock);
    if (index < segment->pages) {
        if (mark_read(segment, index, &seen) && seen != model->mark[index])
            host_fail("a page with another's bytes");
        if (write && mark_write(segment, index, mark))
            model->mark[index] = mark;
    }
    queue_unlock(&segment->object.lock);
}

static void
model_check(const struct model *model)
{
    uint64_t seen;
    queue_lock(&model->segment->object.lock);
    for (uint64_t index = 0; index < model->segment->pages; index += STRIDE)
        if (mark_read(model->segment, index, &seen) && seen != model->mark[index])
            host_fail("a page with another's bytes");
    queue_unlock(&model->segment->object.lock);
}

static void
model_resize(struct model *model)
{
    uint64_t pages = host_random() % (PAGES + 1);
    if (done(segment_set_pages(model->segment, pages)))
        for (uint64_t index = pages; index < PAGES; index++)
            model->mark[index] = 0;
}

static void
model_drop(struct model *model)
{
    object_drop(&model->segment->object);
    model->segment = NULL;
}

/* --- several -------------------------------------------------------------------------------------------------- */

static enum copy_mode
any_mode(void)
{
    return host_random() % 8 == 0 ? COPY_EAGER : host_random() % 4 == 0 ? COPY_ON_REFERENCE : COPY_ON_WRITE;
}

static void
model_copy(struct model *from, struct model *to)
{
    if (!done(segment_copy(from->segment, any_mode(), NULL, core_index(), "copy", &to->segment)))
        return;
    memcpy(to->mark, from->mark, sizeof to->mark);
    count(&copied);
}

/* A copy of the common one. Its marks have risen up to what they are in the copy, and may have gone on since. */
static void
model_copy_common(struct model *to)
{
    static __thread uint64_t before[PAGES];
    queue_lock(&common.segment->object.lock);
    memcpy(before, common.mark, sizeof before);
    queue_unlock(&common.segment->object.lock);
    if (!done(segment_copy(common.segment, any_mode(), NULL, core_index(), "copy", &to->segment)))
        return;
    count(&copied);
    bool whole = true;
    queue_lock(&to->segment->object.lock);
    for (uint64_t index = 0; index < PAGES; index += STRIDE)
        whole &= mark_read(to->segment, index, &to->mark[index]);
    queue_unlock(&to->segment->object.lock);
    queue_lock(&common.segment->object.lock);
    for (uint64_t index = 0; whole && index < PAGES; index += STRIDE)
        if (to->mark[index] < before[index] || to->mark[index] > common.mark[index])
            host_fail("a copy of what never was");
    queue_unlock(&common.segment->object.lock);
    if (!whole)
        model_drop(to);
}

static void
common_write(void)
{
    uint64_t index = any_page();
    queue_lock(&common.segment->object.lock);
    if (mark_write(common.segment, index, common.mark[index] + 1))
        common.mark[index]++;
    queue_unlock(&common.segment->object.lock);
}

/* Swaps the model for one that lies at the place of another core: it may be empty. */
static void
model_pass_on(struct model **own)
{
    if ((*own)->segment != NULL)
        object_publish(&(*own)->segment->object); /* the other core will reach it */
    *own = __atomic_exchange_n(&hand[host_random() % CORES], *own, __ATOMIC_ACQ_REL);
    count(&travelled);
}

/* --- the cores ------------------------------------------------------------------------------------------------ */

static void
step(struct model **own)
{
    struct model **any = &own[host_random() % OWN];
    uint64_t what = host_random() % 100;
    if (what < 8)
        common_write();
    else if (what < 12)
        model_pass_on(any);
    else if ((*any)->segment == NULL && what < 50)
        model_copy_common(*any);
    else if ((*any)->segment == NULL)
        return;
    else if (what < 20)
        model_drop(*any);
    else if (what < 26)
        model_resize(*any);
    else if (what < 28)
        model_check(*any);
    else if (what < 45) {
        struct model *to = own[host_random() % OWN];
        if (to->segment == NULL)
            model_copy(*any, to);
    } else
        model_touch(*any, what < 80);
}

static void
model_end(struct model *model)
{
    if (model->segment != NULL) {
        model_check(model);
        model_drop(model);
    }
    free(model);
}

static void
body(__attribute__((unused)) uint32_t index)
{
    struct model *own[OWN];
    for (unsigned i = 0; i < OWN; i++)
        own[i] = calloc(1, sizeof *own[i]);
    for (unsigned round = 0; round < ROUNDS; round++) {
        step(own);
        if (round % 4 == 0)
            host_cross();
    }
    for (unsigned i = 0; i < OWN; i++)
        model_end(own[i]);
}

STARTUP(01, pages)
{
    host_pages_make(FRAMES, CORES);
}

STARTUP(90, segments)
{
    if (segment_create(NULL, 0, "common", &common.segment) != 0 ||
        segment_set_pages(common.segment, PAGES) != 0)
        host_fail("no segment");
    object_publish(&common.segment->object);
    for (unsigned i = 0; i < CORES; i++)
        hand[i] = calloc(1, sizeof *hand[i]);
}

int
main(void)
{
    host_run(CORES, body);
    for (unsigned i = 0; i < CORES; i++)
        model_end(hand[i]);
    model_check(&common);
    model_drop(&common);
    host_settle();
    if (page_free_count() != FRAMES || slab_blocks_used() != 0)
        host_fail("memory was lost");
    printf("copied %lu, travelled %lu, refused %lu\n", copied, travelled, refused);
    fflush(stdout);
    if (copied < COPIES_LEAST || travelled == 0 || refused == 0)
        host_fail("hardly anything happened");
    return 0;
}
