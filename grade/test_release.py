"""What students get, and what they hand in: releases of every lab as lists of files; one for real, built,
graded, worked in, brought up to date and submitted.

As a program: its last line is `N passed, N failed`.
"""
import ast
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from course import LAST_LAB, ROOT, labs, settings
from grade import own_base
from handed_out import given_elsewhere, read_manifest
from holes import body_runs, squeezed, telling, LEAK
from hint import KINDS, check_hints
from own_tests import run_tests, said
from race import race
from release import OWN_README, release_files, untracked
from submission import describe

FOLDERS = ("", "race", "manycore", "linux", "bench", "models")  # of grade/, where modules lie


def modules(paths):
    """{module: path} of the grader's own modules among some paths."""
    return {Path(path).stem: path for path in paths if path.startswith("grade/") and path.endswith(".py")
            and Path(path).parent.name in ("grade", *FOLDERS)}


def imported(text):
    """The first and last words of all that a source imports."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[-1] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[-1]


def test_files_of_each_release():
    """A release has its labs and no later one, solutions before its last lab only, and every module
    that its own modules import; and no line of a body that is still to be written."""
    everywhere = modules(str(path.relative_to(ROOT)) for path in (ROOT / "grade").rglob("*.py"))
    for last in range(1, LAST_LAB + 1):
        files, exercises = release_files(last)
        tops = {path.split("/")[0] for path in files}
        assert {top for top in tops if top.startswith("lab")} == {lab.folder for lab in labs() if lab.number <= last}
        solved = {path.split("/")[1] for path in files if path.startswith("solutions/")}
        assert solved == {lab.folder for lab in labs() if lab.number < last}, solved
        staff = [path for path in files if path.startswith(("grade/mutants", "grade/models", ".ci"))
                 or path in ("grade/check.py", "grade/selftest.py", "grade/README.md", f"grade/lab{last + 1}.py")]
        assert not staff, staff
        races = {path.split("/")[-1] for path in files if path.startswith("grade/race/") and path.endswith("_race.c")}
        assert races == {f"{test}.c" for test in race.SOURCES if 0 < race.lab_of(test) <= last}, races
        parts = {path for test in race.SOURCES if f"{test}.c" in races for path in race.SOURCES[test]}
        assert all(path in parts for path in files if path in race.BLOCKS) and parts <= set(files), f"lab {last}: {parts}"
        here = modules(files)
        for path in here.values():
            absent = {name for name in imported(files[path].decode()) if name in everywhere and name not in here}
            assert not absent, f"lab {last}: {path} imports {absent}"
        runs = {run: name for lab in labs() if lab.number >= last for run, name in body_runs(lab).items()}
        for path, content in files.items():
            kept = [squeezed(line) for line in content.decode("utf-8", "replace").splitlines() if telling(line)]
            leaks = {runs[tuple(kept[i:i + LEAK])] for i in range(len(kept)) if tuple(kept[i:i + LEAK]) in runs}
            assert not leaks, f"lab {last}: {path} holds lines of {leaks}"


def run(folder, *command):
    """(exit status, what was said) of a command in a student's tree."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env={**environment, "GIT_CONFIG_GLOBAL": "/dev/null", "PWD": str(folder)})
    return done.returncode, done.stdout


def git(tree, *arguments):
    done = run(tree, "git", "-c", "user.name=A Student", "-c", "user.email=a@b", *arguments)
    assert done[0] == 0, done
    return done[1].strip()


def release(tree, last):
    return run(ROOT, "make", "release", f"LAB={last}", f"OUT={tree}")


def solve(tree, lab):
    """Puts the solutions of a lab into a student's tree."""
    for name in lab.files:
        (tree / lab.folder / name).write_bytes(lab.solution_path(name).read_bytes())


