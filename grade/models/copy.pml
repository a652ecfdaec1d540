/* Copying a segment: a page that two segments share is written by nobody.
 *
 * A program writes a page of the source through its TLB, and faults where that does not allow it. Meanwhile two cores
 * copy the source. Each takes W from its entries by batches, and crosses between them without the lock (core_pass);
 * meanwhile `copying` keeps entries from becoming writable. What it has taken away it flushes before it gives the lock
 * back: so whoever holds a segment's lock knows that no TLB allows more than the entries do, and a copy that finds
 * nothing writable has nothing to flush. When W is gone the page is counted once more.
 *
 *      writer    the processor; tree_fault, fault_enter, segment_touch for writes
 *      copier    segment_copy, copy_protect, copy_pass; segment_protect_mappings, mappings_change;
 *                segment_share_tree
 *
 * Shown: nobody writes the page once a copy shares it. A flush is one step here: tlb.pml shows what core_flush
 * promises. */
#define CORES 3
#define ENTRY        0 /* the writer's: READS, WRITES or OWN (another page), or 0 */
#define COUNT        1 /* owners of the page */
#define COPYING      2
#define SEGMENT_LOCK 3
#define WORDS        4
#include "machine.pml"

#define READS  1
#define WRITES 2
#define OWN    3
byte tlb;
bool shared;

active proctype walker()
{
end:
    do
    :: atomic { memory[ENTRY] && !tlb -> tlb = memory[ENTRY] }
    :: atomic { tlb == WRITES && shared -> assert(false) }
    od
}

proctype writer()
{
    byte me = 0, faults = 2;
    do
    :: faults > 0 ->
       faults--;
       tlb = 0; /* as a fault does at its address */
       LOCK(me, SEGMENT_LOCK);
       if
       :: EITHER(none_becomes_writable, (SEES(me, COPYING)), (false)) /* tries again */
       :: else ->
          if
          :: SEES(me, COUNT) == 1 -> STORE(me, ENTRY, WRITES)
          :: else -> STORE(me, ENTRY, 0); FENCE(me); tlb = 0; STORE(me, ENTRY, OWN)
          fi
       fi;
       UNLOCK(me, SEGMENT_LOCK)
    :: break
    od
}

inline flush()
{
    NEEDED(fence_in_tree_cores, FENCE(me));
    NEEDED(flush, if :: changed -> tlb = 0 :: else fi);
    changed = false
}

inline protect()
{
    if
    :: SEES(me, ENTRY) == WRITES -> NEEDED(write_taken_away, STORE(me, ENTRY, READS)); changed = true
    :: else
    fi
}

/* A batch, and the crossing after it. */
inline protect_by_batches()
{
    STORE(me, COPYING, SEES(me, COPYING) + 1);
    protect();
    EITHER(flushed_before_pass, (flush()), (skip));
    UNLOCK(me, SEGMENT_LOCK);
    LOCK(me, SEGMENT_LOCK);
    STORE(me, COPYING, SEES(me, COPYING) - 1);
    EITHER(flushed_before_pass, (skip), (flush()))
}

inline share()
{
    LOCKED(me, memory[COUNT]++; shared = true)
}

proctype copier(byte me)
{
    bool changed;
    LOCK(me, SEGMENT_LOCK);
    ORDER(protected_before_count, (protect_by_batches()), (share()));
    UNLOCK(me, SEGMENT_LOCK)
}

init
{
    atomic {
        memory[ENTRY] = WRITES;
        memory[COUNT] = 1;
        run writer();
        run copier(1);
        run copier(2)
    }
}
