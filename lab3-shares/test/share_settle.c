/* A share that is private again (H7). */
#include "limbo.h"
#include "share_test.h"

static struct share *share, *other;

/* The share is this core's alone but has been public; the other is public. */
static void
shares_make(void)
{
    check_equal(0, share_create(NULL, account_root, 0, 0, "other", &other));
    check_equal(0, share_create(other, account_root, 0, 0, "share", &share));
    share_publish(&share->object);
    object_publish(&other->object);
    check_equal(0, share_set_change(1, share, RIGHT_ALL));
    object_drop(&share->object);
}

static bool
is_public_now(void)
{
    check(share_find_own(HANDLE(1, 0)).object == &share->object);
    return object_is_public(&share->object);
}

/* Each look may begin a grace period; the next after its end finds the share private. */
TEST(share_private_again)
{
    shares_make();
    check(is_public_now());
    check(is_public_now()); /* we are in the same crossing still */
    core_enter();
    check(!is_public_now());

    /* What is made through it is private, and gone at once. */
    struct segment *segment;
    size_t waiting = limbo_waiting();
    check_equal(0, segment_create(account_root, 0, "own", &segment));
    uint64_t id = segment->object.id;
    check_equal(0, share_add(share, &segment->object, RIGHT_ALL));
    object_drop(&segment->object);
    check(!object_is_public(&segment->object));
    check_equal(0, share_delete(share, id));
    check_equal(waiting, limbo_waiting());
}

/* Another gives it up: from then on a grace period. */
TEST(share_private_again_given_up)
{
    shares_make();
    uint64_t id = share->object.id;
    check_equal(0, share_add(other, &share->object, RIGHT_ALL));
    check(is_public_now());
    check_equal(0, share_delete(other, id));
    core_enter();
    check(is_public_now()); /* while two knew it nothing began */
    core_enter();
    check(!is_public_now());
}

/* While the grace period runs, it is given to others, who give it up: what they have seen needs a grace period of its
 * own. */
TEST(share_private_again_not_yet)
{
    shares_make();
    uint64_t id = share->object.id;
    check(is_public_now());
    check_equal(0, share_add(other, &share->object, RIGHT_ALL));
    check_equal(0, share_delete(other, id));
    core_enter();
    check(is_public_now());
    core_enter();
    check(!is_public_now());

    /* Given to others once more, it is public, and what it holds as well. */
    struct segment *segment;
    check_equal(0, segment_create(account_root, 0, "own", &segment));
    check_equal(0, share_add(share, &segment->object, RIGHT_ALL));
    check_equal(0, share_add(other, &share->object, RIGHT_ALL));
    check(object_is_public(&share->object));
    check(object_is_public(&segment->object));
    object_drop(&segment->object);
    check_equal(0, share_delete(other, id));
}

/* It ends while the grace period runs. */
TEST(share_private_again_dies)
{
    struct share_books before = share_books_take();
    shares_make();
    check(is_public_now());
    check_equal(0, share_set_change(1, NULL, 0));
    test_cross();
    object_drop(&other->object);
    test_cross();
    check_share_books(before);
}
