"""The grader on a course in small: a made-up tree of two labs with its own Makefile and a QEMU that
only reads the exercise files, so that scores, blocked tests, untouched labs, submissions, variants
and mutants are tested without a compiler or an emulator.

An image here is the text of the exercise files in use. The machine looks at the files that a test
runs through: a hole stops it, `outl` ends it early, `mistake` or a bare return is a wrong answer.
"""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

MAKEFILE = r'''
IMAGE := $(CURDIR)/build/$(LAB)-$(BASE)-$(or $(EX),all)-$(subst /,_,$(TREE)).img
DIR := $(or $(TREE),.)
pick = $(if $(filter own,$(BASE)),$(if $(EX),$(if $(filter $(EX),$(1)),$(DIR),solutions),$(DIR)),solutions)
disk:
	@mkdir -p build
	@if grep -q syntax $(call pick,1.1)/lab1-a/one.c; then echo 'lab1-a/one.c:3: error: syntax'; exit 1; fi
	@cat $(call pick,1.1)/lab1-a/one.c $(call pick,1.2)/lab1-a/two.c > $(IMAGE)
image-path:
	@echo $(IMAGE)
'''

QEMU = r'''#!{python}
import re, sys
line = " ".join(sys.argv)
image = open(line.split("file=")[1].split(",")[0]).read()
nonce = line.split("opt/corey/nonce,string=")[1].split()[0]
test = line.split("cmdline,string=")[1].split("test=")[1].split()[0]
out = open(line.split("id=results,path=")[1].split()[0], "w")
records = []
def tell(kind, data):
    records.append(kind)
    out.write("@%s %d 0 k %s %s\n" % (nonce, len(records) - 1, kind, data))
def end(status):
    tell("end", '{{"count":%d}}' % len(records))
    sys.exit(status)
tell("start", '{{"test":"%s"}}' % test)
for name in {{"add": ["one"], "both": ["one", "two"], "twice": ["two"]}}[test]:
    text = re.search(r"%s\(int a\)(.*?)\n}}" % name, image, re.S).group(1)
    hole = re.search(r'hole\("(.*?)"\)', text)
    if hole:
        tell("hole", '{{"exercise":"%s"}}' % hole.group(1))
        end(39)
    if "outl" in text:
        sys.exit(33)
    if "mistake" in text or "return" in text.replace("return a;", ""):
        tell("fail", '{{"kind":"mismatch","file":"t.c","line":1,"what":"a","expected":1,"seen":0}}')
        end(35)
tell("pass", '{{"test":"%s"}}' % test)
end(33)
'''

LAB = '''from course import Exercise, Test
EXERCISES = [
    Exercise("1.1", "one", ["one.c"], [Test("add", 3), Test("both", 1)]),
    Exercise("1.2", "two", ["two.c"], [Test("twice", 4)]),
]
GIVEN = []
'''
COURSE = "COURSE := In Small\nWEIGHTS := 30 1 1 1 1 1 1\nEARLIER := reference\n"
EMPTY = "EXERCISES = []\nGIVEN = []\n"
SOLUTION = '''int
{name}(int a)
{{
    /* BEGIN {number} */
    a = a + {number};
    a = a * 2;
    /* END {number} */
    return a;
}}
'''
FAILS = "add (mismatch; a), both (mismatch; a)"
MUTANT = '''/* exercise: 1.1
 * believed: {believed}
 * killed by: {killer}
 * fails: {fails} */
/* one.c body {body} */
    a = {text};
'''


def make_tree(root):
    """The course in small, with a copy of the grader."""
    here = Path(__file__).resolve().parent
    (root / "grade" / "mutants").mkdir(parents=True)
    for path in here.glob("*.py"):
        shutil.copy(path, root / "grade")
    for package in ("models", "race"):
        shutil.copytree(here / package, root / "grade" / package)
    (root / "grade" / "lab1.py").write_text(LAB)
    (root / "grade" / "lab2.py").write_text(EMPTY)
    (root / "Makefile").write_text(MAKEFILE)
    (root / "grade/course.mk").write_text(COURSE)
    for folder in ("lab1-a", "lab2-b", "solutions/lab1-a", "solutions/lab2-b"):
        (root / folder).mkdir(parents=True)
    for name, number in (("one", "1.1"), ("two", "1.2")):
        (root / "solutions/lab1-a" / f"{name}.c").write_text(
            SOLUTION.format(name=name, number=number))
    (root / "qemu").write_text(QEMU.format(python=sys.executable))
    (root / "qemu").chmod(0o755)


