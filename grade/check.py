"""`make check`: everything that this tree proves of itself, check by check.

Each check yields (name, passed, detail) once or many times; all are counted, the failed ones shown
with their reasons, and the last line is `N passed, N failed`. LAB narrows the checks that boot
kernels to one lab. A further argument names the checks to run; without one all run but those of
ON_REQUEST. COMMANDS of other folders count by their own last line `N passed, N failed`, or as one.

    check.py [--lab N] [--seed N] [--cores N] [NAME …]     check.py --list
"""
import argparse
import re
import subprocess
import sys
import time
from pathlib import Path

import fuzz
import lookup_check
import misconceptions
import selftest
from build import Kernel, build_kernels, run_folder, run_make
from course import ROOT, labs
from holes import check_holes
from machine import end_on_sigterm
from models.models import check_models
from mutants import check_mutants
from progress import Progress
from race.race import EXERCISES, race_results
from trials import Trial, run_trials
from variants import check_variants

COUNTED = re.compile(r"^(\d+) passed, (\d+) failed$")
TEST = re.compile(r"^TEST(?:_EARLY)?\((\w+)\)", re.MULTILINE)
TEST_ON_CORES = re.compile(r"^TEST_ON_CORES\((\w+)\)", re.MULTILINE)  # two tests, on 2 and on 4 cores

EXPLAINED = (1,)  # labs of which each exercise has two misconceptions, and README.md says what each test proves
ROW = re.compile(r"^\| `(\w+)` \| ", re.MULTILINE)

# Checks that other folders bring: name, command at the top of the tree.
COMMANDS = [("positions", "python3 -B grade/test_positions.py"),
            ("gdb", "python3 -B grade/test_gdb.py"),
            ("handout", "python3 -B grade/handout.py --check"),
            ("mapreduce", "python3 -B grade/bench/test_mapreduce.py"),
            ("count", "python3 -B grade/bench/test_count.py"),
            ("measures", "python3 -B grade/bench/test_scaling.py"),
            ("experiments", "python3 -B grade/bench/test_experiments.py"),
            ("curves", "python3 -B grade/bench/test_curves.py"),
            ("report", "python3 -B grade/bench/test_report.py"),
            ("repeat", "python3 -B grade/bench/test_repeat.py"),
            ("scaling", "python3 -B grade/bench/scaling.py --short"),
            ("linux", "python3 -B grade/linux/test_peer.py"),
            ("schedules", "python3 -B grade/manycore/schedules.py"),
            ("driver", "python3 -B grade/manycore/test_driver.py"),
            ("calibration", "python3 -B grade/bench/test_calibrate.py"),
            ("simulator", "python3 -B grade/manycore/test_simulator.py"),
            ("matrix", "python3 -B grade/manycore/matrix.py"),
            ("prompt", "python3 -B grade/prompt.py"),
            ("boots", "python3 -B grade/boots.py"),
            ("loader", "python3 -B grade/test_loader.py"),
            ("verdicts", "python3 -B grade/test_verdicts.py"),
            ("cross", "python3 -B grade/test_cross.py"),
            ("editor", "python3 -B grade/test_editor.py"),
            ("failures", "python3 -B grade/test_failures.py"),
            ("release", "python3 -B grade/test_release.py"),
            ("solution-branch", "python3 -B grade/test_solution_branch.py")]


def holes(options):
    wrong = check_holes()
    yield "exercise files are rendered from solutions/", not wrong, "; ".join(wrong)


def tests_written(text):
    """The names of the tests in a source."""
    return TEST.findall(text) + [f"{name}_on_{cores}" for name in TEST_ON_CORES.findall(text)
                                 for cores in (2, 4)]


