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
    Test("core_run_revoke", cores=2),
    Test("platform_memory"),
    Test("platform_input"),
    Test("platform_team", cores=2),
]
