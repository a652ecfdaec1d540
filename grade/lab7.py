"""Lab 7, libOS: its exercises, the tests of each and their points."""
from course import Exercise, Test

EXERCISES = [
    Exercise("7.1", "cfork: a copy of a program on a core of its own", ["cfork.c"], [
        Test("cfork_memory", 20, cores=2),
        Test("cfork_shared", 15, cores=2),
        Test("cfork_inner", 15, cores=2),
        Test("cfork_own", 10, cores=2),
        Test("cfork_wait", 5, cores=2),
        Test("cfork_shares", 10, cores=2),
        Test("cfork_busy", 5, cores=2),
        Test("cfork_fails", 10, cores=2),
        Test("cfork_again", 5, cores=2, seconds=20),
        Test("cfork_grandchild", 5, cores=3, seconds=20),
        Test("cfork_streams", cores=2),
        Test("cfork_leave", cores=2),
        Test("cfork_back", cores=2),
        Test("cfork_crowd", cores=4, seconds=20),
    ]),
    Exercise("7.7", "map into one's own row, reduce one column of all", ["map_reduce.c"], [
        Test("map_emit", 30),
        Test("map_reduce_column", 30),
        Test("map_reduce_job", 20, cores=2),
        Test("map_reduce_rows", 20, cores=2),
    ]),
]

GIVEN = [
    Test("libc_stdio"),
    Test("libc_malloc"),
    Test("libc_out_of_memory"),
    Test("libc_files"),
    Test("libc_errno"),
    Test("libc_exit_status"),
    Test("libc_abort"),
    Test("libc_twice"),
    Test("libc_exit_flush"),
    Test("libc_fault"),
    Test("libc_no_page"),
    Test("libc_team", cores=2),
    Test("map_reduce_values"),
    Test("forks_on_1"),
    Test("forks_on_2", cores=2),
    Test("forks_on_4", cores=4, seconds=20),
    Test("shell_status", cores=2),
    Test("shell_programs", cores=2, seconds=20),
    Test("shell_cores", cores=2),
    Test("shell_exit", cores=2),
    Test("shell_fails", cores=2),
    Test("shell_cfork", cores=3, seconds=20),
]
