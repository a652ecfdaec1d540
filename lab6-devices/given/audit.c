/* The audit's walk: what each object is made of. How it counts and compares: audit_count.c. */
#include "audit.h"

#include "audit_count.h"
#include "console.h"
#include "core_stop.h"
#include "device.h"
#include "machine.h"
#include "mapping.h"
#include "monitor.h"
#include "object_walk.h"

#define USER_SLOTS (TABLE_SLOTS / 2)

/* Every grace period ends, since cores that stand still cross; but when, is up to the host that they run on. */
static void
audit_drain(void)
{
    while (limbo_waiting() > 0) {
        core_pass();
        limbo_turn_all();
        cpu_pause();
    }
}

static void
audit_share(struct share *share)
{
    struct share_table *table = share_table(share);
    uint64_t bytes = audit_memory(table, PAGE_SHARE);
    for (uint32_t i = 0; i < table->slots; i += SLOTS_PER_PAGE)
        bytes += audit_memory(table->chunk[i / SLOTS_PER_PAGE], PAGE_SHARE);
    audit_account(share->account);
    audit_account(table->account);
    audit_charge(table->account, bytes);
}

/* Counts what a segment's tree holds. An entry is one reference, though each segment that shares its node comes by:
 * `fresh` says that we are the first. */
static uint64_t
audit_segment_tree(const struct page *page, uint32_t height, bool fresh)
{
    if (fresh)
        fresh = audit_page(page, height > 0                  ? PAGE_NODE
                                 : page->kind == PAGE_MODULE ? PAGE_MODULE
                                                             : PAGE_DATA);
    uint64_t held = 1;
    for (unsigned i = 0; height > 0 && i < NODE_ENTRIES; i++) {
        if (node_entries(page)[i] != 0)
            held += audit_segment_tree(page_at(node_entries(page)[i]), height - 1, fresh);
    }
    return held;
}

static void
audit_segment(struct segment *segment)
{
    uint64_t held = segment->root == NULL ? 0 : audit_segment_tree(segment->root, segment->height, true);
    audit_equal("pages and nodes held by segment", segment->object.id, held,
                segment->pages_held + segment->nodes_held);
    audit_charge(segment->object.account, held * PAGE_SIZE);
}

/* A leaf entry at this place of the tree must name the page that a fault there would find (T1). */
static void
audit_leaf_entry(struct tree *tree, uint64_t place, uint64_t entry)
{
    const struct mapping *mapping = mapping_find(tree, place);
    uint64_t found = 0;
    if (mapping != NULL && mapping->object->type == OBJECT_SEGMENT) {
        uint64_t index = (place - mapping->start + mapping->offset) / PAGE_SIZE, next = index;
        const struct page *page =
            segment_next_page(CONTAINER_OF(mapping->object, struct segment, object), &next);
        found = page != NULL && next == index ? page_address(page) : 0;
    }
    audit_equal("page at address", place, found, entry & ENTRY_ADDRESS);
}

/* Counts a table of the tree, whose entries are of this level and begin at `start`, and what lies below; returns how
 * many tables are the tree's own. */
static uint64_t
audit_table(struct tree *tree, const struct page *page, unsigned level, uint64_t start)
{
    audit_page(page, PAGE_TABLE);
    const uint64_t *entries = page_bytes(page);
    uint64_t tables = 1;
    for (unsigned i = 0; i < (level == LEVEL_ROOT ? USER_SLOTS : TABLE_SLOTS); i++) {
        uint64_t entry = entry_load(&entries[i]), place = start + i * table_span(level);
        if (!(entry & ENTRY_PRESENT))
            continue;
        if (level == LEVEL_PAGE)
            audit_leaf_entry(tree, place, entry);
        else if (level == LEVEL_LEAF && (entry & ENTRY_BORROWED))
            audit_page(page_at(entry & ENTRY_ADDRESS), PAGE_TABLE);
        else
            tables += audit_table(tree, page_at(entry & ENTRY_ADDRESS), level - 1, place);
    }
    return tables;
}

static void
audit_tree(struct tree *tree)
{
    uint64_t bytes = 0;
    for (struct mapping *mapping = tree->first[0]; mapping != NULL; mapping = mapping->next[0])
        bytes += audit_memory(mapping, PAGE_KERNEL);
    bytes += audit_table(tree, tree->top, tree->inner ? LEVEL_GIGA : LEVEL_ROOT, 0) * PAGE_SIZE;
    audit_charge(tree->account, bytes); /* the account of the object itself */
}

static void
audit_object(struct object *object)
{
    audit_account(object->account);
    audit_charge(object->account, object->bytes);
    if (object->type == OBJECT_SHARE)
        audit_share(CONTAINER_OF(object, struct share, object));
    if (object->type == OBJECT_SEGMENT)
        audit_segment(CONTAINER_OF(object, struct segment, object));
    if (object->type == OBJECT_TREE)
        audit_tree(CONTAINER_OF(object, struct tree, object));
}

uint64_t
audit_run(struct books_audit *audit)
{
    audit_drain();
    walk_begin();
    audit_begin();
    walk_roots();
    for (size_t i = 0; port_at(i) != NULL; i++) {
        for (struct transfer *transfer = port_at(i)->transfers; transfer != NULL; transfer = transfer->next)
            audit_memory(transfer, PAGE_KERNEL);
    }
    audit_account(account_root);
    for (struct object *object; (object = walk_next()) != NULL; walk_references(object))
        audit_object(object);
    audit_compare(audit);
    return audit->mismatches;
}

COMMAND(audit, "recount who owns each page, block and account")
{
    struct books_audit audit;
    core_stop_others();
    audit_run(&audit);
    core_go_on();
    console_print("%lu objects, %lu mismatches\n", audit.objects, audit.mismatches);
}
