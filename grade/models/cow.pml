/* Copy on write: breaking a copy of a page that others still read through the old one.
 *
 * Segments A and B share a page. A is mapped on a core that reads it in ring 3, with a TLB. A write fault in A gives A
 * a page of its own; a write fault in B writes in place once the page's count is 1. Another core's kernel copies from A
 * for a system call: it finds the page in the table, copies, looks again, and copies again where it finds another one.
 *
 *      walker      the processor
 *      reader      tree_fault, fault_enter for reads
 *      copier      user_copy_in, user_page_find, tree_translate
 *      writer_a    segment_touch, mappings_change, cores_flush; segment_page, segment_own_page
 *      writer_b    segment_page, page_is_shared
 *
 * Shown: (1) what is read through A never shows what B writes afterwards; (2) nor does A's copy of the page; (3) nor
 * what a system call gets. A flush is one step here: tlb.pml shows what core_flush promises. */
#define CORES 4
#define PAGE_OF_A 0 /* OLD or OWN */
#define ENTRY     1 /* the reader's, for A's page: OLD, OWN or 0 */
#define COUNT     2 /* owners of the old page */
#define LOCK_A    3
#define WORDS     4
#include "machine.pml"

#define READER   0
#define WRITER_A 1
#define WRITER_B 2
#define COPIER   3
#define OLD 1
#define OWN 2
byte tlb;
bool written; /* by B, into the old page */

active proctype walker()
{
end:
    do
    :: atomic { memory[ENTRY] && !tlb -> tlb = memory[ENTRY] }
    :: atomic { tlb == OLD && written -> assert(false) } /* (1) */
    od
}

inline fault(me)
{
    LOCK(me, LOCK_A);
    STORE(me, ENTRY, SEES(me, PAGE_OF_A));
    UNLOCK(me, LOCK_A)
}

proctype reader()
{
    fault(READER)
}

inline look(page)
{
    page = SEES(COPIER, ENTRY);
    if
    :: page == 0 -> fault(COPIER); page = SEES(COPIER, ENTRY)
    :: else
    fi;
    page != 0 /* looks until it finds one */
}

proctype copier()
{
    byte page, again;
    bool wrong;
    look(page);
    wrong = page == OLD && written;
    look(again);
    if
    :: NEEDED_IF(second_look_in_copy_in, again == page)
    :: again != page -> wrong = again == OLD && written
    fi;
    assert(!wrong) /* (3) */
}

inline clear_page()
{
    NEEDED(cleared, STORE(WRITER_A, ENTRY, 0));
    NEEDED(fence_in_tree_cores, FENCE(WRITER_A));
    NEEDED(flush, tlb = 0)
}

inline replace_page()
{
    ORDER(copied_before_drop, (assert(!written) /* (2) */),
          (LOCKED(WRITER_A, memory[COUNT]--)));
    STORE(WRITER_A, PAGE_OF_A, OWN)
}

proctype writer_a()
{
    LOCK(WRITER_A, LOCK_A);
    if
    :: SEES(WRITER_A, COUNT) > 1 -> ORDER(cleared_before_drop, (clear_page()), (replace_page()))
    :: else
    fi;
    UNLOCK(WRITER_A, LOCK_A)
}

proctype writer_b()
{
    if
    :: SEES(WRITER_B, COUNT) == 1 -> written = true
    :: SEES(WRITER_B, COUNT) > 1
    fi
}

init
{
    atomic {
        memory[PAGE_OF_A] = OLD;
        memory[ENTRY] = OLD;
        memory[COUNT] = 2;
        run reader();
        run copier();
        run writer_a();
        run writer_b()
    }
}
