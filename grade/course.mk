# What an instructor sets. It is read by the Makefile and by grade/course.py: a line each, NAME := value, no comment behind it.

# The name of the course: in the students' README.md, and the author of each release.
COURSE := Corey Labs
# What each of the labs 1 to 7 counts. In the table of `make grade` at the top, 100 is full marks of a lab that counts 100.
WEIGHTS := 100 100 100 100 100 100 100
# On whose earlier labs a later one starts in a lab's folder: reference, then a release holds their solutions; or own, the
# student's, then it holds none.
EARLIER := reference
