/* Jostling by single steps (jostle.h). */
#include "jostle.h"

#include "core.h"
#include "machine.h"
#include "panic.h"
#include "result.h"
#include "string.h"
#include "trap.h"

#define FLAG_TRAP   (1ul << 8) /* rflags.TF */
#define WAIT_ONE_IN 8          /* instructions, on average */
#define WAIT_MOST   8          /* turns of the others ... */
#define WAIT_LONG   500 /* ... or, once in LONG_ONE_IN waits, so many: as long as a short call of theirs */
#define LONG_ONE_IN 64

static PER_CORE struct {
    bool on;
    uint64_t random;
} jostled;

uint64_t
jostle_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ul + 1442695040888963407ul; /* Knuth's MMIX */
    return *state >> 33;
}

/* Does the rest of a string instruction, where one comes next, of which each byte or word would be a step. */
static void
string_in_one_piece(struct trap_frame *frame)
{
    static const uint8_t copy[] = {0xf3, 0xa4},
                         fill[] = {0xf3, 0x48, 0xab}; /* rep movsb, rep stosq: string.c */
    if (memcmp((const void *)frame->rip, copy, sizeof copy) == 0) {
        memcpy((void *)frame->rdi, (const void *)frame->rsi, frame->rcx);
        frame->rdi += frame->rcx;
        frame->rsi += frame->rcx;
        frame->rcx = 0;
    } else if (memcmp((const void *)frame->rip, fill, sizeof fill) == 0) {
        for (; frame->rcx > 0; frame->rcx--, frame->rdi += sizeof(uint64_t))
            *(uint64_t *)frame->rdi = frame->rax;
    }
}

TRAP_HANDLER(03, test_jostle, VECTOR_DEBUG)
{
    __typeof__(jostled) *own = CORE_OWN(jostled);
    if (!own->on || trap_from_ring3(frame))
        return false;
    if (panic_under_way() || machine_is_ending()) {
        frame->rflags &= ~FLAG_TRAP; /* the report goes undisturbed */
        return true;
    }
    string_in_one_piece(frame);
    if (jostle_random(&own->random) % WAIT_ONE_IN == 0) {
        bool is_long = jostle_random(&own->random) % LONG_ONE_IN == 0;
        for (uint64_t turns = is_long ? WAIT_LONG : 1 + jostle_random(&own->random) % WAIT_MOST; turns > 0;
             turns--)
            cpu_pause();
    }
    return true;
}

struct body {
    void (*function)(uint32_t index, void *argument);
    void *argument;
    uint64_t seed;
};

static void
body_step(uint32_t index, void *argument)
{
    const struct body *body = argument;
    __typeof__(jostled) *own = CORE_OWN(jostled);
    own->random = body->seed + index;
    own->on = true;
    __asm__ volatile("pushfq; orq %0, (%%rsp); popfq" ::"i"(FLAG_TRAP) : "memory", "cc");
    body->function(index, body->argument);
    __asm__ volatile("pushfq; andq %0, (%%rsp); popfq" ::"i"(~(int)FLAG_TRAP) : "memory", "cc");
    own->on = false;
}

void
jostle(void (*function)(uint32_t index, void *argument), void *argument)
{
    struct body body = {function, argument, test_random()};
    test_on_all(body_step, &body);
}