def listed(options):
    """Every test stands in labN.py once, and every test of labN.py exists."""
    for lab in labs():
        written = sorted(name for path in (ROOT / lab.folder / "test").rglob("*.c")
                         for name in tests_written(path.read_text(encoding="utf-8")))
        tests = [test for exercise in lab.exercises for test in exercise.tests] + lab.given + lab.long
        named = sorted(test.name for test in tests if not test.host)
        wrong = [f"{name} is not in grade/lab{lab.number}.py" for name in set(written) - set(named)]
        wrong += [f"{name} is no test of {lab.folder}" for name in set(named) - set(written)]
        wrong += [f"{name} stands twice" for name in set(named) if named.count(name) > 1]
        wrong += [f"exercise {e.number} has no test" for e in lab.exercises if not e.tests]
        wrong += [f"{test.name} is no test of {', '.join(e.files)}: grade/race/race.py" for e in lab.exercises
                  for test in e.tests if test.host and not {f"{lab.folder}/{name}" for name in e.files}
                  & set(EXERCISES.get(test.name, ()))]
        yield f"tests of lab {lab.number} are listed", not wrong, "; ".join(sorted(wrong))
    lives = [known["exercise"] for known in misconceptions.known()]
    exercises = [exercise for lab in labs() if lab.number in EXPLAINED for exercise in lab.exercises]
    few = [exercise.number for exercise in exercises if lives.count(exercise.number) < 2]
    yield "two misconceptions an exercise", not few, f"fewer are known of {', '.join(few)}"
    said = set(ROW.findall((ROOT / "grade" / "README.md").read_text(encoding="utf-8")))
    odd = said ^ {test.name for exercise in exercises for test in exercise.tests}
    yield "what each test proves is said", not odd, f"not said, or of no test: {', '.join(sorted(odd))}"


def lint(options):
    run = subprocess.run([sys.executable, "-B", str(ROOT / "grade" / "lint.py")],
                         stdout=subprocess.PIPE, text=True)
    yield "lint", run.returncode == 0, "; ".join(
        line for line in run.stdout.splitlines() if line.startswith("wrong: "))


def lookup(options):
    yield from lookup_check.check_itself()
    for title, kernel, file, rule in (
            ("a share lookup writes nothing", Kernel(3, mode="release"), "kernel.elf", lookup_check.LOOKUP),
            ("emitting takes no lock", Kernel(7), "programs/wri", lookup_check.EMIT)):
        built = build_kernels([kernel], lambda *state: None)[kernel]
        path = run_make("kernel-path", *kernel.variables).stdout.strip()
        if built.error or not path:
            yield title, False, built.error or "make kernel-path says nothing"
            continue
        wrong = lookup_check.check_file(Path(path).parent / file, rule)
        yield title, not wrong, "; ".join(wrong)


def tests_of(lab):
    """(exercise, test) of each test of a lab, but for the long ones."""
    return ([(e.number, test) for e in lab.exercises for test in e.tests] +
            [("", test) for test in lab.given])


def reference(options):
    """Every test, given code's included, on its lab's kernel and on the full one."""
    yield from run_reference(options, tests_of)


def stress(options):
    """The long tests, in the same way."""
    yield from run_reference(options, lambda lab: [("", test) for test in lab.long])


def ubsan(options):
    """The tests of lab 1, or of the lab that is asked for, where the kernel panics at what C leaves undefined."""
    lab = labs()[(options.lab or 1) - 1]
    yield from run_all([Trial(f"ubsan/lab{lab.number}", Kernel(lab.number, mode="ubsan"), exercise, test)
                        for exercise, test in tests_of(lab)], options)


def run_reference(options, tests_of_lab):
    course = labs()
    trials = []
    for lab in course:
        if options.lab not in (None, lab.number):
            continue
        for last in sorted({lab.number, course[-1].number}):
            trials += [Trial(f"kernel{last}/lab{lab.number}", Kernel(last), exercise, test)
                       for exercise, test in tests_of_lab(lab)]
    yield from run_all(trials, options)


def run_all(trials, options):
    """(name, passed, detail) of each trial."""
    results = run_trials(trials, options.folder, Progress())
    for trial in trials:
        verdict = results[trial][0]
        yield (f"{trial.test.name} on kernel {trial.kernel.lab} {trial.kernel.mode}".rstrip(), verdict.passed,
               "\n    ".join([f"{verdict.kind}: {verdict.summary}", *verdict.detail]))


