/* Flushes: once core_flush has returned, no core in ring 3 uses a translation from before.
 *
 * Core 0 loads a root (tree_load), goes to ring 3 and comes back, and leaves the root. Its processor's walker fills the
 * TLB from the tables whenever the root is loaded, in ring 3 and in the kernel. Two other cores each clear an entry,
 * flush (tree_flush, core_flush), and free the page at once: that a page really goes through limbo is for those who
 * have found it in the kernel (limbo.pml).
 *
 *      target    tree_load, tree_claim, tree_give_back; core_leave, core_flush_own, core_is_wanted; core_enter
 *      walker    the processor
 *      unmapper  tree_change_entries; tree_flush, tree_cores, cores_flush; core_flush, core_flush_waits
 *
 * Shown: (1) no page that is free is used in ring 3; (2) who reads that a root has no tenant knows that no walker is
 * on it (T7); (3) a core in its kernel is not waited for. That the load of cr3 drains the store buffer is not used. */
#define CORES 3
#define TENANT      (CORE_WORDS)
#define ENTRY(page) (CORE_WORDS + 1 + (page))
#define WORDS       (CORE_WORDS + 3)
#include "watching.pml"

#define TARGET 0
bool on_root;           /* cr3 of the target's processor */
bool tlb[2], free[2];   /* by page */
bool in_ring3;

inline tlb_flush() { d_step { tlb[0] = false; tlb[1] = false } }

/* Two walks side by side make no difference. */
active proctype walker()
{
end:
    do
    :: atomic { on_root && memory[ENTRY(0)] && !tlb[0] -> tlb[0] = true }
    :: atomic { on_root && memory[ENTRY(1)] && !tlb[1] -> tlb[1] = true }
    od
}

proctype target()
{
    byte want;
    bool called = false;

    EITHER(exchange_in_tree_claim, (LOCKED(TARGET, memory[TENANT] = 1)), (STORE(TARGET, TENANT, 1)));
    on_root = true;
leave:
    want = SEES(TARGET, WANT(TARGET));
    if
    :: want != SEES(TARGET, DONE(TARGET)) ->
       NEEDED(flush_on_the_way, tlb_flush());
       STORE(TARGET, DONE(TARGET), want)
    :: else
    fi;
    want = 0;
    EITHER(exchange_in_leave, (CROSS(TARGET, RING3)), (PLAIN_CROSS(TARGET, RING3)));
    if
    :: NEEDED_IF(second_look_at_want, SEES(TARGET, WANT(TARGET)) == SEES(TARGET, DONE(TARGET)))
    :: SEES(TARGET, WANT(TARGET)) != SEES(TARGET, DONE(TARGET)) -> CROSS(TARGET, KERNEL); goto leave
    fi;
    in_ring3 = true;
end_in_ring3:
    if
    :: atomic { interrupt[TARGET] -> interrupt[TARGET] = false; in_ring3 = false };
       CROSS(TARGET, KERNEL);
       goto leave
    :: atomic { !called -> called = true; in_ring3 = false };
       CROSS(TARGET, KERNEL)
    fi;
    if
    :: goto leave
    :: goto busy
    :: ORDER(cr3_before_tenant, (d_step { on_root = false; tlb[0] = false; tlb[1] = false }),
             (STORE(TARGET, TENANT, 0)))
    fi;
busy:
end_busy:
    false
}

proctype unmapper(byte me; byte page)
{
    byte ticket;

    STORE(me, ENTRY(page), 0);
    NEEDED(fence_in_tree_cores, FENCE(me));
    if
    :: atomic { SEES(me, TENANT) == 0 -> assert(!on_root) } /* (2) */
    :: SEES(me, TENANT) != 0 ->
       EITHER(locked_raise, (LOCKED(me, memory[WANT(TARGET)]++; ticket = memory[WANT(TARGET)])),
              (ticket = SEES(me, WANT(TARGET)) + 1; STORE(me, WANT(TARGET), ticket)));
       if
       :: STATE(SEES(me, WHERE(TARGET))) == RING3 && SEES(me, DONE(TARGET)) < ticket ->
          NEEDED(interrupt_ring3, interrupt[TARGET] = true)
       :: else
       fi;
       ticket = SEES(me, WANT(TARGET));
       NEEDED(wait_for_flush,
           EITHER(no_wait_for_kernel, (STATE(SEES(me, WHERE(TARGET))) != RING3), (false)) ||
           SEES(me, DONE(TARGET)) >= ticket)
    fi;
    free[page] = true
}

active proctype watch()
{
end:
    do
    :: d_step { in_ring3 && tlb[0] && free[0] -> assert(false) } /* (1) */
    :: d_step { in_ring3 && tlb[1] && free[1] -> assert(false) }
    od
}

init
{
    atomic {
        memory[ENTRY(0)] = 1;
        memory[ENTRY(1)] = 1;
        run target();
        run unmapper(1, 0);
        run unmapper(2, 1)
    }
}
