"""Tests of races in a grading: which files a kernel would have, and the verdict on what ThreadSanitizer said of them.

Test(…, host="race") names one of race/*_race.c. It runs on this host, not in a machine: races are what one core cannot
show. Where no compiler here has ThreadSanitizer, it is `skipped`, and what it counts is not earned.
"""
import re
import time
from pathlib import Path

from build import first_error
from course import ROOT, labs
from machine import FAILED, HOLE, PANIC
from race.race import LABS, find_compiler, linked, run_race
from records import Record
from verdict import Verdict, judge_hole

HOLE_MET = re.compile(r"^exercise (\d\.\d) is not written yet$", re.M)
ENDED = re.compile(r"^(?:panic|wrong): (.*)", re.M)
ACCESS = re.compile(r"^  (?:Previous )?(?:Atomic |atomic )?(read|write) of size \d+ at \w+ by (main thread|thread T\d+)[^\n]*:\n"
                    r"((?:    #\d+ .*\n)+)", re.M | re.I)
CRASH = re.compile(r"ThreadSanitizer: (\w+) on unknown address (0x)0*(\w+).*\n(?:.*caused by a (\w+) memory access.*\n)?"
                   r"(?:==.*\n)*((?:    #\d+ .*\n)+)")
FRAME = re.compile(r"#\d+ (\w+) (\S+):(\d+)")
FRAMES = 4  # of each access that are shown


def comes_from(kernel, name):
    """The exercise file labN-*/NAME in a kernel: as the Makefile's origin_of."""
    solution, own = ROOT / "solutions" / name, Path(kernel.tree or ROOT) / name
    if kernel.base != "own":
        return own if kernel.base == "all" else solution
    number = 1 + LABS.index(name.split("/")[0])
    if not kernel.exercise:
        return own if number == kernel.lab else solution
    lab = next(lab for lab in labs() if lab.number == kernel.lab)
    files = next(exercise.files for exercise in lab.exercises if exercise.number == kernel.exercise)
    if not files:  # it judges the labs before its own
        return own if number < kernel.lab else solution
    return own if number == kernel.lab and name.split("/")[1] in files else solution


def files_of(trial):
    """The exercise files of a trial."""
    return tuple(comes_from(trial.kernel, name) for name in linked(trial.test.name))


def short(path):
    """A path as people know it: from a lab's folder or grade/ on."""
    parts = Path(path).parts
    places = [place for place, part in enumerate(parts) if part in LABS or part == "grade"]
    return "/".join(parts[places[-1]:]) if places else parts[-1]


def describe_race(said):
    """(summary, lines) of the sanitizer's report: the two accesses and how each thread came there."""
    accesses, lines = [], []
    for kind, thread, stack in ACCESS.findall(said)[:2]:
        frames = [f"{function} {short(path)}:{line}" for function, path, line in FRAME.findall(stack)]
        accesses.append(f"a {kind.lower()} in {frames[0]}" if frames else f"a {kind.lower()}")
        lines += [f"  {kind.lower()} by {thread}:", *(f"    {frame}" for frame in frames[:FRAMES])]
    if len(accesses) < 2:
        return "a data race", [f"  | {line}" for line in said.splitlines()[:12]]
    return f"{accesses[0]} and {accesses[1]}: nothing orders the two", lines


def describe_crash(crash):
    """(summary, lines) of the sanitizer's report on a signal that ended the program."""
    signal, prefix, address, access, stack = crash.groups()
    frames = [f"{function} {short(path)}:{line}" for function, path, line in FRAME.findall(stack)]
    return (f"{signal} on a {(access or 'access').lower()} at address {prefix}{address}{' in ' + frames[0] if frames else ''}",
            [f"  {frame}" for frame in frames[:FRAMES]])


def judge_race(ran):
    """The verdict on one run (race.Ran)."""
    said, hole, ended = ran.said, HOLE_MET.search(ran.said), ENDED.search(ran.said)
    if ran.built:
        return Verdict("build", first_error(ran.built))
    if ran.status is None:
        return Verdict("time-out", "no end on this host's threads: do cores wait for each other, or for a lock that nobody"
                       " gives up?")
    if ran.status == 0:
        return Verdict("pass")
    if ran.status == HOLE and hole:
        return judge_hole(Record(0, 0, "k", "hole", {"exercise": hole.group(1)}))
    if "ThreadSanitizer: data race" in said:
        return Verdict("race", *describe_race(said))
    if ran.status in (FAILED, PANIC) and ended:
        return Verdict("panic" if ran.status == PANIC else "mismatch", ended.group(1))
    crash = CRASH.search(said)
    if crash:
        return Verdict("fault", *describe_crash(crash))
    tail = [f"  | {line}" for line in said.splitlines() if line.strip()][:12]
    return Verdict("fault", f"the program ended with status {ran.status}", tail)


def judge_blocked(verdict, exercise):
    """The same, seen from the exercise that the test belongs to."""
    if verdict.hole and verdict.hole != exercise:
        return Verdict("blocked", f"blocked by {verdict.hole}", hole=verdict.hole)
    return verdict


def run_races(trials, folder, done):
    """Judges each of the trials, one at a time, for a test keeps several processors busy; done(trial, verdict, seconds).
    Those that link the same files are run once."""
    compiler, reason = find_compiler() if trials else ("", "")
    verdicts = {}
    for trial in trials:
        key = trial.test.name, files_of(trial)
        begin = time.monotonic()
        if not compiler:
            verdicts[key] = Verdict("skipped", "no compiler here has ThreadSanitizer for x86-64, on which its"
                                    f" {trial.test.points} points depend", [f"  {reason}"])
        elif key not in verdicts:
            place = folder / trial.label / trial.test.name
            place.mkdir(parents=True, exist_ok=True)
            ran = run_race(trial.test.name, compiler, files_of(trial), place)
            (place / "report").write_text(ran.built or ran.said, encoding="utf-8")
            verdicts[key] = judge_race(ran)
        done(trial, judge_blocked(verdicts[key], trial.exercise), time.monotonic() - begin)
