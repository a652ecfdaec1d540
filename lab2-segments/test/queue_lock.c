/* Tests of the queue lock, with a second core that only seems to run. W1 to W4 are those of queue_lock.h; who waits is
 * tested on several cores in lab 5. */
#include "queue_lock.h"

#include "core.h"
#include "test.h"

static union queue_lock lock;

static void
take(__attribute__((unused)) void *argument)
{
    queue_lock(&lock);
}

static void
give_up(__attribute__((unused)) void *argument)
{
    queue_unlock(&lock);
}

TEST(queue_lock_holder)
{
    uint32_t other = test_add_core();
    check(test_panics(give_up, NULL)); /* nobody holds it */
    queue_lock(&lock);
    check(queue_held(&lock));
    check_equal(core_index() + 1, lock.word); /* nobody waits */
    check(test_panics(take, NULL));           /* would wait for itself for ever */
    test_as_core(other);
    check(!queue_held(&lock));
    check(test_panics(give_up, NULL)); /* it is not the holder */
    test_as_core(0);
    queue_unlock(&lock);
    check_equal(0, lock.word);
    test_as_core(other);
    queue_lock(&lock);
    check(queue_held(&lock));
    queue_unlock(&lock);
    test_as_core(0);
}
