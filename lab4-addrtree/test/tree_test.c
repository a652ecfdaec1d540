/* Helpers of the tests of address trees (tree_test.h). */
#include "tree_test.h"

#include "trap.h"

struct tree *
root_make(void)
{
    struct tree *tree;
    check_equal(0, tree_create(false, account_root, core_index(), "root", &tree));
    return tree;
}

struct tree *
inner_make(void)
{
    struct tree *tree;
    check_equal(0, tree_create(true, account_root, core_index(), "inner", &tree));
    return tree;
}

struct segment *
segment_make_pages(uint64_t pages)
{
    struct segment *segment;
    check_equal(0, segment_create(account_root, core_index(), "test", &segment));
    check_equal(0, segment_set_pages(segment, pages));
    return segment;
}

void
map(struct tree *tree, uint64_t start, struct object *object, uint64_t offset, uint64_t bytes, uint64_t perm)
{
    check_equal(0, tree_map(tree, start, object, offset, bytes, perm));
}

struct place
place_of(struct tree *root, uint64_t address)
{
    struct place place = {0};
    int error = tree_find(root, address, &place);
    check(error == 0 || error == E_NOENT);
    return error ? (struct place){0} : place;
}

uint64_t
word_read(struct segment *segment, uint64_t index)
{
    struct page *page;
    queue_lock(&segment->object.lock);
    check_equal(0, segment_touch(segment, index, ACCESS_READ, &page));
    queue_unlock(&segment->object.lock);
    return *(uint64_t *)page_bytes(page);
}

void
word_write(struct segment *segment, uint64_t index, uint64_t value)
{
    struct page *page;
    queue_lock(&segment->object.lock);
    check_equal(0, segment_touch(segment, index, ACCESS_WRITE, &page));
    queue_unlock(&segment->object.lock);
    *(uint64_t *)page_bytes(page) = value;
}

uint64_t
directory_of(struct tree *tree, uint64_t address)
{
    const uint64_t *entry = tree_directory(tree, address, false, NULL);
    return entry == NULL ? 0 : *entry;
}

/* --- probes --------------------------------------------------------------------------------------------- */

static PER_CORE struct {
    bool under_way, failed;
} probe;

/* Ends a probe: its one instruction is skipped. Both are `mov` between rax and (rdx), three bytes long. */
TRAP_HANDLER(10, probe, VECTOR_PAGE)
{
    __typeof__(probe) *own = CORE_OWN(probe);
    if (!own->under_way || trap_from_ring3(frame))
        return false;
    own->failed = true;
    frame->rip += 3;
    return true;
}

static bool
probe_end(void)
{
    CORE_OWN(probe)->under_way = false;
    return !CORE_OWN(probe)->failed;
}

static void
probe_begin(void)
{
    *CORE_OWN(probe) = (__typeof__(probe)){.under_way = true};
}

/* stac and clac let the kernel touch pages of ring 3 where SMAP forbids it: SDM vol. 3A, 4.6.1. */
bool
probe_read(uint64_t address, uint64_t *value)
{
    probe_begin();
    __asm__ volatile("stac; .byte 0x48, 0x8b, 0x02; clac" : "=a"(*value) : "d"(address) : "memory");
    return probe_end();
}

bool
probe_write(uint64_t address, uint64_t value)
{
    probe_begin();
    __asm__ volatile("stac; .byte 0x48, 0x89, 0x02; clac" ::"a"(value), "d"(address) : "memory");
    return probe_end();
}

/* --- programs ------------------------------------------------------------------------------------------- */
