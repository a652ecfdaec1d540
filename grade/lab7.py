"""Lab 7, libOS: its exercises, the tests of each and their points."""
from course import Exercise, Test

EXERCISES = [
    Exercise("7.7", "map into one's own row, reduce one column of all", ["map_reduce.c"], [
        Test("map_emit", 35),
        Test("map_reduce_column", 35),
        Test("map_reduce_job", 30),
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
]
