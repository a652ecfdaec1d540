"""Lab 5, cores: its exercises, the tests of each and their points."""
from course import Exercise, Test

EXERCISES = [
    Exercise("5.1", "start application processors", ["core_start.c"], [
        Test("core_start_all", 5, cores=2),
    ]),
    Exercise("5.2", "core_run, core_halt", ["core_run.c"], [
        Test("core_run_start", 8, cores=2),
        Test("core_run_rules", 6, cores=3),
        Test("core_run_halt", 8, cores=2),
        Test("core_run_late_order", 4, cores=3, seconds=20),
        Test("core_run_mutual_halt", 4, cores=3),
    ]),
    Exercise("5.3", "MCS lock", ["mcs_lock.c"], [
        Test("mcs_lock_state", 2),
        Test("mcs_trylock_free_only", 2),
        Test("mcs_lock_in_turn", 3),
        Test("mcs_misuse_panics", 1),
        Test("mcs_unlock_meets_newcomer", 5, seconds=30),
        Test("mcs_lock_meets_newcomer", 5, seconds=30),
        Test("mcs_trylock_meets_newcomer", 2, seconds=30),
        Test("mcs_lock_all_cores", 2, cores=2),
    ]),
    Exercise("5.4", "shootdown", ["core_flush.c"], [
        Test("shootdown_unmap", 6, cores=2),
        Test("shootdown_inner", 5, cores=2),
        Test("shootdown_shrink", 4, cores=2),
        Test("shootdown_copy", 4, cores=2),
        Test("shootdown_interrupts_ring3", 5, cores=2),
        Test("shootdown_lets_sleepers_sleep", 6, cores=2),
        Test("shootdown_waits_for_no_kernel", 5, cores=2),
    ]),
]

GIVEN = [
    Test("timer_order"),
    Test("timer_past"),
    Test("timer_cancel"),
    Test("timer_again"),
    Test("timer_far"),
    Test("clock_frequency_chip", seconds=30),
    Test("core_object_claims"),
    Test("core_object_ring3"),
    Test("core_run_claim", cores=4),
    Test("core_sleep_deadline"),
    Test("core_sleep_latch"),
    Test("core_sleep_pong", cores=2),
    Test("limbo_many_cores", cores=5, memory=64),
    Test("core_run_revoke", cores=2),
    Test("tree_cores_fault_once", cores=4),
    Test("tree_cores_unmap", cores=4),
    Test("tree_cores_copy_on_write", cores=4),
    Test("tree_cores_copy_stays", cores=4),
    Test("tree_cores_shrink", cores=4),
    Test("platform_memory"),
    Test("platform_input"),
    Test("platform_team", cores=2),
    Test("rw_lock_state"),
    Test("rw_lock_lines_apart"),
    Test("rw_lock_misuse_panics"),
    Test("rw_lock_reader_meets_writer", seconds=30),
    Test("rw_lock_writer_meets_reader", seconds=30),
    Test("rw_lock_writer_meets_writer", seconds=30),
    Test("rw_lock_readers_starve_no_writer", seconds=30),
    Test("rw_lock_writers_starve_no_reader", seconds=30),
    Test("rw_lock_all_cores", cores=2),
]

LONG = [
    Test("limbo_many_cores_long", cores=5, memory=64, seconds=120),
]
