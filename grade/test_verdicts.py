"""What a student is told of mistakes in lab 1, provoked for real: with kernels that have them.

A mistake that is met while 1.4 and 1.5, which would report it, are not written yet; a mismatch with its picture; a name
that no test has; races, and a host that cannot look for them. As a program: its last line is `N passed, N failed`.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from build import Kernel, run_folder
from course import ROOT, Test, labs
from handed_out import rendered
from mutants import apply_mutant, read_mutant
from own_tests import run_tests
from progress import Progress
from trials import Trial, run_trials
from variants import write_tree

LAB = labs()[0]
FREED_HOME = "    struct page_list *list = page_list_of(page->home);\n    ticket_lock"
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def solution(name):
    return LAB.solution_path(name).read_text(encoding="utf-8")


def verdict_on(label, changed, name, exercise):
    """The verdict on one test of lab 1, of a student with these files, {name: text}, and solutions else."""
    texts = {file: changed.get(file, solution(file)) for file in LAB.files}
    known = [one for e in LAB.exercises for one in e.tests] + LAB.given
    wanted = next((one for one in known if one.name == name), Test(name))
    trial = Trial(f"verdicts/{label}", Kernel(1, "own", tree=write_tree(f"verdicts-{label}", LAB, texts)), exercise, wanted)
    with run_folder() as folder:
        return run_trials([trial], folder, Progress())[trial][0]


def unwritten(*numbers):
    """The files of these exercises as they are handed out."""
    return {name: rendered(LAB, name) for exercise in LAB.exercises if exercise.number in numbers for name in exercise.files}


def mistaken(number, before, after):
    """The file of an exercise with one piece of text replaced, {name: text}."""
    name = next(exercise.files[0] for exercise in LAB.exercises if exercise.number == number)
    assert solution(name).count(before) == 1, (name, before)
    return {name: solution(name).replace(before, after)}


def line_of(text, piece):
    return 1 + text[:text.index(piece)].count("\n")


@test
def a_panic_before_1_5():
    """Is told with its line; that its backtrace is missing comes after it."""
    wrong = mistaken("1.3", FREED_HOME, FREED_HOME.replace("    ticket_lock", '    if (page->home != 0)\n        panic("home");\n    ticket_lock'))
    verdict = verdict_on("panic", {**wrong, **unwritten("1.4", "1.5")}, "page_free_home", "1.3")
    assert (verdict.kind, verdict.summary, verdict.hole) == ("panic", "home", ""), verdict
    line = line_of(wrong["page_list.c"], 'panic("home")')
    assert verdict.detail[0].endswith(f"page_list.c:{line}") and "page_list_give+0x" in verdict.detail[0], verdict
    assert "exercise 1.5 is not written yet" in verdict.detail[1], verdict


def fault(label, unwritten_files):
    """A load through a pointer that is none, while 1.4 is not written yet, or only in part."""
    wrong = mistaken("1.3", FREED_HOME, FREED_HOME.replace("    ticket_lock", "    if (page->home != 0)\n        page->kind = *(volatile uint8_t *)0x1238;\n    ticket_lock"))
    verdict = verdict_on(label, {**wrong, **unwritten_files}, "page_free_home", "1.3")
    line = line_of(wrong["page_list.c"], "volatile")
    assert verdict.kind == "fault" and not verdict.hole, verdict
    assert re.match(r"#PF page fault \(vector 14, error 0x0, cr2 0x1238\) at page_list_give\+0x\w+ \S*page_list.c:"
                    rf"{line}$", verdict.summary), verdict
    assert "exercise 1.4 is not written yet" in verdict.detail[0], verdict


@test
def a_fault_before_1_4():
    fault("fault", unwritten("1.4", "1.5"))


@test
def a_fault_before_the_dispatch_of_1_4():
    files = unwritten("1.4", "1.5")
    fault("fault-dispatch", {**files, "trap_stubs.asm": solution("trap_stubs.asm")})


@test
def a_trap_that_is_meant():
    """Is no mistake: the hole is why the test failed. The trap is told beside it."""
    verdict = verdict_on("meant", unwritten("1.4", "1.5"), "trap_breakpoint_returns", "1.4")
    assert (verdict.kind, verdict.hole) == ("not written yet", "1.4"), verdict
    assert "#BP breakpoint" in verdict.detail[0] and "test_trap_breakpoint_returns" in verdict.detail[0], verdict


@test
def a_fault_that_is_awaited():
    """test_panics waits for it, so another exercise's test is blocked."""
    verdict = verdict_on("meant", unwritten("1.4", "1.5"), "paging_text_is_read_only", "1.3")
    assert (verdict.kind, verdict.hole) == ("blocked", "1.4") and "#PF" in verdict.detail[0], verdict


