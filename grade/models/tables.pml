/* Limbo of page tables: a table is free only when no walker can write to it any more.
 *
 * A walker sets accessed bits in a table that it reaches through a directory entry it has cached, even while its core
 * is in the kernel, or on its way out of it with `where` saying ring 3 already. So limbo waits, besides, until each
 * core has made the flushes that had been asked of it when the table was noted, or is asleep: then it has the kernel's
 * own root loaded.
 *
 *      runner    core_leave, core_flush_own, core_enter, core_pass; core_sleep: tree_leave_for_sleep, core_rest,
 *                tree_return
 *      walker    the processor
 *      unmapper  tree_clear, tree_recall_table; tree_flush, core_flush; tree_free_table; grace_begin,
 *                grace_core_is_past
 *
 * Shown: (1) no table that is free is written by a walker; (2) a core that is in ring 3 or asleep for good holds no
 * table up. That the runner is the tree's tenant is taken for granted: tlb.pml shows what comes of that. */
#define CORES 2
#define DIRECTORY (CORE_WORDS) /* the entry that names the table */
#define WORDS     (CORE_WORDS + 1)
#include "watching.pml"

#define RUNNER   0
#define UNMAPPER 1
bool on_root = true; /* cr3 of the runner's processor is the user root */
bool cached;         /* the walker has the directory entry */
bool free;           /* the table */
bool waits;          /* the unmapper, in limbo */

active proctype walker()
{
end:
    do
    :: atomic { on_root && memory[DIRECTORY] && !cached -> cached = true }
    :: atomic { cached && free -> assert(false) } /* (1) */
    od
}

inline flush_own()
{
    want = SEES(RUNNER, WANT(RUNNER));
    if
    :: want != SEES(RUNNER, DONE(RUNNER)) ->
       ORDER(flush_before_done, (cached = false), (STORE(RUNNER, DONE(RUNNER), want)))
    :: else
    fi;
    want = 0
}

proctype runner()
{
    byte want, calls = 2;
kernel:
    if
    :: goto leave
    :: calls > 0 -> calls--; CROSS(RUNNER, KERNEL); flush_own(); goto kernel /* core_pass */
    :: calls > 0 -> calls--; goto rest
    :: goto stays
    fi;
leave:
    flush_own();
    CROSS(RUNNER, RING3);
    if
    :: SEES(RUNNER, WANT(RUNNER)) != SEES(RUNNER, DONE(RUNNER)) -> CROSS(RUNNER, KERNEL); goto leave
    :: else
    fi;
end_in_ring3:
    if
    :: atomic { interrupt[RUNNER] -> interrupt[RUNNER] = false }
    :: calls > 0 -> calls--
    fi;
    CROSS(RUNNER, KERNEL);
    goto kernel;

rest:
    NEEDED(kernel_root_before_sleep, atomic { on_root = false; cached = false });
    CROSS(RUNNER, ASLEEP);
    if
    :: goto stays
    :: skip
    fi;
    CROSS(RUNNER, KERNEL);
    d_step { on_root = true; cached = false };
    goto kernel;

stays: /* asleep, or in its kernel, for good */
end_stays:
    false
}

proctype unmapper()
{
    byte ticket, seen;

    STORE(UNMAPPER, DIRECTORY, 0);
    FENCE(UNMAPPER);
    LOCKED(UNMAPPER, memory[WANT(RUNNER)]++; ticket = memory[WANT(RUNNER)]);
    if
    :: STATE(SEES(UNMAPPER, WHERE(RUNNER))) == RING3 && SEES(UNMAPPER, DONE(RUNNER)) < ticket ->
       interrupt[RUNNER] = true
    :: else
    fi;
    STATE(SEES(UNMAPPER, WHERE(RUNNER))) != RING3 || SEES(UNMAPPER, DONE(RUNNER)) >= ticket;

    seen = SEES(UNMAPPER, WHERE(RUNNER));
    ticket = SEES(UNMAPPER, WANT(RUNNER));
    waits = true;
end_in_limbo:
    STATE(seen) != KERNEL || SEES(UNMAPPER, WHERE(RUNNER)) != seen;
end_in_limbo_for_done:
    NEEDED_IF(wait_for_done, SEES(UNMAPPER, DONE(RUNNER)) >= ticket ||
              EITHER(asleep_counts, (STATE(SEES(UNMAPPER, WHERE(RUNNER))) == ASLEEP), (false)));
    waits = false;
    free = true
}

active proctype watch()
{
    timeout -> assert(!waits || STATE(memory[WHERE(RUNNER)]) == KERNEL) /* (2) */
}

init
{
    atomic {
        memory[DIRECTORY] = 1;
        run runner();
        run unmapper()
    }
}