def test_a_student_from_release_to_submission():
    first, second = labs()[:2]
    with tempfile.TemporaryDirectory(prefix="corey-release-") as made:
        tree = Path(made) / "student"
        said(release(tree, 1), 0, "lab 1, release")
        assert git(tree, "status", "--porcelain") == "" and git(tree, "rev-list", "--count", "HEAD") == "1"
        assert "This tree holds lab 1." in (tree / "README.md").read_text()
        offered = run(tree, "make", "help")
        said(offered, 0, "make submit")
        assert "make bench" not in offered[1] and "reference" not in offered[1], offered[1]
        said(run(tree, "make", "sim", "RUN=hello"), 2, "make sim comes with lab 5")
        said(run(tree, "make", "check"), 2, "for the course's own tree", "make grade")
        said(run(tree / first.folder, "make", "qemu", "EX=1.2", "TEST=page_free_home"), 2, "this tree has no solutions of lab 1",
             "exercise 1.1 is not written yet")
        said(run(tree / first.folder, "make", "grade"), 2, "not started", "lab 1: 0/100 together")
        hints_of(tree, first)
        solve(tree, first)
        said(run(tree / first.folder, "make", "grade"), 0, "lab 1: 100/100 together")
        wrong = tree / first.folder / "backtrace.c"
        wrong.write_text(wrong.read_text().replace("frame[1] - 1", "frame[1]"))
        said(run(tree / first.folder, "make", "grade", "TEST=backtrace_*"), 2,
             "this looks like: a return address is the line of the call")
        work_is_kept(tree, first, second)
        later_lab(tree, second)
        submissions(tree, first)


def test_a_clone_takes_a_later_release():
    """The command of the student's README.md: their lines stay where the course has changed them, too."""
    command = re.search(r"^ +(git pull .*)$", (ROOT / OWN_README).read_text(encoding="utf-8"), re.MULTILINE).group(1).split()
    first = labs()[0]
    with tempfile.TemporaryDirectory(prefix="corey-release-") as made:
        course, clone = Path(made) / "course", Path(made) / "clone"
        said(release(course, 1), 0, "lab 1, release")
        git(Path(made), "clone", "-q", str(course), str(clone))
        solve(clone, first)
        git(clone, "commit", "-qam", "my work")
        mine = {name: (clone / first.folder / name).read_text() for name in first.files}
        for name in mine:
            path = course / first.folder / name
            path.write_text(path.read_text().replace("hole(", "/* a better text */\n    hole("))
        git(course, "commit", "-qam", "other texts of the exercises")
        said(release(course, 2), 0, "labs 1 to 2")
        git(clone, *command[1:])
        assert {name: (clone / first.folder / name).read_text() for name in mine} == mine
        assert (clone / labs()[1].folder).is_dir() and git(clone, "status", "--porcelain") == ""


def test_a_forgotten_file_is_named():
    """A source that nobody has added to git would be missing in the release; other files lie about as they like."""
    forgotten, beside = ROOT / labs()[0].folder / "test" / "forgotten.c", ROOT / labs()[0].folder / "test" / "notes.txt"
    with tempfile.TemporaryDirectory(prefix="corey-release-") as made:
        try:
            beside.write_text("")
            assert untracked(1) == [], untracked(1)
            forgotten.write_text("")
            said(release(Path(made) / "tree", 1), 2, "lab1-boot/test/forgotten.c: git add, or take it away")
            assert not (Path(made) / "tree").exists()
        finally:
            beside.unlink()
            forgotten.unlink()


def hints_of(tree, lab):
    """One after another, also after make clean; then all of them again."""
    number = lab.exercises[1].number
    for count, kind in enumerate(KINDS, 1):
        result = run(tree / lab.folder, "make", "hint", f"EX={number}")
        said(result, 0, f"hint {count} of 4: {kind.lower()}")
        assert result[1].count(" of 4: ") == 1
        if count == 2:
            said(run(tree, "make", "hint", "LAB=1"), 0, f"{number} {lab.exercises[1].title}: 2 of 4 hints are open")
            said(run(tree, "make", "hint"), 0, f"2 of 4 hints are open: make hint EX={number}")  # of all labs
            said(run(tree, "make", "clean"), 0)
    said(run(tree, "make", "hint", f"EX={number}"), 0, "hint 1 of 4", "hint 4 of 4")
    said(run(tree, "make", "hint", "EX=1.9"), 2, "no exercise 1.9 in this tree")
    assert git(tree, "status", "--porcelain") == ""


