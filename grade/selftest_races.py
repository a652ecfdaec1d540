"""The grader's own tests, of tests that run on the host: what is made of their ends, and whose files they take."""
from pathlib import Path

from build import Kernel
from course import ROOT, labs
from race.race import Ran
from races import comes_from, judge_race

REPORT = """==================
WARNING: ThreadSanitizer: data race (pid=7)
  Read of size 8 at 0x7b94000021d0 by thread T2 (mutexes: write M0):
    #0 page_list_take /home/a/solutions/lab1-boot/page_list.c:11 (page_race+0x4488)
    #1 take /home/a/grade/race/page_race.c:44 (page_race+0x25b7)

  Previous write of size 8 at 0x7b94000021d0 by main thread:
    #0 page_list_give /home/a/solutions/lab1-boot/page_list.c:29 (page_race+0x4571)

  Location is heap block of size 8704 at 0x7b9400000000 allocated by main thread:
"""


CRASHED = """ThreadSanitizer:DEADLYSIGNAL
==7==ERROR: ThreadSanitizer: SEGV on unknown address 0x000000000010 (pc 0x55555555849e bp 0x000000000000 T25604)
==7==The signal is caused by a READ memory access.
==7==Hint: address points to the zero page.
    #0 page_list_take /home/a/solutions/lab1-boot/page_list.c:14 (page_race+0x449e)
    #1 page_get /home/a/lab1-boot/given/page.c:36 (page_race+0x41c6)
"""


def check_races():
    """What is made of a test's end that runs on the host; and which files of a student it takes."""
    summary = "a read in page_list_take lab1-boot/page_list.c:11 and a write in page_list_give lab1-boot/page_list.c:29: nothing"
    for name, ran, kind, saying in (
            ("good", Ran("", 0, "taken 7\n"), "pass", ""),
            ("race", Ran("", 66, REPORT), "race", summary),
            ("panic", Ran("", 37, "panic: lock 7: held\n"), "panic", "lock 7: held"),
            ("wrong", Ran("", 35, "wrong: pages were lost\n"), "mismatch", "pages were lost"),
            ("hole", Ran("", 39, "exercise 1.3 is not written yet\n"), "not written yet", "exercise 1.3"),
            ("late", Ran("", None, ""), "time-out", ""),
            ("crash", Ran("", 66, "ThreadSanitizer:DEADLYSIGNAL\n"), "fault", "DEADLYSIGNAL"),
            ("null", Ran("", 66, CRASHED), "fault", "SEGV on a read at address 0x10 in page_list_take lab1-boot/page_list.c:14\n"),
            ("build", Ran("a.c:3: error: what\n"), "build", "a.c:3: error: what")):
        verdict = judge_race(ran)
        text = "\n".join([verdict.summary, *verdict.detail])
        yield f"verdict on races: {name}", verdict.kind == kind and saying in text, str(verdict)
    lab = labs()[0]
    name = f"{lab.folder}/{lab.exercises[2].files[0]}"
    solution, student = ROOT / "solutions" / name, Path("/student") / name
    for kernel, wanted in ((Kernel(1), solution), (Kernel(1, "all", tree="/student"), student),
                           (Kernel(1, "own", tree="/student"), student), (Kernel(2, "own", tree="/student"), solution),
                           (Kernel(1, "own", "1.3", "/student"), student), (Kernel(1, "own", "1.2", "/student"), solution)):
        seen = comes_from(kernel, name)
        yield f"whose file: {' '.join(kernel.variables)}", seen == wanted, str(seen)
