/* Address trees: what a program sees at which address. Exercises 4.1 to 4.4.
 *
 *     root tree (one core at a time)                    inner tree (any number of roots)
 *     +--------------------------------------+          +-----------------------------+
 *     | 4 MiB   -> segment "text"     R X    |     .--> | 0     -> segment "row 0" RW |
 *     | 1 GiB   -> inner tree, off 0  R W ---|-----'    | 2 MiB -> segment "row 1" RW |
 *     | ...                                  |          +-----------------------------+
 *     +--------------------------------------+
 *
 * Hardware tables:   root: level 3 -> 2 -> 1 (directory) -> leaf tables      inner: level 2 -> 1 (directory) -> leaf tables
 *
 * T1  The tables are a cache of the mappings: an entry says what a fault at its address would put there, or nothing.
 * T2  An inner tree's leaf tables are linked, not copied, into the directories of the roots that map it. So what one core
 *     has faulted in, the others find there. A root's directory entry names the same frame as the inner tree's.
 * T3  Permissions narrow on the way: what is allowed at an address = the root's mapping AND the inner tree's. The inner part
 *     stands in the leaf entry, the root's part in the directory entry.
 * T4  A leaf entry is writable only while the segment's page is the segment's alone (S2): a page that is shared with a
 *     copy is entered read-only, whatever the mapping says.
 * T5  Clear, then flush, then wait, then free: a page or table leaves the tables and every core's TLB before it is free.
 * T6  A root maps segments and inner trees; an inner tree maps segments; it stands at most once in a root. Lock order:
 *     segment, inner tree, root; at most one of a kind.
 * T7  A root runs on one core at a time (`tenant`), which is set before cr3 is loaded and cleared after cr3 has left it. */
#ifndef COREY_TREE_H
#define COREY_TREE_H

#include "core.h"
#include "object.h"
#include "paging.h"
#include "segment.h"
#include "perm.h"

#define INNER_BYTES_MOST (1ul << 39) /* 512 GiB: what one level-2 table spans */
#define MAPPING_LEVELS   10          /* of the skip list: good for some thousand mappings */

struct tree;

/* One mapping: [start, start + bytes) of `tree` shows `object` from `offset` on. Immutable once published, but for the
 * links; replaced by a new one when an unmap cuts it. Its reference keeps the object alive. */
struct mapping {
    struct limbo_item limbo;
    struct tree *tree;
    struct object *object; /* a segment, or (in a root) an inner tree */
    uint64_t start, bytes, offset;
    uint64_t perm;                    /* PERM_* */
    struct mapping *next_shown;       /* of the same object: under the object's lock */
    struct mapping **previous_shown;  /* what points to this one in that list */
    uint32_t levels;
    struct mapping *next[]; /* skip list by start: atomic */
};

struct tree {
    struct object object; /* its lock guards mappings and tables */
    struct page *top;     /* the tree's highest table: level 3 of a root, level 2 of an inner tree */
    struct account *account; /* pays for tables and mappings */
    bool inner;
    uint32_t tenant;                        /* root: index of the core that runs on it + 1; 0: nobody. Atomic */
    struct mapping *shown;                  /* inner: the roots' mappings that show it */
    struct mapping *first[MAPPING_LEVELS]; /* head of the skip list: atomic */
};

/* --- exercise 4.1 ---------------------------------------------------------------------------------------------- */

/* Where an address leads. */
struct place {
    struct tree *tree;         /* the tree whose leaf table the page's entry belongs in: the root, or the inner tree */
    uint64_t offset;           /* the address in that tree, bytes */
    struct mapping *root;      /* the root's mapping, which leads to the segment or to the inner tree */
    struct mapping *mapping;   /* the mapping that shows the segment */
    struct segment *segment;
    uint64_t index;            /* the segment's page */
    uint64_t perm;             /* what is allowed at the address (T3) */
};

/* Finds where `address` leads in the root tree; takes no lock, changes nothing. E_NOENT: to nothing (no mapping in the root,
 * or none in the inner tree at that place). */
int tree_find(struct tree *root, uint64_t address, struct place *out);

/* --- exercise 4.2 ---------------------------------------------------------------------------------------------- */

/* A fault of `access` at a place of the root `root`, at `address`: makes the page be there and enters it, with T3 and T4.
 * Locks of segment, inner tree and root are held in this order, and the place was found under them. Counts page-ins and
 * late arrivals (an entry already there that allows the access).
 * E_FAULT: the permissions do not allow it, or the page lies beyond the segment's end. E_NOMEM, E_AGAIN. */
int fault_enter(struct tree *root, uint64_t address, const struct place *place, enum access access);

/* --- exercise 4.3, the heart ------------------------------------------------------------------------------------ */