def work_is_kept(tree, first, second):
    """A later release into a tree with work in it: committed, staged, lying about."""
    mine = tree / first.folder / "page_list.c"
    mine.write_text(mine.read_text() + "/* committed */\n")
    git(tree, "commit", "-qam", "my work")
    mine.write_text(mine.read_text() + "/* and not committed */\n")
    given = tree / first.folder / "given" / "monitor.c"
    given.write_text(given.read_text() + "/* to see what happens */\n")
    note = tree / "notes.txt"
    note.write_text("mine\n")
    git(tree, "add", "notes.txt")
    own = tree / "grade" / "lab2.py"  # in the way of what comes
    own.write_text("# mine\n")
    texts = {path: path.read_text() for path in (mine, given, note)}
    released = release(tree, 2)
    said(released, 0, "labs 1 to 2", "grade/lab2.py is new; yours is lab2.py.yours beside it")
    assert released[1].count("beside it") == 1 and len(list(tree.rglob("*.yours*"))) == 1, released[1]
    assert "This tree holds labs 1 to 2." in (tree / "README.md").read_text()
    assert all(path.read_text() == text for path, text in texts.items())
    assert (tree / "grade" / "lab2.py.yours").read_text() == "# mine\n"
    assert git(tree, "rev-list", "--count", "HEAD") == "3"
    changed = git(tree, "show", "--name-only", "--format=", "HEAD").splitlines()
    assert not {"notes.txt", "lab1-boot/page_list.c", "lab1-boot/given/monitor.c"} & set(changed), changed
    assert f"{second.folder}/segment_page.c" in changed
    assert git(tree, "diff", "--cached", "--name-only") == "notes.txt"
    said(release(tree, 2), 0, "nothing has changed since the last release")
    said(release(tree, 1), 2, "a release takes none away")
    said(release(tree / first.folder, 2), 2, "neither empty nor a tree that a release made")
    given.write_text(given.read_text().replace("/* to see what happens */\n", ""))


def later_lab(tree, second):
    """Lab 2 in that tree: lab 1 from solutions/, this lab's files the student's."""
    folder = tree / second.folder
    test = second.exercises[0].tests[0].name
    said(run(folder, "make", "grade", f"TEST={test}"), 2, "not started")
    solve(tree, second)
    said(run(folder, "make", "qemu", f"TEST={test}"), 0, "note: your files of lab1-boot are not in this kernel",
         "labs before 2: reference, lab 2: yours", f"passed: {test}")
    said(run(tree, "make", "grade", f"TEST={test}"), 0, "score: this tree 5 of 5 (points of the chosen tests)\n")
    said(run(tree, "make", "kernel-path"), 0, "/lab2-own/")
    said(run(tree, "make", "kernel-path", "BASE=reference"), 2, "solutions/lab2-segments, which is not in this tree")


def test_hints_without_an_exercise():
    """At the top all labs' exercises that have hints are told; in the folder of a lab without, where there are some."""
    last = labs()[-1].folder
    said(run(ROOT, "make", "hint"), 0, "1.2 firmware memory map to page lists: ", "hints are open: make hint EX=1.2\n")
    said(run(ROOT / last, "make", "hint"), 0, f"no hints in {last}/README.md; an exercise that has some: make hint EX=1.2\n")


def test_hints_are_whole():
    """Where a handout has hints, each exercise has all kinds, and nothing that looks like code."""
    assert list(check_hints()) == []


def test_each_starts_on_their_own_labs():
    """With EARLIER := own nothing of solutions/ is released, and lab 2 is built on the student's lab 1."""
    kept = settings()["EARLIER"]
    settings()["EARLIER"] = "own"
    try:
        files, _ = release_files(2)
        second = labs()[1]
        assert own_base(second, second.exercises[0], False) == "all"
    finally:
        settings()["EARLIER"] = kept
    assert not [path for path in files if path.startswith("solutions/")]
    with tempfile.TemporaryDirectory(prefix="corey-release-") as made:
        tree = Path(made)
        for path, content in files.items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_bytes(content)
        said(run(tree, "make", "kernel-path"), 0, "/lab2-all/")  # there is nothing else to build on
        said(run(tree / "lab2-segments", "make", "kernel-path", "BASE=own"), 2, "solutions/lab1-boot")
        setting = (tree / "grade/course.mk").read_text()
        (tree / "grade/course.mk").write_text(setting.replace("EARLIER := reference", "EARLIER := own"))
        (tree / "solutions" / "lab1-boot").mkdir(parents=True)
        (tree / "solutions" / "lab1-boot" / "page_list.c").touch()
        said(run(tree / "lab2-segments", "make", "kernel-path"), 0, "/lab2-all/")


