"""Lab 7, libOS: its exercises, the tests of each and their points."""
from course import Exercise, Test

EXERCISES = [
    Exercise("7.7", "map into one's own row, reduce one column of all", ["map_reduce.c"], [
        Test("map_emit", 35),
        Test("map_reduce_column", 35),
        Test("map_reduce_job", 30),
    ]),
]

GIVEN = []
