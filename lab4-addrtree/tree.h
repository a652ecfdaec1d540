/* Address trees: what a program sees at which address. Exercises 4.1 to 4.4.
 *
 *     root tree (one core at a time)                    inner tree (any number of roots)
 *     +--------------------------------------+          +-----------------------------+
 *     | 4 MiB   -> segment "text"     R X    |     .--> | 0     -> segment "row 0" RW |
 *     | 1 GiB   -> inner tree, off 0  R W ---|-----'    | 2 MiB -> segment "row 1" RW |
 *     | ...                                  |          +-----------------------------+
 *     +--------------------------------------+
 *
 * Hardware tables:   root: level 3 -> 2 -> 1 (directory) -> leaf tables
 *                    inner:      level 2 -> 1 (directory) -> leaf tables
 *
 * T1  The tables are a cache of the mappings: an entry says what a fault at its address would put there, or
 *     nothing.
 * T2  An inner tree's leaf tables are linked, not copied, into the directories of the roots that map it. So what
 *     one core has faulted in, the others find there. A root's directory entry names the same frame as the inner
 *     tree's.
 * T3  Permissions narrow on the way: what is allowed at an address = the root's mapping AND the inner tree's. The
 *     inner part stands in the leaf entry, the root's part in the directory entry.
 * T4  A leaf entry is writable only while the segment's page is the segment's alone (S2): a page that is shared
 *     with a copy is entered read-only, whatever the mapping says.
 * T5  Clear, then flush, then wait, then free: a page or table leaves the tables and every core's TLB before it
 *     is free.
 * T6  A root maps segments and inner trees; an inner tree maps segments; it stands at most once in a root. Lock
 *     order: segment, inner tree, root; at most one of a kind.
 * T7  A root runs on one core at a time (`tenant`), which is set before cr3 is loaded and cleared after cr3 has
 *     left it.
 * T8  An entry of a leaf table is guarded by the lock of the segment that the mapping at its address shows. A
 *     mapping comes and goes only under the locks of its object and of its tree, and a leaf table stays while a
 *     mapping lies in its 2 MiB. So who holds a segment's lock, and has seen that its mapping stands, writes the
 *     entries of that mapping without the tree's lock: faults on different segments have no line in common, in
 *     one inner tree or not. A tree's lock guards its list of mappings, and tables: making, lending, freeing them.
 * T9  Lists and tables are read at any time without a lock. What has been taken out of them stays as it was until
 *     nobody can be looking at it (limbo.h). */
#ifndef COREY_TREE_H
#define COREY_TREE_H

#include "core.h"
#include "object.h"
#include "paging.h"
#include "segment.h"
#include "perm.h"

#define INNER_BYTES_MOST (1ul << 39) /* 512 GiB: what one level-2 table spans */

/* Of the skip list, each with a quarter of the mappings of the one below: good for a million. */
#define MAPPING_LEVELS 10

/* A root's directory entry that names an inner tree's leaf table (T2). Bit 9 is software's: SDM vol. 3A,
 * table 4-18. */
#define ENTRY_BORROWED (1ul << 9)

struct tree;

/* One mapping: [start, end) of `tree` shows `object` from `offset` on. Immutable once published,
 * but for the links; replaced by a new one when an unmap cuts it. Its reference keeps the object alive. */
struct mapping {
    struct limbo_item limbo;
    struct account *account; /* the tree's: pays for this block */
    struct tree *tree;
    struct object *object; /* a segment, or (in a root) an inner tree */
    uint64_t start, end, offset;
    uint64_t perm;                   /* PERM_* */
    struct mapping *next_shown;      /* of the same object: under the object's lock */
    struct mapping **previous_shown; /* what points to this one in that list */
    uint32_t levels;
    struct mapping *next[]; /* skip list by start: atomic */
};

struct tree {
    struct object object;    /* its lock guards mappings and tables */
    struct page *top;        /* the tree's highest table: level 3 of a root, level 2 of an inner tree */
    struct account *account; /* pays for tables and mappings */
    bool inner;
    uint32_t tenant;       /* root: index of the core that runs on it + 1; 0: nobody. Atomic */
    uint32_t levels;       /* of the skip list, that a mapping has ever had: lookups begin there. Atomic */
    struct mapping *shown; /* inner: the roots' mappings that show it */
    struct mapping *first[MAPPING_LEVELS]; /* head of the skip list: atomic */
};

/* --- exercise 4.1 --------------------------------------------------------------------------------------- */

/* Where an address leads. */
struct place {
    struct tree *tree;       /* in whose leaf table the page's entry belongs: the root, or the inner tree */
    uint64_t offset;         /* the address in that tree, bytes */
    struct mapping *root;    /* the root's mapping, which leads to the segment or to the inner tree */
    struct mapping *mapping; /* the mapping that shows the segment */
    struct segment *segment;
    uint64_t index; /* the segment's page */
    uint64_t perm;  /* what is allowed at the address (T3) */
};

/* Finds where `address` leads in the root tree; takes no lock, changes nothing. E_NOENT: to nothing (no
 * mapping in the root, or none in the inner tree at that place). */
