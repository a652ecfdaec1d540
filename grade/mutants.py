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

    @property
    def lab(self):
        return int(self.exercise.split(".")[0])


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


def find_test(name):
    """(lab, exercise's number or '', test) of the test of that name."""
    for lab in labs():
        owned = [(exercise.number, test) for exercise in lab.exercises for test in exercise.tests]
        for number, test in owned + [("", test) for test in lab.given]:
            if test.name == name:
                return lab, number, test
    raise MutantError(f"there is no test {name}")


def mutant_trial(mutant):
    """The boot that must notice the mutant. Where a later lab's test is to notice it, the kernel is
    that lab's, and all exercise files come from the mutant's tree."""
    home = next((lab for lab in labs() if lab.number == mutant.lab), None)
    if not home or mutant.file not in home.files:
        raise MutantError(f"lab {mutant.lab} has no exercise file {mutant.file}")
    lab, number, test = find_test(mutant.killer)
    label = f"mutant-{mutant.name}"
    for source in [home] if lab is home else [other for other in labs() if other.solved]:
        texts = {name: source.solution_path(name).read_text(encoding="utf-8")
                 for name in source.files}
        if source is home:
            texts[mutant.file] = apply_mutant(mutant, texts[mutant.file])
        tree = write_tree(label, source, texts)
    kernel = (Kernel(lab.number, "own", mutant.exercise, tree) if lab is home else
              Kernel(lab.number, "all", tree=tree))
    return Trial(f"mutant/{mutant.name}", kernel, number, test)


def check_mutants(folder, progress, only=None):
    """(name, passed, detail) for every mutant, or those of lab `only`."""
    trials = {}
    for path in sorted(Path(ROOT / "grade" / "mutants").glob("*.c")):
        try:
            mutant = read_mutant(path)
            if only in (None, mutant.lab):
                trials[mutant] = mutant_trial(mutant)
        except (MutantError, MarkerError, FileNotFoundError) as error:
            yield f"mutant {path.stem}", False, f"does not apply: {error}"
    results = run_trials(list(trials.values()), folder, progress)
    for mutant, trial in trials.items():
        verdict = results[trial][0]
        yield (f"mutant {mutant.name}", verdict.kind in NOTICED,
               f"{mutant.killer} says {verdict.kind} {verdict.summary}")