def run_script(root, script, *arguments):
    """One of the grader's programs in the made-up tree: (exit status, what it printed)."""
    environment = dict(os.environ, QEMU=str(root / "qemu"))
    run = subprocess.run([sys.executable, "-B", str(root / "grade" / script), *arguments],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         env=environment)
    return run.returncode, run.stdout


def expect(name, run, status, *texts):
    """A result: the program ended so and said all this."""
    missing = [text for text in texts if text not in run[1]]
    return name, run[0] == status and not missing, f"status {run[0]}, not said: {missing}\n{run[1]}"


def check_grading(root):
    solve = (root / "solutions/lab1-a/one.c").read_text()
    yield expect("an untouched lab is not booted", run_script(root, "grade.py", "--folder", "1"), 1,
                 "not started", "lab 1: 0/100 alone, 0/100 together\n")
    yield expect("the table", run_script(root, "grade.py"), 0, "not started", "100/100",
                 "no exercise yet", "score: this tree 0/30, reference 30/30\n")
    (root / "lab1-a/one.c").write_text(solve)
    half = run_script(root, "grade.py", "--folder", "1", "--json", str(root / "g.json"),
                      "--junit", str(root / "g.xml"))
    yield expect("half a lab", half, 1, "twice: not written yet: exercise 1.2, two",
                 "both: blocked by 1.2", "repeat: make qemu TEST=twice EX=1.2",
                 "lab 1: 50/100 alone, 37/100 together\n")
    for typed_in, repeat in ((root, "make -C lab1-a qemu"), (root / "lab1-a", "make qemu"), (root / "grade", "make -C ../lab1-a qemu")):
        yield expect(f"what is repeated, typed in {typed_in.name}", run_script(root, "grade.py", "--folder", "1", "--typed-in",
                     str(typed_in)), 1, f"repeat: {repeat} TEST=twice EX=1.2\n", f"repeat: {repeat} TEST=both\n")
    rows = json.loads((root / "g.json").read_text())["tests"]
    suites = ElementTree.parse(root / "g.xml").getroot()
    yield ("JSON and JUnit", [row["verdict"] for row in rows] == [
        "pass", "pass", "not written yet", "pass", "blocked", "not written yet"]
        and [suite.get("failures") for suite in suites] == ["1", "2"], str(rows))
    chosen = run_script(root, "grade.py", "--folder", "1", "--test", "a*")
    yield expect("one test", chosen, 0, "of the chosen tests", "lab 1: 3 of 3 alone, 3 of 3 together (points of the chosen tests)\n")
    yield "chosen tests have no score", "100" not in chosen[1], chosen[1]
    yield expect("chosen tests of all labs", run_script(root, "grade.py", "--test", "t*"), 0,
                 "score: this tree 0 of 4, reference 4 of 4 (points of the chosen tests)\n")
    yield expect("no such test", run_script(root, "grade.py", "--test", "twize"), 1, "no test matches", "did you mean twice?")
    (root / "lab1-a/one.c").write_text("syntax\n")
    yield expect("what does not compile", run_script(root, "grade.py", "--folder", "1"), 1,
                 "add and 1 more: build: lab1-a/one.c:3: error: syntax", "0/100 alone, 0/100 together")
    (root / "hand/lab1-a").mkdir(parents=True)
    for name in ("one.c", "two.c"):
        shutil.copy(root / "solutions/lab1-a" / name, root / "hand/lab1-a")
    yield expect("a submission", run_script(root, "grade.py", "--folder", "1", "--tree",
                                            str(root / "hand")), 0, "100/100 alone, 100/100 together")


