/* Shares: tables from id to object, by which a core names all that it may use. Exercises 3.1 to 3.4.
 *
 *     this core's set            share                table: open addressing, a power of two of slots
 *     slot 1 -> share, rights -> struct share -> | id | object + rights |
 *     slot 2 -> share, rights                    | -- |                 |  never used: the probe ends here
 *        ...                                     | XX |                 |  removed: the probe goes on
 *     slot 127
 *
 * H1  A core can use an object only through a share in its set: no right to use follows from knowing an id.
 * H2  A lookup takes no lock and writes no memory but its own stack. So tables change in an order that it can bear:
 *     the object word of an entry is written before the id is (release; partner: the acquire load in share_find).
 * H3  A published entry is never edited, moved or used again: removal overwrites the id by ID_REMOVED, and only a new
 *     table, which leaves removed entries out, replaces the old one; the old one goes into limbo.
 * H4  An entry, and a core's slot, each count as one reference on what they name.
 * H5  A share may be added only to one of lower level; a new share's level is its parent's + 1: no cycles.
 * H6  Rights are narrowed when an object is copied into another share, never widened.
 * H7  A share is private while one core alone can find it: what is made through it, and leaves it, is that core's own
 *     affair. It becomes public before another core can find it. It is private again when the slot of one set is all
 *     that names it, and a grace period has passed since: by then whoever knew it has forgotten it. What it holds from
 *     before stays public. */
#ifndef COREY_SHARE_H
#define COREY_SHARE_H

#include "account.h"
#include "core.h"
#include "object.h"
#include "handle.h"

#define ID_FREE    0ul
#define ID_REMOVED (~0ul)

/* Objects are 64-byte aligned: the low bits of the word hold the entry's rights. */
struct share_slot {
    uint64_t id;     /* atomic */
    uint64_t object; /* address | rights; never changes once id is set (H3) */
};

#define SLOTS_PER_PAGE    (PAGE_SIZE / sizeof(struct share_slot))
#define SHARE_SLOTS_FIRST 8
#define SHARE_SLOTS_MOST  (128 * SLOTS_PER_PAGE)
#define SHARE_LIVE_MOST   (SHARE_SLOTS_MOST / 8 * 5) /* entries of one share: leaves a table room for changes */
#define SHARE_BATCH       512                        /* slots, or objects, between two calls of core_pass */

struct share_table {
    struct limbo_item limbo;    /* once a larger one has taken its place */
    uint32_t slots;             /* power of two */
    uint32_t used;              /* ids other than ID_FREE: entries and removed ones; under the share's lock */
    uint32_t live;              /* entries */
    uint64_t bytes;             /* of table and slots, charged to: */
    struct account *account;    /* held */
    struct share_slot *chunk[]; /* SLOTS_PER_PAGE each; fewer slots: one shorter chunk. Constant */
};

struct share {
    struct object object;      /* its lock guards changes of the table */
    struct share_table *table; /* atomic: lookups read it without the lock */
    struct account *account;   /* pays for what is allocated through this share, and for its tables; held */
    uint64_t level;
    uint32_t passed; /* how often others may have come to know it, or given it up (H7); atomic */
};

/* A core's set. Only its own core changes it. */
struct share_set_slot {
    struct share *share; /* null: empty */
    uint64_t rights;
};
extern PER_CORE struct share_set_slot share_set[HANDLE_SLOTS];

static inline struct share_slot *
share_table_slot(const struct share_table *table, uint32_t index)
{
    return &table->chunk[index / SLOTS_PER_PAGE][index % SLOTS_PER_PAGE];
}

/* The two halves of a slot's object word. */
static inline struct object *
share_word_object(uint64_t word)
{
    return (struct object *)(word & ~(uint64_t)RIGHT_ALL);
}

static inline uint64_t
share_word_rights(uint64_t word)
{
    return word & RIGHT_ALL;
}

/* Where the probe for an id begins; it goes on by one, modulo the table's slots. By the product's highest bits, on
 * which all of the id's bear. Its upper bits spread the counters of one core (the golden ratio: D. Knuth, The Art of
 * Computer Programming 3, 6.4), its lower 20 the cores, whose counters are often alike (the root of 3: with another
 * ratio than the golden one, so that a core's next object and the next core's do not meet). */
static inline uint32_t
share_hash(uint64_t id, uint32_t slots)
{
    return (uint32_t)(id * 0x9e3779b97f4bb67bul >> (64 - __builtin_ctz(slots)));
}

/* --- exercise 3.1 ----------------------------------------------------------------------------------------- */

/* What a lookup found, in two registers: no memory is written (H2). */
struct share_found {
    struct object *object; /* null: error says why */
    int64_t rights;        /* entry AND slot; or the negative error */
};

/* Looks a handle up through this core's set. The object may be used until the core's next crossing; to keep it,
 * hold it. For id 0 the share in the slot itself, with the slot's rights.
 * E_INVAL: bit 63 set, or slot 0 (a bare id). E_NOENT: slot empty, or no such id in that share. */
struct share_found share_find(uint64_t handle);

/* --- exercise 3.2 ----------------------------------------------------------------------------------------- */

