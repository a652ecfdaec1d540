/* Helpers of the tests of shares (share_test.h). */
#include "share_test.h"

#include "trap.h"

#define FLAG_TRAP (1ul << 8) /* rflags.TF: a debug exception after each instruction (SDM vol. 3B, 18.3.1.4) */

struct share_books
share_books_take(void)
{
    struct books memory = books_take(); /* empties limbo */
    return (struct share_books){memory, account_used(account_root)};
}

struct share *
share_make(struct share *parent, uint64_t limit_pages)
{
    struct share *share;
    struct account *account = parent == NULL ? account_root : parent->account;
    check_equal(0, share_create(parent, account, limit_pages, core_index(), "test", &share));
    return share;
}

struct share *
share_make_in(unsigned slot, struct share *parent, uint64_t limit_pages)
{
    struct share *share = share_make(parent, limit_pages);
    check_equal(0, share_set_change(slot, share, RIGHT_ALL));
    object_drop(&share->object);
    return share;
}

struct object *
thing_make(struct account *account)
{
    struct segment *segment;
    check_equal(0, segment_create(account, core_index(), "thing", &segment));
    return &segment->object;
}

struct object *
thing_in(struct share *share, uint64_t rights)
{
    struct object *object = thing_make(NULL);
    check_equal(0, share_add(share, object, rights));
    object_drop(object);
    return object;
}

int64_t
call_number(unsigned number, const uint64_t arguments[6])
{
    return call_dispatch(number, arguments).value;
}

static void (*step_watch)(void);
static uint64_t steps;

TRAP_HANDLER(10, test_step, VECTOR_DEBUG)
{
    if (step_watch == NULL)
        return false;
    steps++;
    step_watch();
    if (!(frame->rflags & FLAG_TRAP))
        step_watch = NULL; /* the last one: the instruction that ended it */
    return true;
}

uint64_t
step_through(void (*body)(void *), void *argument, void (*watch)(void))
{
    steps = 0;
    step_watch = watch;
    __asm__ volatile("pushfq; orq %0, (%%rsp); popfq" ::"i"(FLAG_TRAP) : "memory", "cc");
    body(argument);
    __asm__ volatile("pushfq; andq %0, (%%rsp); popfq" ::"i"(~FLAG_TRAP) : "memory", "cc");
    step_watch = NULL;
    return steps;
}
