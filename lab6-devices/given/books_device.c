/* The books: what there is, for programs that show it. Records are numbered from 0; a buffer gets those that follow its
 * argument[0], as many as it has room for. */
#include "audit.h"
#include "core_flush.h"
#include "core_object.h"
#include "core_sleep.h"
#include "core_stop.h"
#include "device.h"
#include "object_walk.h"
#include "string.h"
#include "tree.h"

/* One reading: records before `from` are skipped, those that the buffer has no room for are not. */
struct reading {
    struct transfer *transfer;
    uint64_t from; /* first record wanted */
    uint64_t seen; /* records so far */
    uint64_t at;   /* bytes put */
    bool more;     /* there was no room for record `from` any more */
};

static void
books_put(struct reading *reading, const void *record, uint64_t bytes)
{
    if (reading->seen++ < reading->from || reading->more)
        return;
    if (reading->transfer->header.length - reading->at < bytes) {
        reading->more = true;
        return;
    }
    transfer_put(reading->transfer, reading->at, record, bytes);
    reading->at += bytes;
    reading->from++;
}

static void
books_object(struct reading *reading, struct object *object)
{
    struct books_object record = {.id = object->id,
                                  .type = object->type,
                                  .home = object->home,
                                  .references = object->references,
                                  .bytes = object->bytes};
    string_copy(record.name, object->name, sizeof(record.name));
    books_put(reading, &record, sizeof(record));
}

static void
books_entries(struct reading *reading, struct object *object)
{
    if (object->type != OBJECT_SHARE)
        return;
    const struct share_table *table = share_table(CONTAINER_OF(object, struct share, object));
    uint32_t cursor = 0;
    uint64_t rights;
    for (struct object *entry; (entry = share_table_next(table, &cursor, &rights)) != NULL;) {
        struct books_entry record = {object->id, entry->id, rights};
        books_put(reading, &record, sizeof(record));
    }
}

static void
books_mappings(struct reading *reading, struct object *object)
{
    if (object->type != OBJECT_TREE)
        return;
    struct tree *tree = CONTAINER_OF(object, struct tree, object);
    for (struct mapping *mapping = tree->first[0]; mapping != NULL; mapping = mapping->next[0]) {
        struct books_mapping record = {.tree = object->id,
                                       .object = mapping->object->id,
                                       .start = mapping->start,
                                       .bytes = mapping->end - mapping->start,
                                       .offset = mapping->offset,
                                       .perm = mapping->perm};
        books_put(reading, &record, sizeof(record));
    }
}

/* What there is to say of the object that has claimed the core. */
static void
books_claim(struct books_core *record, const struct core_object *core)
{
    if (core == NULL)
        return;
    record->core = core->object.id;
    record->condition = core->condition;
    if (core->condition == CORE_RUNNING && core_sleeps(core->index))
        record->condition = CORE_SLEEPING;
    string_copy(record->name, core->object.name, sizeof(record->name));
}

static void
books_cores(struct reading *reading)
{
    for (uint32_t i = 0; i < core_count; i++) {
        const struct tree_counts *counts = CORE_AT(i, tree_counts);
        struct books_core record = {.index = i,
                                    .free_pages = page_list_of(i)->count,
                                    .limbo = limbo_waiting(),
                                    .page_ins = counts->page_ins,
                                    .link_faults = counts->link_faults,
                                    .late = counts->late,
                                    .flushes = counts->flushes,
                                    .asked = CORE_AT(i, core_counts)->asked,
                                    .interrupted = CORE_AT(i, core_counts)->interrupted};
        books_claim(&record, core_claimer(i));
        books_put(reading, &record, sizeof(record));
    }
}

/* All that the caller's own set reaches, then what is public and only other cores' sets reach. */
static void
books_walk(struct reading *reading, void (*record)(struct reading *reading, struct object *object))
{
    struct object *object;
    walk_begin();
    walk_set(core_index());
    for (; (object = walk_next()) != NULL; walk_references(object))
        record(reading, object);

    for (uint32_t i = 0; i < core_count; i++)
        walk_set(i);
    for (; (object = walk_next()) != NULL; walk_references(object)) {
        if (object_is_public(object))
            record(reading, object);
    }
}

static void
books_audit(struct reading *reading)
{
    struct books_audit record;
    audit_run(&record);
    books_put(reading, &record, sizeof(record));
}

static int
books_read(struct reading *reading)
{
    switch (reading->transfer->header.op) {
    case BOOKS_OBJECTS:
        books_walk(reading, books_object);
        return 0;
    case BOOKS_CORES:
        books_cores(reading);
        return 0;
    case BOOKS_ENTRIES:
        books_walk(reading, books_entries);
        return 0;
    case BOOKS_MAPPINGS:
        books_walk(reading, books_mappings);
        return 0;
    case BOOKS_AUDIT:
        books_audit(reading);
        return 0;
    default:
        return E_INVAL;
    }
}

static int
books_device_start(struct transfer *transfer)
{
    struct reading reading = {.transfer = transfer, .from = transfer->header.argument[0]};
    core_stop_others();
    int error = books_read(&reading);
    core_go_on();
    if (error < 0)
        return error;
    transfer_put_argument(transfer, 1, reading.more ? reading.from : 0);
    transfer_end(transfer, reading.at);
    return 0;
}

DEVICE_DRIVER(books) = {"books", books_device_start};
