"""What editors and other systems get: compile_commands.json, here and in a student's tree; the container to develop in.

As a program: its last line is `N passed, N failed`. Arguments name the tests to run.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

from course import ROOT, labs
from own_tests import run_named
from release import git, release_files

CONTAINER = ".devcontainer/devcontainer.json"


def make(tree, *arguments):
    """What make says in a tree; it succeeds."""
    done = subprocess.run(["make", *arguments], cwd=tree, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout[-800:]
    return done.stdout


def entries_of(tree, *variables):
    """{path in the tree: its entry}, made anew; each names a file that is there."""
    listed = tree / "compile_commands.json"
    listed.unlink(missing_ok=True)
    make(tree, "compile_commands.json", *variables)
    entries = json.loads(listed.read_text(encoding="utf-8"))
    absent = [entry["file"] for entry in entries if not Path(entry["file"]).is_file()]
    assert entries and not absent, f"no such file: {absent}"
    return {str(Path(entry["file"]).relative_to(tree)): entry for entry in entries}


def check_compiles(entry):
    """The command is right: with it the compiler understands the file."""
    words = [word for word in entry["arguments"] if word not in ("-MMD", "-MP")]
    del words[words.index("-o"):words.index("-o") + 2]
    done = subprocess.run([*words, "-fsyntax-only"], cwd=entry["directory"], capture_output=True, text=True)
    assert done.returncode == 0, f"{entry['file']}: {done.stderr[:600]}"


def test_whole_tree(_):
    """Every file of C in the labs' folders and in solutions/ is listed, and no other."""
    listed = set(entries_of(ROOT))
    tracked = set(git(ROOT, "ls-files", "lab*.c", "solutions/*.c").splitlines())
    assert listed == tracked, f"not listed: {sorted(tracked - listed)}; of no lab: {sorted(listed - tracked)}"


def test_lab_of_each_kind(_):
    """Loader, given code, tests, exercise files of folder and reference, programs of ring 3: as listed they compile."""
    entries = entries_of(ROOT, "LAB=4")
    assert not [path for path in entries if "lab5" in path]
    runtime = min(path for path in entries if path.startswith("lab4-addrtree/user/runtime/"))
    program = min(path for path in entries if re.fullmatch(r"lab4-addrtree/user/\w+\.c", path))
    for path in ("lab1-boot/given/boot/load.c", "lab1-boot/given/main.c", "lab1-boot/test/page.c",
                 "lab1-boot/page_list.c", "solutions/lab1-boot/page_list.c", runtime, program):
        check_compiles(entries[path])


def test_students_tree(folder):
    """With lab 1's exercise files, which are not written yet; made in the lab's folder it is the same."""
    files, exercises = release_files(1)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    entries = entries_of(folder)
    wanted = {path for path in exercises if path.endswith(".c")}
    assert wanted and wanted <= set(entries), f"not listed: {wanted - set(entries)}"
    for path in sorted(wanted):
        check_compiles(entries[path])
    make(folder / labs()[0].folder, "compile_commands.json")
    assert {entry["file"] for entry in json.loads((folder / "compile_commands.json").read_text())} == \
        {entry["file"] for entry in entries.values()}


def test_container(_):
    """Its file is what JSON allows, in students' trees, too, and the goals that it has make reach are there."""
    container = json.loads((ROOT / CONTAINER).read_text(encoding="utf-8"))
    assert CONTAINER in release_files(1)[0]
    command = container["postCreateCommand"]
    assert re.search(r"apt-get install .*\bmake\b.* && make ", command), command
    goals = command.rpartition("&& make ")[2].split()
    assert "setup" in goals
    make(ROOT, "-n", *goals)


TESTS = [test_whole_tree, test_lab_of_each_kind, test_students_tree, test_container]

if __name__ == "__main__":
    sys.exit(run_named("editor", TESTS, sys.argv[1:]))