def submissions(tree, first):
    """An archive names what does not count, and is graded with the files as released."""
    folder = tree / first.folder
    solve(tree, first)
    wrong = folder / "page_list.c"
    wrong.write_text(wrong.read_text().replace("panic(", "if (0) panic("))
    cheat = folder / "test" / "page.c"
    cheat.write_text("\n".join(line for line in cheat.read_text().splitlines() if "check(test_panics" not in line))
    said(run(folder, "make", "submit"), 0, "lab1-boot/test/page.c: changed; it counts for nothing", "\n../build/submit/lab1.tar.xz: 6 ")
    said(run(tree, "make", "-C", first.folder, "submit"), 0, "\nbuild/submit/lab1.tar.xz: 6 exercise files of lab 1")
    said(run(folder, "make", "grade", "TEST=page_free_home"), 2, "build: lab1-boot/test/page.c:",
         "not as handed out: lab1-boot/test/page.c changed; you are graded with the course's\nlab 1 ")
    archive = tree / "build" / "submit" / "lab1.tar.xz"
    with tarfile.open(archive) as held:
        assert sorted(held.getnames()) == sorted([*(f"{first.folder}/{name}" for name in first.files), "submission.json"])
        identity = json.load(held.extractfile("submission.json"))
    assert identity["release"] == read_manifest(tree)["release"] and identity["commit"] == git(tree, "rev-parse", "HEAD")
    assert identity["changed"] == ["lab1-boot/test/page.c: changed"] and not identity["committed"]
    grade = ("make", "-C", str(ROOT / first.folder), "grade", f"TREE={archive}", "TEST=page_free_twice")
    said(run(ROOT, *grade), 2, f"release {identity['release']}, commit {identity['commit']} and what was changed after it;"
         " given files changed there, which counts for nothing: lab1-boot/test/page.c: changed\n",
         "page_free_twice: mismatch", "lab 1: 0 of 3 alone", "repeat: make -C lab1-boot qemu TEST=page_free_twice EX=1.3")
    assert given_elsewhere(identity["given"]) == []
    other = {**identity, "committed": True, "changed": [], "others": given_elsewhere({**identity["given"], "lab1-boot/page.h": "0"})}
    assert describe(other).endswith(f"commit {identity['commit']}; given files not as they are here: lab1-boot/page.h"), describe(other)
    wrong.write_text(f'#include "../solutions/{first.folder}/page_list.c"\n')
    said(run(folder, "make", "submit"), 2, "includes headers, by their names alone", "solutions/lab1-boot/page_list.c")
    whole = (*grade[:-2], f"TREE={tree}", "TEST=page_free_twice")
    said(run(ROOT, *whole), 2, "not graded", "solutions/lab1-boot/page_list.c")
    wrong.unlink()
    wrong.symlink_to(first.solution_path("page_list.c"))
    said(run(ROOT, *whole), 2, "page_free_twice: build: lab1-boot/page_list.c: there is no such file")
    wrong.unlink()
    wrong.write_bytes(first.solution_path("page_list.c").read_bytes())
    header = folder / "page.h"  # beside the file that includes it, where a compiler looks first
    header.write_text(header.read_text() + "#define panic(...) (void)0\n")
    said(run(ROOT, *whole), 0, "lab 1: 3 of 3 alone, 3 of 3 together")


if __name__ == "__main__":
    sys.exit(run_tests([test_hints_are_whole, test_hints_without_an_exercise, test_files_of_each_release, test_each_starts_on_their_own_labs,
                        test_a_clone_takes_a_later_release, test_a_forgotten_file_is_named,
                        test_a_student_from_release_to_submission]))