/* Links the inner tree's leaf table for place->offset (made by tree_leaf when it is not there yet) into the root's directory at `address`: the
 * entry names the inner tree's table (T2), narrowed to place->root->perm (T3). One more reference on the table's page. Links all the
 * other leaf tables that the inner tree has within this mapping and directory as well (a "link fault copies all that are present"). Locks
 * held. Counts one link fault. E_NOMEM, E_AGAIN: nothing linked. */
int tree_link(struct tree *root, uint64_t address, const struct place *place);

/* --- exercise 4.4 ---------------------------------------------------------------------------------------------- */

/* Clears the entries of [start, start + bytes) of a tree, flushes the cores that run on it (for an inner tree: on the
 * roots that show it, whose directory entries are cleared, too, where a whole leaf table goes), and only then frees leaf tables that no mapping of this tree needs any
 * more (T5). Mappings have been taken out before; pages belong to their segments and are not freed here. Tree locked. */
void tree_clear(struct tree *tree, uint64_t start, uint64_t bytes);

/* --- exercise 4.6 ---------------------------------------------------------------------------------------------- */

/* Copies between the kernel and ring 3's addresses, through the tree and the direct map; user addresses are never used
 * directly. Every page is looked up, with the access it needs, before it is used, each as far as it reaches; a page that is not there yet is faulted in.
 * copy_out breaks copy-on-write first, one page at a time under the segment's lock. copy_in neither locks nor breaks.
 * Bytes may cross pages and mappings; the range may not pass USER_END or wrap. Runs on the current tree of this core.
 * E_FAULT: some byte is not accessible; what came before it may have been copied. E_NOMEM, E_AGAIN. */
int user_copy_in(void *to, uint64_t address, uint64_t bytes);
int user_copy_out(uint64_t address, const void *from, uint64_t bytes);

/* --- given ------------------------------------------------------------------------------------------------------ */

/* A root or inner tree without mappings; the caller holds the one reference. `account` pays for its tables. */
int tree_create(bool inner, struct account *account, uint32_t home, const char *name, struct tree **out);

/* Maps [offset, offset + bytes) of a segment, or, in a root, of an inner tree. Multiples of 4 KiB (2 MiB for inner trees).
 * The segment may be shorter: faults beyond its end are E_FAULT.
 * E_INVAL: alignment, range, empty perm, or bits it does not know. E_TYPE: an inner tree in an inner tree. E_EXIST: something is mapped there, or the inner tree stands in this root already.
 * E_NOMEM, E_AGAIN. E_NOENT: the object is dead. */
int tree_map(struct tree *tree, uint64_t start, struct object *object, uint64_t offset, uint64_t bytes, uint64_t perm);

/* Unmaps all of [start, start + bytes), cutting mappings at its borders (an inner tree's at 2 MiB). E_INVAL, E_NOMEM, E_AGAIN: nothing done. */
int tree_unmap(struct tree *tree, uint64_t start, uint64_t bytes);

/* The mapping that covers `offset`, or null; no lock. */
struct mapping *mapping_find(struct tree *tree, uint64_t offset);

/* The first mapping that ends after `offset`, or null. */
struct mapping *mapping_first(struct tree *tree, uint64_t offset);

/* The leaf table's entry for an address of the tree; null when a table on the way is missing. With `make`, missing tables
 * are made (charged to the tree's account): *error gets E_NOMEM or E_AGAIN. Tree locked. */
uint64_t *tree_entry(struct tree *tree, uint64_t offset, bool make, int *error);

/* The directory entry (of 2 MiB) for an address of the tree; as above, tables above it are made. */
uint64_t *tree_directory(struct tree *tree, uint64_t offset, bool make, int *error);

/* Permission bits of a leaf or directory entry: PERM_* -> ENTRY_*. */
uint64_t entry_bits(uint64_t perm);

/* Handles a fault at a user address on root: finds, locks, finds again, enters (4.1 to 4.3). 0: go on; else the error. */
int tree_fault(struct tree *root, uint64_t address, enum access access, bool execute);

/* The cores that may have translations of this tree: those that run on it, or on a root that shows it. Tree locked. */
size_t tree_cores(struct tree *tree, uint32_t *indices);

/* Loads a root on this core, or, for null, the kernel's own. E_BUSY: it has a tenant (T7). */
int tree_load(struct tree *root);

/* The root that this core runs on, or null. */
struct tree *tree_current(void);

/* A core's counts, for tests and the books. */
struct tree_counts {
    uint64_t page_ins;   /* faults that put a page into a table */
    uint64_t link_faults; /* faults that linked an inner tree's tables into a root */
    uint64_t late;       /* faults that found the page there */
    uint64_t flushes;
};
extern PER_CORE struct tree_counts tree_counts;

#endif
