/* Tables that the linker collects: how a later lab plugs into an earlier one without editing it.
 *
 * Each entry is a pointer in a section of its own, sorted by that section's name, so a table of the kernel of
 * lab N holds the entries of labs 1 to N and no file knows which kernel it is in. Pointers, not structs: a struct
 * would be padded to an alignment that indexing does not expect. Orders are two digits from 01 to 98. */
#ifndef COREY_TABLE_H
#define COREY_TABLE_H

/* Enters `pointer` into `table`; `order` is part of the section's name and decides its place. */
#define TABLE_ENTRY(table, order, type, name, pointer)                                                       \
    static type *const table_##table##_##name                                                                \
        __attribute__((used, section(".table." #table "." #order "." #name))) = (pointer)

/* Declares a table, at file scope. */
#define TABLE(table, type) extern type *const table_##table##_start[], *const table_##table##_end[]

/* Defines its two ends, in one file of the lab that owns the table: sorted before and after all entries. */
#define TABLE_DEFINE(table, type)                                                                            \
    type *const table_##table##_start[0] __attribute__((used, section(".table." #table ".00"))) = {};        \
    type *const table_##table##_end[0] __attribute__((used, section(".table." #table ".99~"))) = {}

/* A loop over its entries:  TABLE_EACH (call, const struct call, entry) use(*entry);  */
#define TABLE_EACH(table, type, entry)                                                                       \
    for (type *const *entry = table_##table##_start; entry < table_##table##_end; entry++)

#define TABLE_LENGTH(table) ((size_t)(table_##table##_end - table_##table##_start))

#endif
