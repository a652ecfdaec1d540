"""Lab 2, segments: its exercises, the tests of each and their points."""
from course import Exercise, Test

EXERCISES = [
    Exercise("2.1", "page lookup and demand zero", ["segment_page.c"], [
        Test("segment_reused_page_zero", 5),
        Test("segment_heights", 4),
        Test("segment_takes_no_more", 3),
        Test("segment_page_stays", 2),
        Test("segment_page_limits", 3),
        Test("segment_page_fails_clean", 3),
    ]),
    Exercise("2.2", "resize", ["segment_resize.c"], [
        Test("segment_shrink_grow_zeros", 5),
        Test("segment_shrink_gives_back", 4),
        Test("segment_shrink_drops_empty_nodes", 3),
        Test("segment_shrink_shared_clones_path", 3),
        Test("segment_shrink_fails_whole", 3),
        Test("segment_resize_limits", 2),
        Test("segment_shrink_crosses", 1),
        Test("segment_shrink_halted", 1),
    ]),
    Exercise("2.3", "eager copy with undo", ["segment_copy_eager.c"], [
        Test("segment_copy_eager_apart", 6),
        Test("segment_copy_eager_whole_pages", 6),
        Test("segment_copy_eager_undone", 8),
        Test("segment_copy_eager_crosses", 2),
    ]),
    Exercise("2.4", "copy on write", ["segment_copy_write.c"], [
        Test("segment_copy_write_copy_apart", 3),
        Test("segment_copy_write_source_apart", 4),
        Test("segment_copy_write_one_page", 2),
        Test("segment_copy_write_read_shares", 2),
        Test("segment_copy_write_last_owner_keeps", 3),
        Test("segment_copy_write_takes_path", 3),
        Test("segment_copy_write_fails_clean", 2),
        Test("segment_copy_chain", 1),
    ]),
    Exercise("2.5", "copy on reference", ["segment_copy_reference.c"], [
        Test("segment_copy_reference_read_moves", 5),
        Test("segment_copy_reference_comes_home", 3),
        Test("segment_copy_reference_source_stays", 6),
        Test("segment_copy_reference_own_stays", 5),
        Test("segment_copy_model", 1),
    ]),
]

GIVEN = [
    Test("segment_end_crosses"),
    Test("segment_page_waits_for_others"),
    Test("segment_copy_reference_missing_zero"),
    Test("object_ids_never_reused"),
    Test("object_ids_end"),
    Test("object_hold_refuses_dead"),
    Test("object_private_goes_at_once"),
    Test("object_public_waits_for_crossing"),
    Test("object_create_fails_clean"),
    Test("object_name_ends"),
    Test("queue_lock_holder"),
    Test("slab_pages_come_back"),
    Test("slab_blocks_apart"),
    Test("slab_home"),
    Test("slab_double_free_panics"),
    Test("slab_free_of_no_block_panics"),
    Test("slab_fails_clean"),
]
