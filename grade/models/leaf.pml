/* Shared leaf tables: once an unmap has returned, no entry shows the page, and none comes later.
 *
 * Two mappings have pages in the same 2 MiB. A fault finds its mapping and the leaf table without a lock, makes the
 * table under the tree's lock where there is none, takes the table's lock, looks the mapping up again and enters the
 * page. An unmap holds the tree's lock from beginning to end: it takes its mapping out, takes the table's lock and
 * clears; where no mapping needs the table any more, it clears the directory's entry, and the table goes into limbo.
 * The second mapping is made and unmapped beside the first one's end.
 *
 *      faulter   tree_fault, tree_find, tree_entry, fault_enter, place_lock
 *      first     tree_unmap, mapping_unlink, tree_clear, tree_needs_table; tree_free_table
 *      second    tree_map, mapping_link; then the same
 *
 * Shown: (1) an unmap leaves no entry of its mapping in any table that a walker may still know, for good: so whoever
 * finds no table has nothing to flush; (2) nobody touches a table that is free; (3) no table stays that no mapping
 * needs; (4) where the mapping still stands, the directory still names the table: that needs no second look.
 * What flushes do is in tlb.pml. No segment's lock is counted on. */
#define CORES 3
#define MAPPING(which)      (CORE_WORDS + (which)) /* whether the list has it */
#define DIRECTORY           (CORE_WORDS + 2)       /* the table that it names: 1 or 2, which a fault makes; 0: none */
#define TREE_LOCK           (CORE_WORDS + 3)
#define TABLE_LOCK(table)   (CORE_WORDS + 3 + (table))
#define ENTRY(table, which) (CORE_WORDS + 4 + 2 * (table) + (which))
#define WORDS               (CORE_WORDS + 10)
#include "watching.pml"

#define FAULTER 0
bool unmapped[2]; /* tree_unmap has returned */
bool free[3];     /* by table */

/* tree_entry with `make`. Gives up where the mapping has gone. */
inline make_table()
{
    LOCK(FAULTER, TREE_LOCK);
    if
    :: NEEDED_IF(look_before_making, SEES(FAULTER, MAPPING(which))) && !SEES(FAULTER, DIRECTORY) ->
       STORE(FAULTER, DIRECTORY, 2)
    :: else
    fi;
    UNLOCK(FAULTER, TREE_LOCK)
}

proctype faulter(byte which)
{
    byte table;
    CROSS(FAULTER, KERNEL);
    if
    :: !SEES(FAULTER, MAPPING(which)) -> goto out
    :: else
    fi;
    if
    :: !SEES(FAULTER, DIRECTORY) -> make_table()
    :: else
    fi;
    table = SEES(FAULTER, DIRECTORY);
    if
    :: table == 0 -> goto out
    :: else
    fi;
    LOCK(FAULTER, TABLE_LOCK(table));
    assert(!free[table]);
    if
    :: NEEDED_IF(second_look_at_mapping, SEES(FAULTER, MAPPING(which))) ->
       assert(SEES(FAULTER, DIRECTORY) == table || !SEES(FAULTER, MAPPING(which))); /* (4) */
       STORE(FAULTER, ENTRY(table, which), 1)
    :: else
    fi;
    assert(!free[table]);
    UNLOCK(FAULTER, TABLE_LOCK(table));
out:
    CROSS(FAULTER, RING3)
}

inline clear()
{
    table = SEES(me, DIRECTORY);
    if
    :: table == 0
    :: else ->
       NEEDED(lock_of_table, LOCK(me, TABLE_LOCK(table)));
       STORE(me, ENTRY(table, which), 0);
       if
       :: !SEES(me, MAPPING(1 - which)) -> STORE(me, DIRECTORY, 0); unlinked = table
       :: else
       fi;
       NEEDED(lock_of_table, UNLOCK(me, TABLE_LOCK(table)))
    fi;
    table = 0
}

inline unmap()
{
    NEEDED(tree_locked, LOCK(me, TREE_LOCK));
    ORDER(mapping_out_first, (STORE(me, MAPPING(which), 0)), (clear()));
    FENCE(me); /* tree_flush */
    NEEDED(tree_locked, UNLOCK(me, TREE_LOCK));
    unmapped[which] = true;
    if
    :: unlinked ->
       seen = SEES(me, WHERE(FAULTER));
       NEEDED(limbo, STATE(seen) != KERNEL || SEES(me, WHERE(FAULTER)) != seen);
       free[unlinked] = true
    :: else
    fi
}

proctype first()
{
    byte me = 1, which = 0, table, unlinked, seen;
    unmap()
}

proctype second()
{
    byte me = 2, which = 1, table, unlinked, seen;
    LOCK(me, TREE_LOCK);
    STORE(me, MAPPING(which), 1);
    UNLOCK(me, TREE_LOCK);
    unmap()
}

active proctype watch()
{
    do
    :: d_step { unmapped[0] && (memory[ENTRY(1, 0)] || memory[ENTRY(2, 0)]) -> assert(false) } /* (1) */
    :: d_step { unmapped[1] && (memory[ENTRY(1, 1)] || memory[ENTRY(2, 1)]) -> assert(false) }
    :: timeout -> break
    od;
    assert(!memory[DIRECTORY]) /* (3) */
}

init
{
    atomic {
        memory[WHERE(FAULTER)] = RING3;
        memory[MAPPING(0)] = 1;
        if
        :: memory[DIRECTORY] = 1
        :: skip
        fi;
        if
        :: run faulter(0)
        :: run faulter(1)
        fi;
        run first();
        run second()
    }
}