int tree_find(struct tree *root, uint64_t address, struct place *out);

/* --- exercise 4.2 --------------------------------------------------------------------------------------- */

/* A fault of `access` at `address` of the root, which leads to `place`: makes the page be there
 * (segment_touch) and enters it into the leaf table of place->tree, with T3 and T4. The segment is locked and
 * place->mapping stands, so both stay (T8). place_entry finds the entry; where it finds none, place_make first
 * makes what is missing; where there is none even then, nothing is entered and the result is 0: the processor
 * tries again and asks again. An entry that is there already and allows the access is left alone: another core
 * was faster. Counts page-ins (entries that were not there) and late arrivals (entries that were, and needed no
 * link either).
 * E_FAULT: place->perm does not allow the access, or the page lies at or beyond the segment's end; nothing
 * was touched.
 * E_NOMEM, E_AGAIN: of segment_touch, or for a table. */
int fault_enter(struct tree *root, uint64_t address, const struct place *place, enum access access);

/* --- exercise 4.3, the heart ---------------------------------------------------------------------------- */

/* Links the inner tree's leaf table for place->offset (made by tree_entry when it is not there yet) into the
 * root's directory at `address`: the entry names the inner tree's table (T2), narrowed to place->root->perm
 * (T3), with ENTRY_BORROWED. One more reference on the table's page. So are all other leaf tables that the
 * inner tree has within this mapping and this table of the directory, since they will be wanted next. Locks
 * of both trees held; the root's entry is not present. Counts one link fault.
 * E_NOMEM, E_AGAIN: nothing linked. */
int tree_link(struct tree *root, uint64_t address, const struct place *place);

/* --- exercise 4.4 --------------------------------------------------------------------------------------- */

/* Clears the entries of [start, start + bytes) of a tree, then flushes where any has changed (tree_flush),
 * and only then frees the leaf tables that no mapping of this tree needs any more (T5). The mapping has
 * been taken out before; pages belong to their segments and are not freed here. For each leaf table on the
 * way (tree_next_table):
 * - one that the root has borrowed loses its directory entry, and one reference; its entries are the inner
 *   tree's;
 * - any other loses its entries in the range; if tree_needs_table says no, also its directory entry and one
 *   reference, and those that the roots have borrowed of it (tree_recall_table). A table whose last reference
 *   went is freed by tree_free_table, after the flush. Tree locked. */
void tree_clear(struct tree *tree, uint64_t start, uint64_t bytes);

/* --- given ---------------------------------------------------------------------------------------------- */

/* A root or inner tree without mappings; the caller holds the one reference. `account` pays for its tables. */
int tree_create(bool inner, struct account *account, uint32_t home, const char *name, struct tree **out);

/* Maps [offset, offset + bytes) of a segment, or, in a root, of an inner tree, at `start`. Multiples of 4
 * KiB, of 2 MiB for inner trees. The segment may be shorter: faults beyond its end are E_FAULT. No locks
 * held.
 * E_INVAL: alignment, range, no PERM_R, or bits it does not know. E_TYPE: an inner tree in an inner tree, or
 * a root. E_EXIST: something is mapped there, or the inner tree stands in this root already. E_PERM: W on a
 * read-only segment. E_NOENT: the tree or the object is dead. E_NOMEM, E_AGAIN. */
int tree_map(struct tree *tree, uint64_t start, struct object *object, uint64_t offset, uint64_t bytes,
             uint64_t perm);

/* Unmaps all of [start, start + bytes), cutting mappings at its borders. By batches, of 512 mappings or 64 leaf
 * tables, between which it crosses. No locks held; the caller holds the tree.
 * E_INVAL: alignment, range, or it would cut an inner tree's mapping between multiples of 2 MiB. E_NOMEM,
 * E_AGAIN: for a piece that a cut leaves, and E_AGAIN, too, where another core has mapped across a border
 * meanwhile; E_HALTED: of core_pass. Then nothing of the range is done, or the first batches of it. */
int tree_unmap(struct tree *tree, uint64_t start, uint64_t bytes);

/* The mapping that covers `offset`, or null; no lock. */
struct mapping *mapping_find(struct tree *tree, uint64_t offset);

/* The first mapping that ends after `offset`, or null. */
struct mapping *mapping_first(struct tree *tree, uint64_t offset);

/* Whether a mapping, which was found without a lock, still stands in its lists. Its object is locked: so it stays. */
static inline bool
mapping_stands(const struct mapping *mapping)
{
    return mapping->previous_shown != NULL;
}

/* Table entries are read and written by these: the table walkers of all cores, and other cores' kernels, read them
 * at any time. Stores release, loads acquire: the table or page that an entry names was cleared before anyone can
 * follow it. A store may lose the accessed and dirty bits that a walker sets meanwhile; nobody asks for them. Nor
 * can a walker bring back what a store has taken away: it sets its bits in an entry that is as it read it, or reads
 * again (SDM vol. 3A, 4.8). */
static inline uint64_t
entry_load(const uint64_t *entry)
{
    return __atomic_load_n(entry, __ATOMIC_ACQUIRE);
}

