"""Lab 5, cores: its exercises, the tests of each and their points."""
from course import Exercise, Test

EXERCISES = [
    Exercise("5.1", "start application processors", ["core_start.c"], [
        Test("core_start_all", 5, cores=2),
    ]),
    Exercise("5.4", "shootdown", ["core_flush.c"], [
    ]),
]

GIVEN = [
    Test("timer_order"),
    Test("timer_past"),
    Test("timer_cancel"),
    Test("timer_again"),
    Test("timer_far"),
    Test("clock_frequency_chip", seconds=30),
    Test("core_object_kernel"),
    Test("core_object_ring3"),
    Test("platform_memory"),
    Test("platform_input"),
    Test("platform_team"),
]
