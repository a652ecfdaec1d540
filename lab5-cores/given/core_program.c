/* Programs on cores: what the core does that was given one, and how it becomes free again. */
#include "core_object.h"
#include "core_sleep.h"
#include "core_work.h"
#include "limbo.h"
#include "machine.h"
#include "panic.h"
#include "string.h"
#include "timer.h"

/* The object whose program runs here; held by the run. */
static PER_CORE struct core_object *running;

/* The run that was halted before its program had begun. */
static PER_CORE uint64_t halted_run;

struct core_object *
core_running(uint32_t index)
{
    return *CORE_AT(index, running);
}

/* --- the start: on the parent's core ------------------------------------------------------------------------ */

int
core_start_hold(struct core_object *core, const struct core_start *start)
{
    if (!object_hold(&core->object))
        return E_NOENT;
    if (!object_hold(&start->root->object)) {
        object_drop(&core->object);
        return E_NOENT;
    }
    for (uint64_t i = 0; i < start->shares; i++) {
        if (object_hold(&start->share[i].share->object))
            continue;
        struct core_start taken = *start;
        taken.shares = i;
        core_start_drop(core, &taken);
        return E_NOENT;
    }
    share_publish(&start->root->object);
    for (uint64_t i = 0; i < start->shares; i++)
        share_publish(&start->share[i].share->object);
    return 0;
}

void
core_start_drop(struct core_object *core, const struct core_start *start)
{
    for (uint64_t i = 0; i < start->shares; i++)
        object_drop(&start->share[i].share->object);
    object_drop(&start->root->object);
    object_drop(&core->object);
}

uint64_t
core_run_number(struct core_object *core)
{
    struct core *words = CORE_AT(core->index, core_words);
    /* Relaxed: the core compares it with orders that name it, which are given later (partner: core_order). Nobody else
     * changes it: the core runs nothing, and its object is locked. */
    uint64_t run = __atomic_load_n(&words->run, __ATOMIC_RELAXED) + 1;
    __atomic_store_n(&words->run, run, __ATOMIC_RELAXED);
    return run;
}

/* --- the run: on the core itself ---------------------------------------------------------------------------- */

/* Lets go of the object, says that the core is free for another run, and wakes the parent. In this order: who sees that
 * the run is over and lets go as well has done the last that keeps the processor from being claimed anew. The object
 * stays readable until this core crosses. */
static void
core_run_over(struct core_object *core, const struct program_end *end)
{
    *CORE_OWN(running) = NULL;
    object_drop(&core->object);
    queue_lock(&core->object.lock);
    core->condition = CORE_HALTED;
    core->end = *end;
    uint32_t parent = core->parent;
    uint64_t parent_run = core->parent_run;
    queue_unlock(&core->object.lock);
    /* Relaxed: a wake without a reason does no harm. */
    if (__atomic_load_n(&CORE_AT(parent, core_words)->run, __ATOMIC_RELAXED) == parent_run)
        core_order(parent, ORDER_WAKE);
}

/* What only the program had is given back before anybody learns that it is over: the account has it again, and the
 * share that named the core does so no more. Crosses and obeys meanwhile: others may wait for this core as it does
 * for them. */
static void
core_limbo_empty(void)
{
    while (!limbo_is_empty()) {
        core_pass();
        core_obey();
        limbo_turn();
        cpu_pause();
    }
}

/* The work that an idle core is given: one run from its beginning to its end. */
static void
core_program(void *argument)
{
    struct core_object *core = argument;
    const struct core_start *start = &core->start; /* nobody changes it while the core is RUNNING */
    struct program_end end = {.reason = END_HALT};
    *CORE_OWN(running) = core;
    core_wake_forget();
    for (uint64_t i = 0; i < start->shares; i++) {
        share_set_change((unsigned)i + 1, start->share[i].share, start->share[i].rights); /* which we hold */
        object_drop(&start->share[i].share->object);
    }
    int error = tree_load(start->root);
    assert(error == 0); /* it has been claimed for this core */
    trap_target_set(&start->trap);
    if (*CORE_OWN(halted_run) != core->run)
        program_enter(&start->frame, &end);
    else
        trap_target_set(&(struct trap_target){0});

    tree_load(NULL);
    share_set_clear();
    object_drop(&start->root->object);
    core_limbo_empty();
    core_run_over(core, &end);
}

