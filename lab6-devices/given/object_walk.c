/* The walk. Scratch: a word a page (a bit a block in a slab's page), and the limbo item of each live object, which is
 * idle, as the link of those that wait for walk_next. */
#include "object_walk.h"

#include "core_object.h"
#include "device.h"
#include "module.h"
#include "paging.h"
#include "panic.h"
#include "program.h"
#include "startup.h"
#include "string.h"
#include "user_trap.h"

#define WORDS       (PAGE_SIZE / sizeof(uint64_t))
#define BLOCK_SHIFT 6 /* blocks are aligned to 64 bytes, so a page's word has a bit for each */

static uint64_t **words[WORDS]; /* by frame, as a tree of three levels: frames below 2^27 */
static struct limbo_item *waiting, *met;

static void *
walk_page(void)
{
    struct page *page = page_alloc_zeroed(0, PAGE_KERNEL);
    if (page == NULL)
        panic("no memory for the words of the walk");
    return page_bytes(page);
}

STARTUP(61, walk)
{
    assert(page_limit <= WORDS * WORDS * WORDS);
    for (uint64_t frame = 0; frame < page_limit; frame += WORDS) {
        uint64_t ***top = &words[frame / WORDS / WORDS];
        if (*top == NULL)
            *top = walk_page();
        (*top)[frame / WORDS % WORDS] = walk_page();
    }
}

uint64_t *
walk_word(const struct page *page)
{
    uint64_t frame = page - page_table_all;
    return &words[frame / WORDS / WORDS][frame / WORDS % WORDS][frame % WORDS];
}

void
walk_begin(void)
{
    waiting = met = NULL;
    for (uint64_t frame = 0; frame < page_limit; frame += WORDS)
        memset(words[frame / WORDS / WORDS][frame / WORDS % WORDS], 0, PAGE_SIZE);
}

bool
walk_meet(const void *block)
{
    uint64_t *word = walk_word(page_at(physical(block)));
    uint64_t bit = 1ul << (physical(block) % PAGE_SIZE >> BLOCK_SHIFT);
    bool met = *word & bit;
    *word |= bit;
    return met;
}

void
walk_reach(struct object *object)
{
    if (!walk_meet(object)) {
        object->counted = 0;
        object->limbo.next = waiting;
        waiting = &object->limbo;
    }
    object->counted++;
}

struct object *
walk_next(void)
{
    if (waiting == NULL)
        return NULL;
    struct object *object = CONTAINER_OF(waiting, struct object, limbo);
    waiting = object->limbo.next;
    object->limbo.next = met;
    met = &object->limbo;
    return object;
}

struct object *
walk_met(const struct object *object)
{
    struct limbo_item *item = object == NULL ? met : object->limbo.next;
    return item == NULL ? NULL : CONTAINER_OF(item, struct object, limbo);
}

void
walk_set(uint32_t index)
{
    struct share_set_slot *set = *CORE_AT(index, share_set);
    for (unsigned slot = 1; slot < HANDLE_SLOTS; slot++) {
        if (set[slot].share != NULL)
            walk_reach(&set[slot].share->object);
    }
}

static void
walk_port(struct device *port)
{
    walk_reach(&port->object);
    for (struct transfer *transfer = port->transfers; transfer != NULL; transfer = transfer->next)
        walk_reach(&transfer->segment->object);
}

/* A run that core `i` has been given, and not begun. */
static void
walk_start(const struct core_object *core)
{
    walk_reach(&core->start.root->object);
    for (uint64_t i = 0; i < core->start.shares; i++)
        walk_reach(&core->start.share[i].share->object);
    if (core->start.trap.segment != NULL)
        walk_reach(&core->start.trap.segment->object);
}

static void
walk_core(uint32_t index)
{
    struct core_object *core = core_claimer(index);
    walk_set(index);
    if (tree_on(index) != NULL)
        walk_reach(&tree_on(index)->object);
    if (trap_area_segment(index) != NULL)
        walk_reach(&trap_area_segment(index)->object);
    if (core == NULL || core->condition != CORE_RUNNING)
        return;
    walk_reach(&core->object); /* the run's reference */
    if (core_running(index) == NULL)
        walk_start(core);
}

void
walk_roots(void)
{
    for (uint32_t i = 0; i < core_count; i++)
        walk_core(i);
    for (size_t i = 0; port_at(i) != NULL; i++)
        walk_port(port_at(i));
    for (uint32_t i = 0; i < boot.module_count; i++)
        walk_reach(&module_segment(i)->object);
}

void
walk_references(struct object *object)
{
    object_each(object, walk_reach);
}
