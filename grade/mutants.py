"""Mutants: kernels with one seeded mistake, each a misconception that somebody really holds. A
mutant that does not apply, or that the test named for it does not notice, is a fault of the course.

A file of grade/mutants/ holds a head, then each body that is replaced below its place: a file of
the exercise's lab and the body's number, counted from 1:

    /* exercise: 2.1
     * believed: zeroed once is zero for ever
     * killed by: segment_reused_page_zero
     * fails: segment_reused_page_zero (mismatch), segment_stress (mismatch) */
    /* segment_page.c body 1 */
    ...

`fails` may be left out. It is what all tests of the exercise say, without those that pass, and lets a
student whose exercise fails just so be told what was believed (misconceptions.py).

    mutants.py NAME …    prints what the mutants of these names fail, to be put there
"""
import re
import sys
from dataclasses import dataclass
from difflib import get_close_matches

from build import Kernel, run_folder
from course import ROOT, labs
from markers import MarkerError, replace_bodies
from misconceptions import belief, fails_so, read_fails
from progress import Progress
from trials import Trial, run_trials
from variants import write_tree

FIELD = re.compile(r"^(?:/\*| \*) (exercise|believed|killed by|fails): (.*?)(?: \*/)?$")
BODY = re.compile(r"^/\* (\S+) body (\d+) \*/$")
FIELDS = ("exercise", "believed", "killed by")
NOTICED = ("mismatch", "leak", "race", "panic", "fault", "triple fault", "time-out")


class MutantError(Exception):
    """A mutant that does not apply."""


@dataclass(frozen=True, eq=False)
class Mutant:
    name: str
    exercise: str
    believed: str
    killer: str
    bodies: dict  # (file, number of a body): the lines that replace it
    fails: dict  # test of the exercise: what its Verdict.failure begins with; empty if the head does not say

    @property
    def lab(self):
        return int(self.exercise.split(".")[0])

    @property
    def files(self):
        return {file for file, _ in self.bodies}