def check_own_checks(root):
    """The checks of holes, variants and mutants pass on a right tree and fail on wrong ones."""
    run_script(root, "holes.py")
    yield expect("holes once rendered stay", run_script(root, "holes.py", "--check"), 0)
    with open(root / "lab1-a/two.c", "a") as out:
        out.write("/* edited */\n")
    yield expect("an edited exercise file", run_script(root, "holes.py", "--check"), 1, "two.c is not")
    run_script(root, "holes.py")
    mutants = root / "grade" / "mutants"

    def mutant(name, body=1, killer="add", text="mistake", fails=FAILS, believed="mistakes are right"):
        (mutants / f"{name}.c").write_text(MUTANT.format(body=body, killer=killer, text=text, fails=fails, believed=believed))

    mutant("dies")
    yield expect("variants and a mutant", run_script(root, "check.py", "variants", "mutants"), 0,
                 "11 passed, 0 failed\n")
    yield from check_belief(root)
    mutant("alike")
    yield expect("two that believe the same", run_script(root, "check.py", "mutants"), 0, "6 passed, 0 failed\n")
    mutant("alike", believed="nobody looks")
    yield expect("two that fail alike", run_script(root, "check.py", "mutants"), 1, "is told: nothing",
                 "4 passed, 2 failed\n")
    mutant("alike", fails="add (panic)")
    yield expect("one that fails otherwise", run_script(root, "check.py", "mutants"), 1,
                 "what mutant alike fails: fails: " + FAILS, "5 passed, 1 failed\n")
    mutant("alike", body=1, text="1")
    (mutants / "alike.c").rename(mutants / "lives.c")
    mutant("astray", body=2)
    mutant("nobody", killer="none")
    yield expect("mutants that live or do not apply", run_script(root, "check.py", "mutants"), 1,
                 "mutant lives: add says pass", "astray: does not apply", "nobody: does not apply")
    yield expect("what one mutant fails", run_script(root, "mutants.py", "dies"), 0, f"dies: fails: {FAILS}\n")
    yield expect("no such mutant", run_script(root, "mutants.py", "dyes"), 1, "there is no mutant dyes; did you mean dies?\n")
    yield expect("a mutant that does not apply", run_script(root, "mutants.py", "astray"), 1,
                 "mutant astray does not apply: one.c has no body 2\n")
    lab = root / "grade" / "lab1.py"
    lab.write_text(lab.read_text().replace('Test("twice", 4)', 'Test("twice", 4), Test("add", 1)')
                   .replace('Test("add", 3), ', ""))
    yield expect("a test that cannot fail", run_script(root, "check.py", "variants"), 1,
                 "skeleton of 1.2 and 2 more", "5 passed, 3 failed\n")


def check_belief(root):
    """A student who errs like the mutant is told so; one who errs otherwise, or was asked for one test
    only, is not."""
    one, two = (root / "lab1-a" / name for name in ("one.c", "two.c"))
    one.write_text((root / "solutions/lab1-a/one.c").read_text().replace("a = a * 2", "a = mistake"))
    said = "  this looks like: mistakes are right\n"
    yield expect("a belief is recognised", run_script(root, "grade.py", "--folder", "1"), 1, "1.1 (alone and together)\n" + said)
    partly = run_script(root, "grade.py", "--folder", "1", "--test", "add")
    yield "not from a part of the tests", "add: mismatch" in partly[1] and said not in partly[1], partly[1]
    two.write_text((root / "solutions/lab1-a/two.c").read_text())
    one.write_text(one.read_text().replace("mistake", "syntax"))
    other = run_script(root, "grade.py", "--folder", "1")
    yield "another failure is none", "build: " in other[1] and said not in other[1], other[1]
    run_script(root, "holes.py")


def check_tree(folder):
    """(name, passed, detail) for every test on the made-up tree."""
    root = folder / "tree"
    make_tree(root)
    run_script(root, "holes.py")
    yield from check_grading(root)
    yield from check_own_checks(root)
