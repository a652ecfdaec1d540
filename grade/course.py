"""The course as data: what a lab, an exercise and a test are, and where their files lie.

grade/labN.py lists the exercises of lab N in these terms; everything else in grade/ reads them
through labs(). A lab whose folder is absent (a student's tree has only the labs released so far)
does not exist here either.
"""
import importlib
import os
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAST_LAB = 7
SETTING = re.compile(r"^(\w+)\s*:=\s*(.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Test:
    """One boot of one test, or one run on the host. `expect` is the verdict that earns the points ("pass", or for a test
    that must end badly "panic" …) and `saying` a text that this verdict must then contain."""
    name: str
    points: int = 0
    memory: int = 256  # MiB
    cores: int = 1
    topology: str = ""  # QEMU's -smp, if it is to say more than their number: "6,sockets=2,cores=3"
    nodes: int = 1  # of memory: each has an even part of it, and of the cores
    seconds: int = 10
    expect: str = "pass"
    saying: str = ""
    host: str = ""  # "race": not a boot, but a program of grade/race/ on this host, of that name


@dataclass(frozen=True, eq=False)
class Exercise:
    """One concept: the files that a student edits for it, and the tests that judge it. One without
    files, numbered N.0, judges what the student has written in the labs before N."""
    number: str
    title: str
    files: list
    tests: list

    @property
    def lab(self):
        return int(self.number.split(".")[0])

    @property
    def points(self):
        return sum(test.points for test in self.tests)


@dataclass(frozen=True, eq=False)
class Lab:
    """A lab: `given` are the tests of code that no student writes, `long` those that `make stress`
    runs and nobody else; they earn nothing."""
    number: int
    folder: str
    exercises: list
    given: list
    long: list

    @property
    def points(self):
        return sum(exercise.points for exercise in self.exercises)

    @property
    def files(self):
        return [name for exercise in self.exercises for name in exercise.files]

    def own_path(self, name, tree=ROOT):
        return Path(tree) / self.folder / name

    @property
    def weight(self):
        """What the lab counts beside the others."""
        return int(settings()["WEIGHTS"].split()[self.number - 1])

    def solution_path(self, name):
        return ROOT / "solutions" / self.folder / name

    @property
    def solved(self):
        """Does this tree hold the solutions of the lab?"""
        return all(self.solution_path(name).is_file() for name in self.files)


@lru_cache(maxsize=None)
def settings():
    """What the instructor has set in grade/course.mk: {name: text}."""
    found = dict(SETTING.findall((ROOT / "grade/course.mk").read_text(encoding="utf-8")))
    weights = found.get("WEIGHTS", "").split()
    if len(weights) != LAST_LAB or not all(weight.isdigit() for weight in weights):
        sys.exit(f"grade/course.mk: WEIGHTS is {LAST_LAB} whole numbers, one a lab")
    if found.get("EARLIER") not in ("reference", "own"):
        sys.exit("grade/course.mk: EARLIER is reference or own")
    return found


@lru_cache(maxsize=None)
def labs():
    """Every lab whose folder stands in this tree, in order."""
    found = []
    for number in range(1, LAST_LAB + 1):
        folders = sorted(ROOT.glob(f"lab{number}-*"))
        if folders:
            module = importlib.import_module(f"lab{number}")
            found.append(Lab(number, folders[0].name, module.EXERCISES, module.GIVEN,
                             getattr(module, "LONG", [])))
    return found


def binutils(name):
    """The command of that name of binutils for the kernel's processor: CROSS is the Makefile's, which hands it on."""
    return os.environ.get("CROSS", "") + name


def handout_section(lab, exercise):
    """Where the handout speaks of an exercise, as FILE:LINE; the file alone if it does not."""
    path = f"{lab.folder}/README.md"
    heading = re.compile(rf"#+ .*\b{re.escape(exercise)}\b")
    try:
        lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return path
    for number, line in enumerate(lines, 1):
        if heading.match(line):
            return f"{path}:{number}"
    return path


def exercise_of_hole(number):
    """The (lab, exercise) that a hole's number names; (None, None) for a number nobody has."""
    for lab in labs():
        for exercise in lab.exercises:
            if exercise.number == number:
                return lab, exercise
    return None, None
