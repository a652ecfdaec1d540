/* Traps of ring 3: given to the program's handler by way of its trap area (trap_area.h), or its end.
 *
 * The area's page is pinned, so the kernel writes there without a fault. Its contents are the program's:
 * nothing in it is trusted, and nothing is read twice. */
#include "user_trap.h"

#include "call.h"
#include "calls4.h"
#include "core.h"
#include "machine.h"
#include "panic.h"
#include "program.h"
#include "segment_pin.h"
#include "segment_touch.h"
#include "user_copy.h"

#define FLAGS_FIXED  0x202ul    /* interrupts on; and the bit that is always 1: SDM vol. 1, figure 3-8 */
#define FLAGS_RING3  0x240dd5ul /* CF PF AF ZF SF TF DF OF AC ID: what ring 3 may set */
#define PENDING_BITS (1ul << TRAP_TICK | 1ul << TRAP_WAKE | 1ul << TRAP_DEVICE)

static PER_CORE struct trap_target trap_target;

static bool
is_ring3_address(uint64_t address)
{
    return address < USER_END;
}

/* --- the area ------------------------------------------------------------------------------------------- */

/* Finds the area's page and pins it. */
static int
trap_area_pin(struct tree *root, struct trap_target *target)
{
    struct place place;
    if (tree_find(root, target->address, &place) < 0 || !(place.perm & PERM_W) ||
        !object_hold(&place.segment->object))
        return E_FAULT;
    int error = segment_pin(place.segment, place.index, 1);
    if (error) {
        object_drop(&place.segment->object);
        return error == E_INVAL ? E_FAULT : error; /* beyond the segment's end */
    }
    struct page *page;
    queue_lock(&place.segment->object.lock);
    error = segment_touch(place.segment, place.index, ACCESS_WRITE, &page);
    queue_unlock(&place.segment->object.lock);
    assert(error == 0); /* pinned: it is there */
    target->area = page_bytes(page);
    target->segment = place.segment;
    target->index = place.index;
    return 0;
}

int
trap_target_make(struct tree *root, uint64_t address, uint64_t entry, uint64_t stack, struct trap_target *out)
{
    *out = (struct trap_target){.address = address, .entry = entry, .stack = stack};
    if (address % PAGE_SIZE != 0 || !is_ring3_address(address) || !is_ring3_address(entry) ||
        !is_ring3_address(stack))
        return E_INVAL;
    return trap_area_pin(root, out);
}

void
trap_target_free(const struct trap_target *target)
{
    if (target->area == NULL)
        return;
    segment_unpin(target->segment, target->index, 1);
    object_drop(&target->segment->object);
}

void
trap_target_set(const struct trap_target *target)
{
    struct trap_target *own = CORE_OWN(trap_target), before = *own;
    *own = *target;
    trap_target_free(&before);
}

struct segment *
trap_area_segment(uint32_t index)
{
    return CORE_AT(index, trap_target)->segment;
}

CALL_HANDLER(core_set_trap, address, entry, stack)
{
    struct trap_target target = {0};
    int error = 0;
    if (address != 0)
        error = tree_current() == NULL ? E_FAULT
                                       : trap_target_make(tree_current(), address, entry, stack, &target);
    if (!error)
        trap_target_set(&target);
    return call_value(error);
}

/* --- delivery ------------------------------------------------------------------------------------------- */

/* The two orders of registers, one line each. */
#define REGISTERS(X)                                                                                         \
    X(rax)                                                                                                   \
    X(rbx)                                                                                                   \
    X(rcx) X(rdx) X(rsi) X(rdi) X(rbp) X(rsp) X(r8) X(r9) X(r10) X(r11) X(r12) X(r13) X(r14) X(r15) X(rip)

static void
frame_to_user(const struct trap_frame *frame, struct user_frame *user)
{
#define COPY(name) user->name = frame->name;
    REGISTERS(COPY)
#undef COPY
    user->rflags = frame->rflags;
    user->fs_base = msr_read(MSR_FS_BASE);
}

static void
frame_from_user(const struct user_frame *user, struct trap_frame *frame)
{
#define COPY(name) frame->name = user->name;
    REGISTERS(COPY)
#undef COPY
    frame->rflags = (user->rflags & FLAGS_RING3) | FLAGS_FIXED;
    frame->cs = SELECTOR_USER_CODE;
    frame->ss = SELECTOR_USER_DATA;
}

void
trap_deliver(struct trap_frame *frame, enum trap_cause cause, uint64_t address)
{
    struct trap_target *target = CORE_OWN(trap_target);
    struct trap_area *area = target->area;
    bool event = cause >= TRAP_TICK;
    if (area == NULL || __atomic_load_n(&area->masked, __ATOMIC_RELAXED) != 0) {
        if (!event)
            program_end(
                &(struct program_end){END_FAULT, (int64_t)frame->vector, frame->error, address, frame->rip});
        if (area != NULL)
            area->pending |= 1ul << cause;
        return;
    }
    area->masked = 1;
    area->cause = cause;
    area->vector = event ? 0 : frame->vector;
    area->error = event ? 0 : frame->error;
    area->address = address;
    frame_to_user(frame, &area->frame);
    frame->rip = target->entry;
    frame->rsp = target->stack;
    frame->rdi = target->address;
    frame->rflags = FLAGS_FIXED;
}

void
trap_unhandled_ring3(struct trap_frame *frame)
{
    if (frame->vector == VECTOR_NMI || frame->vector == VECTOR_DOUBLE || frame->vector == VECTOR_MACHINE)
        panic_at(frame, "%s in ring 3", trap_name(frame->vector));
    trap_deliver(frame, TRAP_EXCEPTION, 0);
    trap_resume(frame);
}

/* --- going back ----------------------------------------------------------------------------------------- */

/* Unmasks, and has the frame take the first trap that came meanwhile. */
static void
trap_unmask(struct trap_frame *frame)
{
    struct trap_area *area = CORE_OWN(trap_target)->area;
    if (area == NULL)
        return;
    area->masked = 0;
    uint64_t pending = area->pending & PENDING_BITS;
    if (pending != 0) {
        area->pending = pending & (pending - 1);
        trap_deliver(frame, (enum trap_cause)__builtin_ctzl(pending), 0);
    }
}

CALL_HANDLER(trap_return, address)
{
    struct user_frame user;
    int error = call_copy_in(&user, address, sizeof(user));
    if (error)
        return call_error(error);
    if (!is_ring3_address(user.rip) || !is_ring3_address(user.fs_base))
        return call_error(E_INVAL);
    struct trap_frame frame = {0};
    frame_from_user(&user, &frame);
    msr_write(MSR_FS_BASE, user.fs_base);
    trap_unmask(&frame);
    trap_resume(&frame);
}
