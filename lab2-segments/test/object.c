/* Objects (given): ids, references, and when their memory goes. */
#include "object.h"

#include "core.h"
#include "segment_test.h"
#include "string.h"

static unsigned destroyed;

/* A type that later labs do not know: it counts its ends. */
static void
probe_destroy(__attribute__((unused)) struct object *object)
{
    destroyed++;
}
OBJECT_TYPE(probe, OBJECT_NONE, probe_destroy);

static struct object *
probe_make(void)
{
    struct object *object;
    check_equal(0, object_create(OBJECT_NONE, sizeof(struct object), NULL, core_index(), "probe", &object));
    return object;
}

TEST(object_ids_never_reused)
{
    struct books before = books_take();
    uint64_t last = 0;
    for (unsigned i = 0; i < 1000; i++) {
        struct object *object = probe_make();
        check(object->id > last && object->id >> 63 == 0);
        check_equal(core_index(), object->id >> 44);
        last = object->id;
        object_drop(object);
    }
    check_equal(1000, destroyed);
    check_books(before);
}

TEST(object_ids_end)
{
    struct books before = books_take();
    object_set_next_id((1ul << 44) - 1);
    struct object *last = probe_make(), *none = NULL;
    check_equal((1ul << 44) - 1, last->id & ((1ul << 44) - 1));
    check_equal(E_NOSPC, object_create(OBJECT_NONE, sizeof *none, NULL, core_index(), "", &none));
    check(none == NULL);
    check_equal(E_NOSPC, object_create(OBJECT_NONE, sizeof *none, NULL, core_index(), "", &none));
    object_drop(last);
    check_books(before);
}

TEST(object_hold_refuses_dead)
{
    struct object *object = probe_make();
    object_publish(object); /* so that the dead one can still be looked at until we cross */
    check(object_hold(object));
    object_drop(object);
    check(object_hold(object));
    object_drop(object);
    object_drop(object);
    check(!object_hold(object));
    check_equal(0, object->references);
    check(object->flags & OBJECT_DEAD);
}

TEST(object_private_goes_at_once)
{
    struct books before = books_take();
    object_drop(probe_make());
    check_equal(1, destroyed);
    check_equal(0, limbo_waiting());
    check_books(before);
}

TEST(object_public_waits_for_crossing)
{
    struct books before = books_take();
    struct object *object = probe_make();
    object_publish(object);
    object_drop(object);
    check_equal(0, destroyed);
    check_equal(1, limbo_waiting());
    check_books(before);
    check_equal(1, destroyed);
}

TEST(object_create_fails_clean)
{
    struct books before = books_take();
    struct object *object = NULL;
    for (uint64_t k = 1; k <= 2; k++) {
        allocation_fail_at(core_index(), k);
        check_equal(E_NOMEM, object_create(OBJECT_NONE, SLAB_MOST, NULL, core_index(), "", &object));
        allocation_fail_at(core_index(), 0);
        check(object == NULL);
        check_books(before);
    }
}

TEST(object_name_ends)
{
    struct object *object;
    check_equal(0, object_create(OBJECT_NONE, sizeof *object, NULL, core_index(),
                                 "a name that is much longer than what has room", &object));
    check_equal(NAME_SIZE - 1, strlen(object->name));
    check_equal(0, strncmp("a name that is", object->name, 14));
}