static inline void
entry_store(uint64_t *entry, uint64_t value)
{
    __atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

/* The leaf table's entry for an address of the tree; null when a table on the way is missing. With `make`,
 * missing tables are made (charged to the tree's account), and null means *error: E_NOMEM or E_AGAIN; tree locked.
 * Without, no lock is needed. */
uint64_t *tree_entry(struct tree *tree, uint64_t offset, bool make, int *error);

/* The directory entry (of 2 MiB) for an address of the tree; as above, tables above it are made. */
uint64_t *tree_directory(struct tree *tree, uint64_t offset, bool make, int *error);

/* Whether there is a leaf table for this address of the tree, its own or a borrowed one. */
bool tree_has_table(struct tree *tree, uint64_t offset);

/* The first present directory entry at or after *slot (a multiple of 2 MiB) and below end, or null; *slot
 * becomes its address. */
uint64_t *tree_next_table(struct tree *tree, uint64_t *slot, uint64_t end);

/* Whether a mapping of this tree lies in the 2 MiB from `slot` on. */
bool tree_needs_table(struct tree *tree, uint64_t slot);

/* Clears the directory entries by which roots have borrowed the inner tree's leaf table for `slot`, and their
 * references. Of a root nobody borrows: nothing. Inner tree locked, no root. */
void tree_recall_table(struct tree *tree, uint64_t slot);

/* Frees a table that nothing refers to and no core's walker can reach: flushed. Its charge returns. */
void tree_free_table(struct tree *tree, struct page *table);

/* Takes from each present entry of [start, start + bytes) all bits that are not in `keep`; with keep = 0,
 * clears it. True when any has changed: then flush. Tables that are borrowed are left alone. All of the range is
 * one mapping's, whose object is locked (T8). */
bool tree_change_entries(struct tree *tree, uint64_t start, uint64_t bytes, uint64_t keep);

/* Returns when no core can use, in ring 3, translations from before changes that were made to the tree. Tree
 * locked. */
void tree_flush(struct tree *tree);

/* The same for what tree_cores has gathered, of one tree or of several; counts one flush, where there is a core. */
void cores_flush(const struct core_set *cores);

/* What the processor finds at an address of a root: the leaf entry, with its W and X narrowed by the
 * directory's; 0: nothing. Takes no lock: another core may change it at any time. */
uint64_t tree_translate(struct tree *root, uint64_t address);

/* The leaf entry of a place; null where a table is missing, or, of an inner tree, is not linked into the root. Takes
 * no lock; it stays while the segment is locked and the mapping stands (T8). */
uint64_t *place_entry(struct tree *root, uint64_t address, const struct place *place);

/* Makes what place_entry misses, and links it (tree_link), with the trees locked. 1: a link was made; 0: none was
 * needed, or the root's mapping does not stand any more. Segment locked. E_NOMEM, E_AGAIN. */
int place_make(struct tree *root, uint64_t address, const struct place *place);

/* Permission bits of a leaf or directory entry: PERM_* -> ENTRY_*. */
static inline uint64_t
entry_bits(uint64_t perm)
{
    return ENTRY_PRESENT | ENTRY_USER | (perm & PERM_W ? ENTRY_WRITE : 0) |
           (perm & PERM_X ? 0 : ENTRY_NO_EXEC);
}

/* Handles a fault at a user address on root (4.1 to 4.3). 0: try again; else what fault_enter says, or
 * E_FAULT: nothing is mapped, or `execute` and not X. No locks held. */
int tree_fault(struct tree *root, uint64_t address, enum access access, bool execute);

/* Adds the cores that may have translations of this tree from before the changes that the caller has made to it:
 * those that run on it, or on a root that shows it. Fences first. Tree locked. */
void tree_cores(struct tree *tree, struct core_set *cores);

/* Makes core `index` the tenant of a root that has none (T7), for a program that is about to be handed to that core:
 * true when it was free. tree_give_back undoes it, where nothing was handed over. */
bool tree_claim(struct tree *root, uint32_t index);
void tree_give_back(struct tree *root);

/* Loads a root on this core, or, for null, the kernel's own; leaves the one that ran here. The caller holds
 * it as long as it runs. E_BUSY: it runs on another core (T7). */
int tree_load(struct tree *root);

/* Around a sleep (core_rest): the kernel's own tables, whose root this core stays the tenant of; then the root again,
 * whose load drops every old translation. */
void tree_leave_for_sleep(void);
void tree_return(void);

/* The root that this core runs on, or null. */
struct tree *tree_current(void);

/* The same of another core; for the books, while that core stands still. */
struct tree *tree_on(uint32_t index);

/* A core's counts, for tests and the books. */
struct tree_counts {
    uint64_t page_ins;    /* faults that put a page into a table */
    uint64_t link_faults; /* faults that linked an inner tree's tables into a root */
    uint64_t late;        /* faults that found the page there */
    uint64_t flushes;     /* times that cores had to flush */
};
extern PER_CORE struct tree_counts tree_counts;

#endif
