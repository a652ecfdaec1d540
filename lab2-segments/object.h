/* Objects: what the five types have in common.
 *
 * O1  An object lives while something refers to it: a share's entry, a core's slot, a mapping, a running core, or a
 *     call that is under way and has held it. `references` counts these.
 * O2  A reference is taken only by object_hold, which refuses an object whose count is zero: nothing dead comes back.
 * O3  Its memory is freed once nobody can still be looking at it: at once while only one core could reach it
 *     (private), else after a grace period in limbo (public). */
#ifndef COREY_OBJECT_H
#define COREY_OBJECT_H

#include "limbo.h"
#include "page.h"
#include "queue_lock.h"
#include "table.h"
#include "object_kinds.h"

/* object.flags */
#define OBJECT_DEAD   1 /* set under the lock with the last reference; every operation tests it after locking */
#define OBJECT_PUBLIC 2 /* more than one core can reach it; set before that becomes visible */

/* The header: the first member of each type's struct. One slab block, 64-byte aligned. */
struct object {
    uint64_t id;             /* never reused; 0 only while it is being made */
    uint32_t references;     /* atomic (O2) */
    uint16_t home;           /* the core whose memory it lies in */
    uint8_t type;            /* enum object_type */
    uint8_t flags;           /* atomic */
    union queue_lock lock;   /* guards what its type says */
    uint32_t bytes;          /* charged for this block */
    struct account *account; /* charged for it; null: nobody. Holds a reference on the account */
    struct limbo_item limbo; /* once it is dead */
    char name[NAME_SIZE];    /* ends with a NUL; never changes */
    uint32_t counted;        /* scratch of whoever walks over all objects (lab 6) */
};

/* What a type adds. destroy: its last reference is gone: gives up all that it refers to. Called once, after the grace
 * period, no locks held; the block itself is freed by the caller. Must not recurse through object_drop's work:
 * object_drop only queues. each: calls visit for every object that this one holds a reference on, as often as it
 * does; null: it refers to none. No locks held. */
struct object_type_operations {
    uint8_t type;
    void (*destroy)(struct object *object);
    void (*each)(struct object *object, void (*visit)(struct object *object));
};
TABLE(object_type, const struct object_type_operations);
#define OBJECT_TYPE(name, number, destroy) OBJECT_TYPE_REFERRING(name, number, destroy, NULL)
#define OBJECT_TYPE_REFERRING(name, number, destroy, each)                                                   \
    static const struct object_type_operations object_type_##name = {number, destroy, each};                 \
    TABLE_ENTRY(object_type, 50, const struct object_type_operations, name, &object_type_##name)

/* Makes an object of `bytes` from core home's memory, charged to `account` (may be null), with one reference, which
 * the caller holds, and a fresh id. All bytes after the header are zero.
 * E_NOMEM, E_AGAIN (account_charge), E_NOSPC (ids used up). */
int object_create(uint8_t type, size_t bytes, struct account *account, uint32_t home, const char *name,
                  struct object **out);

/* One reference more, unless there is none left (O2): then false. The caller got the pointer from a lookup in this
 * crossing. Orders: as an acquire; what was written before publishing is visible. */
bool object_hold(struct object *object);

/* One reference less. The last one marks it dead and frees it (O3), and all that only it held. No locks held.
 * Until lab 3 (weak default) nothing refers to another object, and it is destroyed directly; lab 3's exercise 3.4
 * handles cascades without recursion. */
void object_drop(struct object *object);

/* Calls visit for every object that this one refers to (`each` of its type). While others may change it, it sees what
 * a lookup would see. */
void object_each(struct object *object, void (*visit)(struct object *object));

/* For object_drop: destroys a dead object now (private) or puts it into limbo (public). */
void object_bury(struct object *object);

/* Marks it public, and nothing that it refers to: that is what lab 3's share_publish is for. Before another core can
 * reach it. */
void object_publish(struct object *object);

static inline bool
object_is_public(const struct object *object)
{
    return __atomic_load_n(&object->flags, __ATOMIC_RELAXED) & OBJECT_PUBLIC;
}

/* Object locked, or nobody else left to mark it. */
static inline bool
object_is_dead(const struct object *object)
{
    return __atomic_load_n(&object->flags, __ATOMIC_RELAXED) & OBJECT_DEAD; /* ordered by the lock */
}

/* The next id of this core: 12 bits of core, 44 bits of counter, never reused; 0 when the counter is at its end. */
uint64_t object_next_id(void);

/* Sets the counter that object_next_id goes on from: for the test of the end. */
void object_set_next_id(uint64_t counter);

/* --- accounts, as far as lab 2 knows them (account.h, lab 3) -------------------------------------------------- */

/* Charges `bytes` to the account: 0, E_NOMEM at its limit, E_AGAIN at its limit while frees of this account wait in
 * limbo. A null account is nobody: 0. Weak default until lab 3: 0. The refund is in page.h. */
int account_charge(struct account *account, uint64_t bytes);

/* References of objects and limbo items on an account: it outlives its share until its last charge is back. A null
 * account: nothing. Weak defaults until lab 3: nothing. */
void account_hold(struct account *account);
void account_drop(struct account *account);

/* What is charged to the account can be reached by more than one core from now on. A null account: nothing. Weak
 * default until lab 3: nothing. */
void account_publish(struct account *account);

/* `bytes` charged to the account go into limbo (positive), on this core; or, called by limbo's release, have left it
 * and been refunded (negative): for E_AGAIN. A null account: nothing. Weak default until lab 3: nothing. */
void account_limbo(struct account *account, int64_t bytes);

/* page_free_later, the charge of one page told to the account as waiting in limbo, and the account held until
 * then. */
void page_retire(struct page *page, struct account *account);

#endif
