/* Copying a segment: a page that two segments share is written by nobody.
 *
 * A program writes a page of the source through its TLB, and faults where that does not allow it. Meanwhile the source
 * is copied: marked, its entries made read-only, flushed, then counted twice, unmarked. Between its batches the copy
 * gives the lock back (core_pass); the mark stands.
 *
 *      writer    the processor; tree_fault, fault_enter, segment_touch for writes
 *      copier    segment_copy, segment_protect_mappings, tree_change_entries, segment_share_tree
 *
 * Shown: nobody writes the page once the copy shares it. A flush is one step here: tlb.pml shows what core_flush
 * promises. */
#define CORES 2
#define ENTRY  0 /* the writer's: READS, WRITES or OWN (another page), or 0 */
#define COUNT  1 /* owners of the page */
#define MARK   2
#define LOCK_S 3
#define WORDS  4
#include "machine.pml"

#define WRITER 0
#define COPIER 1
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
    byte faults = 2;
    do
    :: faults > 0 ->
       faults--;
       tlb = 0; /* as a fault does at its address */
       LOCK(WRITER, LOCK_S);
       if
       :: EITHER(mark, (SEES(WRITER, MARK)), (false)) /* tries again */
       :: else ->
          if
          :: SEES(WRITER, COUNT) == 1 -> STORE(WRITER, ENTRY, WRITES)
          :: else -> STORE(WRITER, ENTRY, 0); FENCE(WRITER); tlb = 0; STORE(WRITER, ENTRY, OWN)
          fi
       fi;
       UNLOCK(WRITER, LOCK_S)
    :: break
    od
}

inline pass()
{
    UNLOCK(COPIER, LOCK_S);
    LOCK(COPIER, LOCK_S)
}

inline protect()
{
    if
    :: SEES(COPIER, ENTRY) == WRITES -> NEEDED(write_taken_away, STORE(COPIER, ENTRY, READS))
    :: else
    fi;
    NEEDED(fence_in_tree_flush, FENCE(COPIER));
    NEEDED(flush, tlb = 0)
}

inline share()
{
    LOCKED(COPIER, memory[COUNT]++; shared = true)
}

proctype copier()
{
    LOCK(COPIER, LOCK_S);
    STORE(COPIER, MARK, 1);
    pass();
    ORDER(flushed_before_count, (protect(); pass()), (share()));
    pass();
    STORE(COPIER, MARK, 0);
    UNLOCK(COPIER, LOCK_S)
}

init
{
    atomic {
        memory[ENTRY] = WRITES;
        memory[COUNT] = 1;
        run writer();
        run copier()
    }
}
