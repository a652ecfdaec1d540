"""Lab 4, address trees: its exercises, the tests of each and their points."""
from course import Exercise, Test

EXERCISES = [
    Exercise("4.1", "mapping lookup through a root and its inner trees", ["tree_find.c"], [
        Test("tree_find_offsets", 5),
        Test("tree_find_intersects", 5),
        Test("tree_find_gaps", 4),
        Test("tree_find_after_cuts", 2),
    ]),
    Exercise("4.2", "fault to page to entry", ["fault_enter.c"], [
        Test("fault_read_sets_no_w", 4),
        Test("fault_copy_takes_w_away", 2),
        Test("fault_broken_copy_shows_everywhere", 2),
        Test("fault_denied_touches_nothing", 2),
        Test("fault_beyond_the_end", 2),
        Test("fault_after_shrinking", 2),
        Test("fault_counts", 2),
        Test("fault_out_of_memory", 1),
    ]),
    Exercise("4.3", "lend table pages", ["tree_link.c"], [
        Test("tree_link_ten_roots_fault_once", 8),
        Test("tree_link_shows_later_pages", 4),
        Test("tree_link_brings_all_that_are_there", 3),
        Test("tree_link_narrows", 3),
    ]),
    Exercise("4.4", "unmap: clear, flush, free", ["tree_clear.c"], [
        Test("tree_clear_leaves_nothing_in_the_tlb", 4),
        Test("tree_clear_order", 3),
        Test("tree_clear_frees_what_nobody_needs", 3),
        Test("tree_clear_keeps_what_is_lent", 3),
        Test("tree_clear_reaches_all_roots", 3),
        Test("tree_clear_then_other_page", 1),
    ]),
]

GIVEN = [
    Test("tree_map_rules"),
    Test("tree_map_holds"),
    Test("tree_load_one_core_at_a_time"),
    Test("at_set_seg_out_of_memory"),
    Test("at_set_at_out_of_memory"),
    Test("at_set_seg_rights"),
]