def read_mutant(path):
    """A mutant from its file."""
    head, bodies, current = {}, {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        field, place = FIELD.match(line), BODY.match(line)
        if field and not bodies:
            head[field.group(1)] = field.group(2)
        elif place:
            current = bodies.setdefault((place.group(1), int(place.group(2))), [])
        elif bodies:
            current.append(line)
    absent = [name for name in FIELDS if name not in head] + ["a body"] * (not bodies)
    if absent:
        raise MutantError(f"{path.name}: {', '.join(absent)} is missing")
    return Mutant(path.stem, head["exercise"], head["believed"], head["killed by"], bodies,
                  read_fails(head.get("fails", "")))


def apply_mutant(mutant, file, text):
    """The text of a solution's file with the mutant's bodies in place."""
    left = {number for name, number in mutant.bodies if name == file}

    def replacement(number, body, lines):
        left.discard(number)
        return mutant.bodies.get((file, number))

    changed = replace_bodies(file, text, replacement)
    if left:
        raise MutantError(f"{file} has no body {min(left)}")
    return changed


def find_test(name):
    """(lab, exercise's number or '', test) of the test of that name."""
    for lab in labs():
        owned = [(exercise.number, test) for exercise in lab.exercises for test in exercise.tests]
        for number, test in owned + [("", test) for test in lab.given]:
            if test.name == name:
                return lab, number, test
    raise MutantError(f"there is no test {name}")


def mutant_kernel(mutant, home, lab):
    """The kernel of lab `lab` in which the exercise files of lab `home` are the mutant's. Only those
    of its exercise come from the mutant's tree where that is enough."""
    label = f"mutant-{mutant.name}"
    for source in [home] if lab is home else [other for other in labs() if other.solved]:
        texts = {name: source.solution_path(name).read_text(encoding="utf-8") for name in source.files}
        if source is home:
            texts.update({name: apply_mutant(mutant, name, texts[name]) for name in mutant.files})
        tree = write_tree(label, source, texts)
    if lab is not home:
        return Kernel(lab.number, "all", tree=tree)
    own = next(e.files for e in home.exercises if e.number == mutant.exercise)
    return Kernel(lab.number, "own", mutant.exercise if mutant.files <= set(own) else "", tree)


def home_of(mutant):
    """The lab whose exercise files the mutant changes."""
    home = next((lab for lab in labs() if lab.number == mutant.lab), None)
    if not home or mutant.exercise not in [exercise.number for exercise in home.exercises]:
        raise MutantError(f"there is no exercise {mutant.exercise}")
    for name in sorted(mutant.files - set(home.files)):
        raise MutantError(f"{home.folder} has no exercise file {name}")
    return home


def mutant_trial(mutant):
    """The boot that must notice the mutant: of its lab's kernel, or of a later lab's if the test is
    that lab's."""
    lab, number, test = find_test(mutant.killer)
    return Trial(f"mutant/{mutant.name}", mutant_kernel(mutant, home_of(mutant), lab), number, test)


def exercise_trials(mutant):
    """The boots of all tests of the mutant's exercise, which a student's would be compared with."""
    home = home_of(mutant)
    kernel = mutant_kernel(mutant, home, home)
    return [Trial(f"mutant/{mutant.name}", kernel, mutant.exercise, test)
            for exercise in home.exercises if exercise.number == mutant.exercise for test in exercise.tests]


def failures_of(trials, results):
    """{test: what its failure is known by} of those that did not pass."""
    return {trial.test.name: results[trial][0].failure for trial in trials if not results[trial][0].passed}


def shown(fails):
    return ", ".join(f"{name} ({failure})" for name, failure in fails.items()) or "nothing"


def check_mutants(folder, progress, only=None):
    """(name, passed, detail) for every mutant, or those of lab `only`."""
    trials = {}
    for path in sorted((ROOT / "grade" / "mutants").glob("*.c")):
        try:
            mutant = read_mutant(path)
            if only in (None, mutant.lab):
                trials[mutant] = mutant_trial(mutant)
        except (MutantError, MarkerError, FileNotFoundError) as error:
            yield f"mutant {path.stem}", False, f"does not apply: {error}"
    compared = {mutant: exercise_trials(mutant) for mutant in trials if mutant.fails}
    wanted = [*trials.values(), *(trial for some in compared.values() for trial in some)]
    results = run_trials(list(dict.fromkeys(wanted)), folder, progress)
    for mutant, some in compared.items():
        fails = failures_of(some, results)
        yield f"what mutant {mutant.name} fails", fails_so(fails, mutant.fails), f"fails: {shown(fails)}"
        said = belief(mutant.exercise, {trial.test.name: results[trial][0].failure for trial in some})
        yield f"who errs like {mutant.name} is told so", said == mutant.believed, f"is told: {said or 'nothing'}"
    for mutant, trial in trials.items():
        verdict = results[trial][0]
        yield (f"mutant {mutant.name}", verdict.kind in NOTICED,
               f"{mutant.killer} says {verdict.kind} {verdict.summary}")


def main():
    """What the mutants fail, to be put into their heads."""
    names = sys.argv[1:]
    paths = {path.stem: path for path in sorted((ROOT / "grade" / "mutants").glob("*.c"))}
    unknown = [name for name in names if name not in paths]
    if unknown or not names:
        near = get_close_matches(unknown[0], paths, 1) if unknown else []
        sys.exit((f"there is no mutant {unknown[0]}" if unknown else "mutants.py NAME: which of those in grade/mutants?")
                 + (f"; did you mean {near[0]}?" if near else ""))
    some = {}
    for name in names:
        try:
            mutant = read_mutant(paths[name])
            some[mutant] = exercise_trials(mutant)
        except (MutantError, MarkerError, FileNotFoundError) as error:
            sys.exit(f"mutant {name} does not apply: {error}")
    with run_folder() as folder:
        results = run_trials([trial for trials in some.values() for trial in trials], folder, Progress())
    for mutant, trials in some.items():
        print(f"{mutant.name}: fails: {shown(failures_of(trials, results))}")


if __name__ == "__main__":
    main()
