/* Borrowed tables: a root links an inner tree's leaf table, and none keeps it when the inner tree takes it back.
 *
 * Two roots link the table, each on its core, holding the root's lock and not the inner tree's. The inner tree takes
 * the table back: it clears its own directory entry, then the copies, root by root under their locks, and then drops
 * its own reference, which is the last.
 *
 *      linker     fault_enter, tree_link: page_hold
 *      recaller   tree_clear, tree_recall_table: page_drop; tree_free_table
 *
 * Shown: (1) no root links a table that was taken back, for good; (2) a reference is never taken on a table that has
 * none left; (3) the inner tree's reference is the last. So linking needs no grace period; walking does (leaf.pml,
 * tables.pml). */
#define CORES 3
#define INNER         0            /* the inner tree's directory entry: names the table, or nothing */
#define COUNT         1            /* the table's references */
#define ROOT(core)    (2 + (core)) /* the borrowed entry of the root that runs there */
#define LOCK_OF(core) (4 + (core)) /* that root's */
#define WORDS         6
#include "machine.pml"

#define RECALLER 2
bool taken_back;

proctype linker(byte me)
{
    LOCK(me, LOCK_OF(me));
    if
    :: SEES(me, INNER) ->
       EITHER(locked_count, (LOCKED(me, assert(memory[COUNT] > 0) /* (2) */; memory[COUNT]++)),
              (STORE(me, COUNT, SEES(me, COUNT) + 1)));
       STORE(me, ROOT(me), 1)
    :: else
    fi;
    UNLOCK(me, LOCK_OF(me))
}

inline drop(is_last)
{
    LOCKED(RECALLER, memory[COUNT]--; assert((memory[COUNT] == 0) == is_last)) /* (3) */
}

inline recall(root)
{
    NEEDED(lock_of_root, LOCK(RECALLER, LOCK_OF(root)));
    if
    :: SEES(RECALLER, ROOT(root)) -> STORE(RECALLER, ROOT(root), 0); drop(false)
    :: else
    fi;
    NEEDED(lock_of_root, UNLOCK(RECALLER, LOCK_OF(root)))
}

proctype recaller()
{
    ORDER(own_entry_first, (STORE(RECALLER, INNER, 0)), (recall(0); recall(1)));
    FENCE(RECALLER); /* tree_flush */
    drop(true);
    taken_back = true
}

active proctype watch()
{
end:
    do
    :: d_step { taken_back && (memory[ROOT(0)] || memory[ROOT(1)]) -> assert(false) } /* (1) */
    od
}

init
{
    atomic {
        memory[INNER] = 1;
        memory[COUNT] = 1;
        run linker(0);
        run linker(1);
        run recaller()
    }
}
