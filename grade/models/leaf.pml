/* Leaf tables: an entry is written under its segment's lock, and no tree's (T8 in tree.h).
 *
 * Two segments are mapped in the same 2 MiB of a tree, each with faults on a core of its own. A fault finds its mapping
 * without a lock, takes the segment's lock, sees that the mapping stands, makes the table under the tree's lock where
 * there is none, and enters the page. Who maps or unmaps holds the segment's lock and the tree's from beginning to
 * end; an unmap unlinks the table where no mapping needs it any more. One mapping is unmapped; the other one is made
 * beside that, and then unmapped, too.
 *
 *      faulter   tree_fault, tree_find, mapping_stands, fault_enter, place_entry, place_make
 *      first     tree_unmap: unmap_one, mapping_unlink, tree_clear, tree_needs_table
 *      second    tree_map, mapping_link; then the same
 *
 * Shown: (1) an unmap leaves no entry of its mapping in any table that a walker may still know, for good: so who
 * finds no table, or no entry, has nothing to flush; (2) nobody writes to a table that is unlinked; (3) no table stays
 * that no mapping needs. What flushes do is in tlb.pml, and who only looks at tables in limbo.pml and tables.pml. */
#define CORES 4
#define MAPPING(which)      (which)      /* whether the lists have it */
#define SEGMENT_LOCK(which) (2 + (which)) /* of the segment that it shows */
#define TREE_LOCK           4
#define DIRECTORY           5            /* the table that it names: 1 to 3; 0: none */
#define ENTRY(table, which) (4 + 2 * (table) + (which))
#define WORDS               12
#include "machine.pml"

bool unmapped[2]; /* tree_unmap has returned */
bool unlinked[4]; /* by table */
byte made = 1;    /* tables so far */

/* place_make */
inline make_table()
{
    NEEDED(tree_locked_to_make, LOCK(me, TREE_LOCK));
    table = SEES(me, DIRECTORY);
    if
    :: table == 0 -> made++; table = made; STORE(me, DIRECTORY, table)
    :: else
    fi;
    NEEDED(tree_locked_to_make, UNLOCK(me, TREE_LOCK))
}

proctype faulter(byte me; byte which)
{
    byte table;
    SEES(me, MAPPING(which)) == 1 || unmapped[which]; /* tries until it finds it, if ever */
    LOCK(me, SEGMENT_LOCK(which));
    if
    :: NEEDED_IF(mapping_stands, SEES(me, MAPPING(which)) == 1) ->
       table = SEES(me, DIRECTORY);
       if
       :: table == 0 -> make_table()
       :: else
       fi;
       assert(!unlinked[table]); /* (2) */
       STORE(me, ENTRY(table, which), 1)
    :: else
    fi;
    UNLOCK(me, SEGMENT_LOCK(which))
}

/* tree_clear */
inline clear()
{
    table = SEES(me, DIRECTORY);
    if
    :: table == 0
    :: else ->
       STORE(me, ENTRY(table, which), 0);
       if
       :: NEEDED_IF(needs_table, SEES(me, MAPPING(1 - which)) == 0) ->
          STORE(me, DIRECTORY, 0);
          FENCE(me);
          unlinked[table] = true
       :: else
       fi
    fi;
    table = 0
}

inline unmap()
{
    NEEDED(segment_locked_to_unmap, LOCK(me, SEGMENT_LOCK(which)));
    NEEDED(tree_locked_to_unmap, LOCK(me, TREE_LOCK));
    STORE(me, MAPPING(which), 0);
    NEEDED(cleared, clear());
    FENCE(me); /* of tree_cores */
    NEEDED(tree_locked_to_unmap, UNLOCK(me, TREE_LOCK));
    NEEDED(segment_locked_to_unmap, UNLOCK(me, SEGMENT_LOCK(which)));
    unmapped[which] = true
}

proctype first()
{
    byte me = 1, which = 0, table;
    unmap()
}

proctype second()
{
    byte me = 2, which = 1, table;
    LOCK(me, SEGMENT_LOCK(which));
    NEEDED(tree_locked_to_map, LOCK(me, TREE_LOCK));
    STORE(me, MAPPING(which), 1);
    NEEDED(tree_locked_to_map, UNLOCK(me, TREE_LOCK));
    UNLOCK(me, SEGMENT_LOCK(which));
    unmap()
}

active proctype watch()
{
    do
    :: d_step {
           unmapped[0] && (memory[ENTRY(1, 0)] || memory[ENTRY(2, 0)] || memory[ENTRY(3, 0)]) -> assert(false)
       } /* (1) */
    :: d_step {
           unmapped[1] && (memory[ENTRY(1, 1)] || memory[ENTRY(2, 1)] || memory[ENTRY(3, 1)]) -> assert(false)
       }
    :: timeout -> break
    od;
    assert(memory[DIRECTORY] == 0) /* (3) */
}

init
{
    atomic {
        memory[MAPPING(0)] = 1;
        if
        :: memory[DIRECTORY] = 1
        :: skip
        fi;
        run faulter(0, 0);
        run faulter(3, 1);
        run first();
        run second()
    }
}
