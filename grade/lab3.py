"""Lab 3, shares: its exercises, the tests of each and their points."""
from course import Exercise, Test

EXERCISES = []

GIVEN = []