def variants(options):
    yield from check_variants(options.folder, Progress(), options.lab)


def mutants(options):
    yield from check_mutants(options.folder, Progress(), options.lab)


def stress_schedules(_):
    """The tests of several cores under many more seeds, and those that take long."""
    yield from run_command("stress-schedules", "python3 -B grade/manycore/schedules.py --stress")


def races(options):
    yield from race_results(lab=options.lab)


def models(options):
    yield from check_models()


def fuzzing(options):
    if options.lab in (None, 6):
        yield from fuzz.run_fuzz(options.folder, Progress(), options.seed)


def fuzz_whole(options):
    """The fuzzer with all its seeds and numbers of cores; `--cores` has it keep to one of these."""
    seeds = {cores: count for cores, count in fuzz.WHOLE.items() if options.cores in (None, cores)}
    yield from fuzz.run_fuzz(options.folder, Progress(), options.seed, seeds)


def grader(options):
    yield from selftest.run_selftest()


def run_command(name, command):
    """The results of a command that another folder brings."""
    run = subprocess.run(command, cwd=ROOT, shell=True, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         errors="replace")
    lines = [line for line in run.stdout.splitlines() if line.strip()]
    counted = COUNTED.match(lines[-1]) if lines else None
    passed, failed = map(int, counted.groups()) if counted else (0, 0)
    for number in range(passed):
        yield f"{name}: pass {number + 1}", True, ""
    for number in range(failed):
        yield f"{name}: failure {number + 1}", False, "\n    ".join(lines[-10:])
    if not failed and (not counted or run.returncode):
        yield name, run.returncode == 0, "\n    ".join(lines[-10:])


CHECKS = {"grader": grader, "holes": holes, "listed": listed, "lint": lint, "lookup": lookup,
          "reference": reference, "ubsan": ubsan, "variants": variants, "mutants": mutants,
          "models": models, "race": races, "fuzz": fuzzing}
CHECKS.update({name: lambda options, name=name, command=command: run_command(name, command)
               for name, command in COMMANDS})

# Those that run only when they are named.
ON_REQUEST = {"stress": stress, "stress-schedules": stress_schedules, "fuzz-whole": fuzz_whole}


def print_failures(failures):
    """The failed ones with their reasons; a reason that many share is said once."""
    for detail in dict.fromkeys(failures.values()):
        names = [name for name, why in failures.items() if why == detail]
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        print(f"  FAILED {names[0]}{more}: {detail}", flush=True)


def run_check(name, options):
    """(passed, failed) of one check, with a line that says so."""
    begin, good, failures = time.monotonic(), 0, {}
    try:
        for title, passed, detail in {**CHECKS, **ON_REQUEST}[name](options):
            if passed:
                good += 1
            else:
                failures[title] = detail
    except (OSError, subprocess.SubprocessError) as error:
        failures[name] = str(error)
    print_failures(failures)
    seconds = time.monotonic() - begin
    print(f"{name:<12}{good:>5} passed{len(failures):>5} failed {seconds:>7.1f} s", flush=True)
    return good, len(failures)


def main():
    end_on_sigterm()
    parser = argparse.ArgumentParser(description="Everything that this tree proves of itself.")
    parser.add_argument("--lab", type=lambda text: int(text) if text else None, default=None)
    parser.add_argument("--seed", type=int, default=1, help="the fuzzer's first seed")
    parser.add_argument("--cores", type=int, choices=fuzz.WHOLE, help="of fuzz-whole")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    if options.list:
        print("\n".join([*CHECKS, *ON_REQUEST]))
        return 0
    unknown = [name for name in options.names if name not in {**CHECKS, **ON_REQUEST}]
    if unknown:
        sys.exit(f"no check {unknown[0]}; there are: {' '.join(CHECKS)}")
    good = bad = 0
    with run_folder() as options.folder:
        for name in options.names or CHECKS:
            passed, failed = run_check(name, options)
            good, bad = good + passed, bad + failed
    print(f"{good} passed, {bad} failed")
    return 1 if bad or not good else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
