"""Lab 3, shares: its exercises, the tests of each and their points."""
from course import Exercise, Test

EXERCISES = [
    Exercise("3.1", "looking a handle up", ["share_find.c"], [
        Test("share_find_own_set_only", 6),
        Test("share_find_rights_of_entry_and_slot", 5),
        Test("share_find_malformed", 3),
        Test("share_find_probe_wraps", 3),
        Test("share_find_set_of_each_core", 3),
    ]),
    Exercise("3.2", "adding an entry", ["share_insert.c"], [
        Test("share_insert_publishes_whole_entries", 6),
        Test("share_insert_never_widens", 4),
        Test("share_insert_counts_one_reference", 4),
        Test("share_insert_leaves_removed_slots", 3),
        Test("share_insert_growth_keeps_all", 3),
    ]),
    Exercise("3.3", "removing an entry", ["share_remove.c"], [
        Test("share_remove_public_waits", 4),
        Test("share_remove_never_halves", 4),
        Test("share_remove_private_is_at_once", 2),
        Test("share_remove_hands_over_the_reference", 3),
        Test("share_remove_keeps_the_chain", 4),
        Test("share_remove_random", 3),
    ]),
    Exercise("3.4", "the last reference", ["object_drop.c"], [
        Test("object_drop_deep", 6),
        Test("object_drop_deep_public", 2),
        Test("object_drop_wide", 3),
        Test("object_drop_passes", 2),
        Test("object_drop_slot_keeps_share", 5),
        Test("object_drop_dead_refuse", 2),
    ]),
    Exercise("3.5", "charging an account", ["account_charge.c"], [
        Test("account_limit_is_exact", 5),
        Test("account_collects_budgets", 5),
        Test("account_two_cores_random", 3),
        Test("account_refund_goes_to_the_payer", 4),
        Test("account_again_while_frees_wait", 3),
    ]),
]

GIVEN = [
    Test("share_private_again"),
    Test("share_private_again_given_up"),
    Test("share_private_again_not_yet"),
    Test("share_private_again_dies"),
    Test("share_growth_hides_nothing"),
    Test("share_full_takes_changes"),
    Test("share_publish_reaches_all"),
    Test("account_moves_its_limit"),
    Test("account_pays_for_tables"),
    Test("account_total_left_alone"),
    Test("call_numbers"),
    Test("call_segment"),
    Test("call_rights"),
    Test("call_share_addobj"),
    Test("call_share_list_and_stat"),
    Test("call_failures_leave_nothing"),
    Test("call_limits_leave_nothing"),
    Test("call_ends_of_things"),
    Test("call_share_is_full"),
]