/* Enters `object` with `rights` into the share and takes a reference on it (H2, H4). Share locked. The table has
 * room: share_make_room was called.
 * E_EXIST: the id stands there already, whatever its rights: they are not changed. E_NOENT: the object is dead. */
int share_insert(struct share *share, struct object *object, uint64_t rights);

/* --- exercise 3.3 ----------------------------------------------------------------------------------------- */

/* Takes the entry of `id` out; the entry's reference is now the caller's, to be dropped once the lock is given back.
 * Others may be in the middle of a probe, or hold what they found. Share locked. E_NOENT: no such id. */
int share_remove(struct share *share, uint64_t id, struct object **out);

/* --- exercise 3.4: object_drop (object.h), and ---------------------------------------------------------------
 *
 * object_drop replaces lab 2's: what the last reference held may be the last reference of something else, and so
 * on, 10,000 deep. So the dead wait on a list of their core, which the first object_drop empties and those inside
 * it only add to; after each SHARE_BATCH of them it crosses (core_pass). Whoever calls it forgets what was looked
 * up and not held. */

/* Puts a share into slot `slot` (1 to HANDLE_SLOTS - 1) of this core's set, or takes it out (share null), with the
 * references that this means (H4). What was in the slot is dropped. E_NOENT: the share is dead; nothing changed. */
int share_set_change(unsigned slot, struct share *share, uint64_t rights);

/* Drops the reference of every entry of a dead share, whose grace period is over; crosses (core_pass) after each
 * SHARE_BATCH of slots. The table is freed by the caller. */
void share_empty(struct share *share);

/* --- given: looking up ------------------------------------------------------------------------------------ */

/* share_find, then type (0: any) and rights: E_TYPE, E_PERM. */
struct share_found share_find_typed(uint64_t handle, uint8_t type, uint64_t rights);

/* The share that a call allocates through: it must stand in the set itself, since the handle of what is made names
 * it by its slot. share_find_typed with W, and E_INVAL: the handle has an id. */
struct share_found share_find_own(uint64_t handle);

/* The first entry at or after slot *cursor of a table, and its rights; *cursor then stands behind it. Null: no
 * more, *cursor is the table's end. Takes no lock; an entry that is added or removed meanwhile may be seen or not.
 * The object may be used until the core's next crossing. */
struct object *share_table_next(const struct share_table *table, uint32_t *cursor, uint64_t *rights);

/* The table as a lookup sees it. */
static inline struct share_table *
share_table(const struct share *share)
{
    /* Acquire; partner: the release in share_make_room, before which the table was filled. */
    return __atomic_load_n(&share->table, __ATOMIC_ACQUIRE);
}

/* --- given: changing -------------------------------------------------------------------------------------- */

/* A share whose parent is `parent` (null: level 0, for the first), charged to `account`. limit_pages 0: what is
 * allocated through it is charged there, too; else to an account of its own, with that limit moved out of it. The
 * caller holds the one reference; the share stands nowhere yet. E_NOMEM, E_AGAIN, E_NOSPC; E_INVAL: more pages than
 * a number of bytes can say. */
int share_create(struct share *parent, struct account *account, uint64_t limit_pages, uint32_t home,
                 const char *name, struct share **out);

/* Makes room for one more entry, by a new table where needed. Share locked. E_NOMEM, E_AGAIN; E_NOSPC:
 * SHARE_LIVE_MOST. */
int share_make_room(struct share *share);

/* lock, check that it lives, make room, insert: E_NOENT when the share is dead, E_LOOP (H5), and those above. The
 * caller found the object in this crossing, or holds it. In a public share it becomes public before (share_publish,
 * which may cross). */
int share_add(struct share *share, struct object *object, uint64_t rights);

/* A public share becomes private again when only one core knows it any more (H7). To be called by who has found it in a
 * slot of its own set. */
void share_settle(struct share *share);

/* If it is a share: others come to know it, or are about to give it up. */
void share_passed(struct object *object);

/* share_add of a new object with all rights, for a call that made it: drops the caller's reference; the object's
 * handle through the share in the slot of `handle`, or the error: then nothing is left of it. */
int64_t share_add_new(uint64_t handle, struct share *share, struct object *object);

/* lock, remove, drop. E_NOENT. */
int share_delete(struct share *share, uint64_t id);

/* object_publish, and the same for all that the object leads to, of whatever type. Before another core can reach it.
 * Crosses (core_pass) after each SHARE_BATCH objects: private ones stay, since nobody else can take them away; what
 * else the caller has looked up and not held is forgotten. No locks held. */
void share_publish(struct object *object);

/* The first empty slot of this core's set; 0: none. */
unsigned share_set_free(void);

/* Empties this core's set: when its program ends. */
void share_set_clear(void);

/* --- given: tables ---------------------------------------------------------------------------------------- */

/* An empty table, charged to `account`. E_NOMEM, E_AGAIN. */
int share_table_create(struct account *account, uint32_t home, uint32_t slots, struct share_table **out);

/* Frees a table that nobody can be looking at, and refunds it. Its entries' references are the caller's matter. */
void share_table_free(struct share_table *table);

#endif
