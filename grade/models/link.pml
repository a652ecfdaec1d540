/* Borrowed tables: a root links an inner tree's leaf table, and none keeps it when the inner tree takes it back.
 *
 * A root's fault links all leaf tables that the inner tree has behind one of the root's mappings, also those of
 * segments whose locks it does not hold. Meanwhile the root unmaps the inner tree, and the inner tree, which needs this
 * table no longer, takes it back: clears what roots have borrowed and its own directory entry, flushes, and drops its
 * reference. All hold the inner tree's lock; the root's, which they hold besides, guards the root's other tables.
 *
 *      linker     place_make, mapping_stands, tree_link: page_hold
 *      unmapper   tree_unmap of the root's mapping: mapping_unlink, tree_clear: page_drop
 *      recaller   tree_clear, tree_recall_table: page_drop; tree_free_table
 *
 * Shown: (1) no root links a table that was taken back, for good, nor one without a mapping that shows it; (2) a
 * reference is never taken on a table that has none left; (3) the inner tree's reference is the last. */
#define CORES 3
#define INNER      0 /* the inner tree's directory entry: names the table, or nothing */
#define BORROWED   1 /* the root's */
#define COUNT      2 /* the table's references */
#define SHOWN      3 /* the root's mapping stands in the inner tree's list */
#define INNER_LOCK 4
#define WORDS      5
#include "machine.pml"

bool taken_back, unmapped;

inline hold()
{
    LOCKED(me, assert(memory[COUNT] > 0) /* (2) */; memory[COUNT]++)
}

inline drop(is_last)
{
    LOCKED(me, memory[COUNT]--; assert((memory[COUNT] == 0) == is_last)) /* (3) */
}

proctype linker()
{
    byte me = 0;
    SEES(me, SHOWN) == 1 || unmapped; /* found without a lock */
    NEEDED(locked_to_link, LOCK(me, INNER_LOCK));
    if
    :: NEEDED_IF(mapping_stands, SEES(me, SHOWN) == 1) && SEES(me, INNER) == 1 && SEES(me, BORROWED) == 0 ->
       NEEDED(held, hold());
       STORE(me, BORROWED, 1)
    :: else
    fi;
    NEEDED(locked_to_link, UNLOCK(me, INNER_LOCK))
}

inline return_borrowed()
{
    if
    :: SEES(me, BORROWED) == 1 -> STORE(me, BORROWED, 0); drop(false)
    :: else
    fi
}

proctype unmapper()
{
    byte me = 1;
    NEEDED(locked_to_unmap, LOCK(me, INNER_LOCK));
    STORE(me, SHOWN, 0);
    return_borrowed();
    FENCE(me);
    NEEDED(locked_to_unmap, UNLOCK(me, INNER_LOCK));
    unmapped = true
}

proctype recaller()
{
    byte me = 2;
    NEEDED(locked_to_recall, LOCK(me, INNER_LOCK));
    if
    :: SEES(me, SHOWN) == 1 -> NEEDED(recalled, return_borrowed())
    :: else
    fi;
    STORE(me, INNER, 0);
    FENCE(me); /* of tree_cores */
    drop(true);
    NEEDED(locked_to_recall, UNLOCK(me, INNER_LOCK));
    taken_back = true
}

active proctype watch()
{
end:
    do
    :: d_step { (taken_back || unmapped) && memory[BORROWED] -> assert(false) } /* (1) */
    od
}

init
{
    atomic {
        memory[INNER] = 1;
        memory[COUNT] = 1;
        memory[SHOWN] = 1;
        run linker();
        run unmapper();
        run recaller()
    }
}
