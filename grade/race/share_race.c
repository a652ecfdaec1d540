/* Lookups in a share while others add, remove, and make its table grow: exercises 3.1 to 3.5 on several cores.
 *
 * The makers make things, enter them into a share that all cores have, and take them out again. The lookers look up
 * what was there a moment ago, and read it: with no lock, until they cross. Each thing is charged to an account
 * that is too small for all of them. In the end nothing is left, and the account has its whole limit back. */
#include "host.h"

#include <stdio.h>

#include "share.h"
#include "startup.h"

#define CORES  4
#define MAKERS 2
#define THINGS 600 /* a maker has at once: more than the account can pay for */
#define ROUNDS 150000
#define LIMIT  (400 * 192ul)

struct thing {
    struct object object;
    uint64_t mark; /* ~id; written before it is published, and when it ends */
};

static struct share *share;
static uint64_t
    ids[MAKERS * THINGS]; /* what was there; 0: nothing. Atomic: a hint, which announces nothing */
static uint64_t found, refused;

static void
thing_destroy(struct object *object)
{
    CONTAINER_OF(object, struct thing, object)->mark =
        0; /* whoever reads it after this has kept it too long */
}
OBJECT_TYPE(thing, OBJECT_SEGMENT, thing_destroy);

/* Adds a thing where there is none, or takes out the one that there is. */
static void
make(uint64_t *id)
{
    if (*id != 0) {
        if (share_delete(share, *id) != 0)
            host_fail("an entry was lost");
        __atomic_store_n(id, 0, __ATOMIC_RELAXED);
        return;
    }
    struct object *object;
    int error = object_create(OBJECT_SEGMENT, sizeof(struct thing), share->account, 0, "thing", &object);
    if (error == 0) {
        CONTAINER_OF(object, struct thing, object)->mark = ~object->id;
        error = share_add(share, object, RIGHT_R | object->id % 2);
        if (error == 0)
            __atomic_store_n(id, object->id, __ATOMIC_RELAXED);
        object_drop(object);
    }
    if (error == E_AGAIN || error == E_NOMEM)
        __atomic_add_fetch(&refused, 1, __ATOMIC_RELAXED);
    else if (error < 0)
        host_fail("an error that has no reason");
}

static void
look(uint64_t id)
{
    struct share_found seen = share_find(HANDLE(1, id));
    if (seen.object == NULL) {
        if (seen.rights != E_NOENT)
            host_fail("half an entry");
        return;
    }
    __atomic_add_fetch(&found, 1, __ATOMIC_RELAXED);
    struct thing *thing = CONTAINER_OF(seen.object, struct thing, object);
    if (thing->mark != ~id || thing->object.id != id || seen.rights != (int64_t)(RIGHT_R | id % 2))
        host_fail("another object than the id's");
    if (id % 8 == 0 && object_hold(&thing->object)) {
        host_cross();
        if (thing->mark != ~id)
            host_fail("an object that was held has ended");
        object_drop(&thing->object);
    }
}

static void
body(uint32_t index)
{
    if (share_set_change(1, share, RIGHT_ALL) != 0)
        host_fail("the share is dead");
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t *own = ids + index * THINGS;
        if (index < MAKERS)
            make(&own[host_random() % THINGS]);
        uint64_t id = __atomic_load_n(&ids[host_random() % (MAKERS * THINGS)], __ATOMIC_RELAXED);
        if (id != 0)
            look(id);
        if (round % 4 == 0)
            host_cross();
    }
    share_set_clear();
}

STARTUP(90, share)
{
    struct account *account;
    if (account_create(account_root, LIMIT, 0, &account) != 0 ||
        share_create(NULL, account, 0, 0, "all", &share) != 0)
        host_fail("no share");
    account_leave(account); /* the share has it */
    share_publish(&share->object);
}

int
main(void)
{
    host_run(CORES, body);
    struct account *account = share->account;
    account_join(account);
    object_drop(&share->object);
    host_settle();
    if (account_used(account) != 0 || account_in_limbo(account) != 0)
        host_fail("the account has not got everything back");
    account_leave(account);
    if (account_used(account_root) != 0)
        host_fail("the root account has not got everything back");
    if (found < LIMIT / 192 || refused == 0)
        host_fail("hardly anything happened");
    printf("found %lu, refused %lu\n", found, refused);
    return 0;
}