void
core_run_hand_over(struct core_object *core)
{
    core_give_work(core->index, core_program, core);
}

/* The last of all orders: it may not come back, and the others, of this core as such, must not be lost with it. */
ORDER_HANDLER(90, halt, ORDER_HALT)
{
    if (program_runs()) {
        core_sleep_over();
        program_end(&(struct program_end){.reason = END_HALT});
    }
    /* It names the run that this core had when core_obey looked. An idle core may have been given the next one since,
     * which nobody has halted. */
    *CORE_OWN(halted_run) = orders >> ORDER_RUN_SHIFT;
}

/* --- first programs, which the kernel itself starts ---------------------------------------------------------- */

/* Whether that error of core_claim may be one of the program before: its core object, or the share that holds it, may
 * still be in limbo, which nobody but us may be there to empty. */
static bool
claim_may_come(int error)
{
    return error == E_AGAIN || (error == E_BUSY && limbo_waiting() > 0);
}

/* Such a program finds the core that it runs on in its share. */
PROGRAM_SETUP(50, core)
{
    struct core_object *core;
    int error;
    char name[NAME_SIZE]; /* the command's first word */
    size_t length = 0;
    while (length + 1 < sizeof(name) && page->command[length] != ' ' && page->command[length] != '\0')
        length++;
    string_copy(name, page->command, length + 1);
    while (claim_may_come(error = core_claim(core_index(), share->account, name, &core))) {
        core_pass();
        limbo_turn_all();
        cpu_pause();
    }
    if (error < 0)
        return error;
    core_wake_forget();
    core->condition = CORE_RUNNING;
    core->run = core_this()->run;
    core->parent = core_index();
    *CORE_OWN(running) = core; /* our reference is the run's */
    page->core = HANDLE(1, core->object.id);
    page->ticks_per_second = clock_frequency;
    page->cores = core_count;
    return share_add(share, &core->object, RIGHT_ALL);
}

/* Whether nothing runs on core `index`; what does is told to halt. */
static bool
core_is_cleared(uint32_t index)
{
    struct core_object *core = core_claimer(index);
    if (core == NULL || !object_hold(&core->object))
        return true;
    queue_lock(&core->object.lock);
    bool runs = core->condition == CORE_RUNNING;
    queue_unlock(&core->object.lock);
    if (runs)
        core_run_halt(core);
    object_drop(&core->object);
    return !runs;
}

/* Halts what runs on other cores, all at once, and waits until each was seen free; how many runs there have been on
 * them. One that is free may have been started anew by one that was not yet. */
static uint64_t
others_clear(void)
{
    uint64_t runs = 0;
    for (bool waits = true; waits;) {
        runs = 0;
        waits = false;
        for (uint32_t i = 0; i < core_count; i++) {
            if (i == core_index())
                continue;
            /* Acquire: before the look at what it runs. */
            runs += __atomic_load_n(&CORE_AT(i, core_words)->run, __ATOMIC_ACQUIRE);
            waits |= !core_is_cleared(i);
        }
        core_pass();
        core_obey();
        cpu_pause();
    }
    return runs;
}

/* Where two looks find all others free, with no run between, they were so all at one moment: nobody is left who could
 * start another. */
void
program_over(const struct program_end *end)
{
    struct core_object *core = core_running(core_index());
    if (core != NULL)
        core_run_over(core, end != NULL ? end : &(struct program_end){0});
    uint64_t runs = others_clear(), before;
    do {
        before = runs;
        runs = others_clear();
    } while (runs != before);
}