@test
def no_execute_forgotten():
    """Of all that 1.1 can forget the one that the kernel can still tell."""
    verdict = verdict_on("no-execute", {**mistaken("1.1", "EFER_LME | EFER_NXE", "EFER_LME"), **unwritten("1.4", "1.5")},
                         "boot_no_execute", "1.1")
    assert verdict.kind == "panic" and "EFER has no NXE" in verdict.summary, verdict


@test
def a_mismatch_with_its_picture():
    mutant = read_mutant(ROOT / "grade" / "mutants" / "1.2-rounds_outward.c")
    wrong = apply_mutant(mutant, "memory_map.c", solution("memory_map.c"))
    verdict = verdict_on("picture", {"memory_map.c": wrong}, "memory_map_unaligned", "1.2")
    told = "\n".join(verdict.detail)
    assert verdict.kind == "mismatch" and verdict.summary.endswith("added[i], where i is 1"), verdict
    assert "entry 0: RAM from 0x1800, 0x2fff bytes" in told and "frames wanted 001100110000" in told, verdict
    assert re.search(r"frames added  0\d+\n  expected 0\n  seen     1$", told), verdict


@test
def a_name_that_no_test_has():
    """In a machine; and to `make grade`, which knows what may have been meant."""
    verdict = verdict_on("name", {}, "page_fre_home", "")
    assert (verdict.kind, verdict.detail) == ("no such test", []) and \
        "no test named page_fre_home; did you mean page_free_home?" in verdict.summary, verdict
    status, said = grade("--test", "page_fre_home")
    assert status == 1 and "no test matches page_fre_home" in said and "did you mean page_free_home?" in said, said


def grade(*arguments, **environment):
    """What `make grade` says in lab 1's folder, of somebody who has solved it."""
    done = subprocess.run([sys.executable, "-B", str(ROOT / "grade" / "grade.py"), "--folder", "1", *arguments],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, **environment})
    return done.returncode, done.stdout


@test
def one_exercise():
    """Its tests alone, and what they are worth."""
    status, said = grade("--tree", str(ROOT / "solutions"), "--exercise", "1.1")
    assert status == 0 and said.splitlines()[-1] == "lab 1: 20 of 20 alone, 20 of 20 together (points of the chosen tests)", said
    assert "1.2 " not in said, said
    status, said = grade("--exercise", "2.1")
    assert status == 1 and said == "no exercise 2.1 here; there are 1.1, 1.2, 1.3, 1.4, 1.5\n", said
    status, said = grade("--exercise", "1.1", "--test", "page_*")
    assert status == 1 and said.startswith("no test matches page_* in 1.1"), said


SHIM = """#!/bin/sh
case "$*" in *fsanitize=thread*) echo "$0: cannot find -ltsan"; exit 1;; esac
exec {real} "$@"
"""


@test
def a_host_without_the_sanitizer():
    """Says which points depend on it: they are neither earned nor silently lost."""
    with tempfile.TemporaryDirectory(prefix="corey-verdicts-") as made:
        for name in ("gcc", "clang"):
            shim = Path(made) / name
            shim.write_text(SHIM.format(real=f"/usr/bin/{name}"))
            shim.chmod(0o755)
        status, said = grade("--tree", str(ROOT / "solutions"), "--test", "page_*race", PATH=f"{made}:{os.environ['PATH']}")
    wanted = ("page_race: skipped: no compiler here has ThreadSanitizer for x86-64, on which its 4 points depend",
              "cannot find -ltsan", "7 points are not earned here and not lost: they depend on page_race, page_twice_race,",
              "lab 1: 0 of 7 alone, 0 of 7 together (points of the chosen tests)")
    assert status == 1 and all(text in said for text in wanted), said


@test
def lists_without_a_lock():
    """What no test in a machine of one core can see is seen, and counts. Many mistakes race alike: no belief is told."""
    mutant = read_mutant(ROOT / "grade" / "mutants" / "1.3-lists_are_private.c")
    texts = {name: solution(name) for name in LAB.files}
    texts["page_list.c"] = apply_mutant(mutant, "page_list.c", texts["page_list.c"])
    status, said = grade("--tree", write_tree("verdicts-no-lock", LAB, texts), "--test", "page_*")
    wanted = ("page_race: race: a ", "page_list.c:", "nothing orders the two", "repeat: make grade TEST=page_race",
              "13 of 20 alone, 13 of 20 together")
    assert status == 1 and all(text in said for text in wanted) and "this looks like" not in said, said


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
