"""Mutants: kernels with one seeded mistake, each a misconception that somebody really holds. A
mutant that does not apply, or that the test named for it does not notice, is a fault of the course.

A file of grade/mutants/ holds a head, then each body that is replaced below its number (bodies are
counted from 1 in the solution's file):

    /* exercise: 2.1
     * file: segment_page.c
     * believed: zeroed once is zero for ever
     * killed by: segment_reused_page_zero */
    /* body 1 */
    ...
"""
import re
from dataclasses import dataclass
from pathlib import Path

from build import Kernel
from course import ROOT, labs
from markers import MarkerError, replace_bodies
from trials import Trial, run_trials
from variants import write_tree

FIELD = re.compile(r"^(?:/\*| \*) (exercise|file|believed|killed by): (.*?)(?: \*/)?$")
BODY = re.compile(r"^/\* body (\d+) \*/$")
NOTICED = ("mismatch", "leak", "panic", "fault", "triple fault", "time-out")
FIELDS = ("exercise", "file", "believed", "killed by")


class MutantError(Exception):
    """A mutant that does not apply."""


@dataclass(frozen=True, eq=False)
class Mutant:
    name: str
    exercise: str
    file: str
    believed: str
    killer: str
    bodies: dict  # number of a body: the lines that replace it


def read_mutant(path):
    """A mutant from its file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    head = {}
    while lines and (match := FIELD.match(lines[0])):
        head[match.group(1)] = match.group(2)
        lines.pop(0)
    bodies = {}
    for line in lines:
        match = BODY.match(line)
        if match:
            current = bodies.setdefault(int(match.group(1)), [])
        elif bodies:
            current.append(line)
    absent = [name for name in FIELDS if name not in head] + ["a body"] * (not bodies)
    if absent:
        raise MutantError(f"{path.name}: {', '.join(absent)} is missing")
    return Mutant(path.stem, head["exercise"], head["file"], head["believed"], head["killed by"],
                  bodies)


def apply_mutant(mutant, text):
    """The solution's text with the mutant's bodies in place."""
    left = set(mutant.bodies)

    def replacement(number, body, lines):
        if body.exercise != mutant.exercise:
            raise MutantError(f"{mutant.file} belongs to {body.exercise}, not {mutant.exercise}")
        left.discard(number)
        return mutant.bodies.get(number)

    changed = replace_bodies(mutant.file, text, replacement)
    if left:
        raise MutantError(f"{mutant.file} has no body {min(left)}")
    return changed


def mutant_trial(mutant):
    """The boot that must notice the mutant."""
    for lab in labs():
        for exercise in lab.exercises:
            if exercise.number != mutant.exercise:
                continue
            tests = [test for test in exercise.tests if test.name == mutant.killer]
            if mutant.file not in exercise.files or not tests:
                raise MutantError(f"exercise {exercise.number} has no file {mutant.file}"
                                  f" or no test {mutant.killer}")
            texts = {name: lab.solution_path(name).read_text(encoding="utf-8")
                     for name in exercise.files}
            texts[mutant.file] = apply_mutant(mutant, texts[mutant.file])
            tree = write_tree(f"mutant-{mutant.name}", lab, texts)
            kernel = Kernel(lab.number, "own", exercise.number, tree)
            return Trial(f"mutant/{mutant.name}", kernel, exercise.number, tests[0])
    raise MutantError(f"there is no exercise {mutant.exercise}")


def check_mutants(folder, progress, only=None):
    """(name, passed, detail) for every mutant, or those of lab `only`."""
    trials = {}
    for path in sorted(Path(ROOT / "grade" / "mutants").glob("*.c")):
        try:
            mutant = read_mutant(path)
            if only in (None, int(mutant.exercise.split(".")[0])):
                trials[mutant] = mutant_trial(mutant)
        except (MutantError, MarkerError, FileNotFoundError) as error:
            yield f"mutant {path.stem}", False, f"does not apply: {error}"
    results = run_trials(list(trials.values()), folder, progress)
    for mutant, trial in trials.items():
        verdict = results[trial][0]
        yield (f"mutant {mutant.name}", verdict.kind in NOTICED,
               f"{mutant.killer} says {verdict.kind} {verdict.summary}")
