/* Core objects: a processor as something that a program can name. Exercise 5.2 is in core_run.c.
 *
 *     core_alloc         core_run             core_exit, a fault, core_halt
 *     ---------> FREE ------------> RUNNING - - - - - - - - - - - - - - - - -> HALTED ----> (core_run again)
 *                                      |   the program ends, then root and       |
 *                                      |   shares are given up                   +-- the parent is woken
 *
 * K1  A processor belongs to one core object at a time, which claims it; when the object dies it is free again.
 * K2  A program runs with a root tree, whose tenant its core is, and with shares in its set. It refers to these, and to
 *     its core object, until it is over: nothing of it goes before the core itself has left it.
 * K3  Each run of a core has a number of its own. An order to halt names the run that it is meant for, so one that
 *     comes late ends no other program.
 * K4  HALTED is said last: whoever sees it finds the root free for another core, and what only the program had given
 *     back: freed, and no longer charged. */
#ifndef COREY_CORE_OBJECT_H
#define COREY_CORE_OBJECT_H

#include "core_context.h"
#include "core_status.h"
#include "object.h"
#include "program.h"
#include "share.h"
#include "user_trap.h"

/* What a run begins with. Each of these is a reference, once core_start_hold has taken them. */
struct core_start {
    struct tree *root;
    struct share_set_slot share[CORE_SHARES_MOST]; /* for slots 1, 2, ... */
    uint64_t shares;
    struct trap_target trap;
    struct trap_frame frame;
};

struct core_object {
    struct object object;    /* its lock guards the rest, but for index */
    uint32_t index;          /* of the processor; constant */
    uint32_t condition;      /* enum core_condition; that a program sleeps is not said here */
    uint64_t run;            /* number of the last run */
    struct program_end end;  /* how it ended */
    uint32_t parent;         /* index of the core that started it ... */
    uint64_t parent_run;     /* ... and which of that core's runs did */
    struct core_start start; /* the run's, from core_run until it has begun */
};

/* --- exercise 5.2 ----------------------------------------------------------------------------------------------- */

/* Starts a run with what `start` names: takes the references (core_start_hold), makes the core the root's tenant
 * (tree_claim), draws the run's number (core_run_number), fills in condition, run, parent, parent_run and start, and
 * hands the run over (core_run_hand_over), last and with no lock. The caller found core, root and shares in this
 * crossing; what start->trap names it holds, and that is the run's when it has been handed over.
 * E_BUSY: the core is RUNNING, or the root has a tenant. E_NOENT: core, root or a share is dead. On an error nothing
 * has changed, and start->trap is still the caller's. */
int core_run_start(struct core_object *core, const struct core_start *start);

/* Orders the end of the core's run, if one is RUNNING: that run's and no other's (K3). What belongs to the run is not
 * touched (K2). */
void core_run_halt(struct core_object *core);

/* --- given ------------------------------------------------------------------------------------------------------ */

/* References on core, root and shares, of which root and shares become public; or none, and E_NOENT. */
int core_start_hold(struct core_object *core, const struct core_start *start);

/* Gives them up again. No locks held. */
void core_start_drop(struct core_object *core, const struct core_start *start);

/* The number of the next run of a core that runs nothing: from now on an order to halt with this number is meant for
 * it. Core locked. */
uint64_t core_run_number(struct core_object *core);

/* Has the core begin the run that stands in core->start. No locks held. */
void core_run_hand_over(struct core_object *core);

/* Makes an object that claims processor `index`; the caller holds its one reference. E_BUSY: it is claimed. E_AGAIN:
 * its object is dead, and leaves limbo soon; or of the account. E_NOMEM, E_NOSPC. */
int core_claim(uint32_t index, struct account *account, const char *name, struct core_object **out);

/* The object whose program runs on core `index`, which that run holds; null: none. For the books, while that core
 * stands still. */
struct core_object *core_running(uint32_t index);

/* The object that has claimed processor `index`, or null. It may be used until this core's next crossing. */
struct core_object *core_claimer(uint32_t index);

/* The same, if it is charged to this account; else null. Touches no object of anybody else's. */
struct core_object *core_claimer_charged_to(uint32_t index, const struct account *account);

#endif
