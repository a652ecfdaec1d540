"""`make scaling`: does a second core halve the time of wc and wri, and if not, who is to blame?

    scaling.py [--base reference|own|all] [--rounds N] [--short]

In rounds, so that all meet the same weather on the host: a private loop (lab5-cores/user/private.c),
wc and wri, each on 1 and on 2 cores, two threads of the host. The loop's speed-up, on which no
kernel has influence, is the ceiling. Then wc and wri once more with their instructions counted.

    --short  only counts, on the book: no figure depends on how busy the host is

Prints tables and a line for each criterion, PASS or FAIL; the last line is `N passed, N failed`.
"""
import argparse
import subprocess
import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from count import worked
from inputs import make_inputs
from machine import end_on_sigterm, host_cores
from progress import Progress
from systems import Corey

CORES = 2
PROGRAMS = ("wc", "wri")
PHASES = ("map", "reduce")  # whose time counts, taken together
ROUNDS = 5
CEILING_LEAST = 1.2       # less, and the host has no second core to give: nothing is shown
CEILING_PART = 0.85       # of the private loop's speed-up must be reached
MORE_INSTRUCTIONS = 1.05  # on 2 cores, at most, for each on 1
UNEVEN = 1.3              # a core's pairs and instructions: at most so many times the mean, at least its inverse


class Trouble(Exception):
    """A run that measured nothing."""


class Report:
    """The criteria and how many were met."""

    def __init__(self):
        self.passed = self.failed = 0

    def line(self, met, text):
        self.passed, self.failed = self.passed + met, self.failed + (not met)
        print(f"{'PASS' if met else 'FAIL'}  {text}", flush=True)


def run_once(corey, program, path, cores, progress, count=False):
    """A run on as many cores as asked for, or an exception."""
    run = corey.run(program, path, cores, progress, count)
    if run.trouble:
        raise Trouble(f"{run.command} on {cores} cores: {run.trouble}")
    if run.cores != cores:
        raise Trouble(f"{run.command}: {run.cores} of {cores} cores have worked")
    return run


def unevenness(values):
    """How far the farthest is from the mean, as a factor; of something and nothing, without end."""
    mean = sum(values) / len(values)
    return max(max(values) / mean, mean / min(values)) if min(values) > 0 else float("inf")


def phase_time(run):
    return sum(run.measured[phase][0] for phase in PHASES)


def measure(corey, path, rounds, progress):
    """{(program, cores): its runs}, a run a round."""
    runs = {}
    for number in range(rounds):
        for program in ("private", *PROGRAMS):
            for cores in (1, CORES):
                run = run_once(corey, program, path if program in PROGRAMS else None, cores, progress)
                runs.setdefault((program, cores), []).append(run)
    progress.clear()
    return runs


def times_of(runs, program, cores):
    """The times of what counts, in milliseconds."""
    time = phase_time if program in PROGRAMS else lambda run: run.measured["loop"][0]
    return [time(run) / 1000 for run in runs[program, cores]]


def judge_times(runs, report):
    """The private loop's speed-up: each core does all of the work, so N cores have done N times as much."""
    print(f"{'ms':<10}{'1 core':>10}{'range':>16}{f'{CORES} cores':>10}{'range':>16}{'speed-up':>10}")
    speed_up = {}
    for program in ("private", *PROGRAMS):
        one, many = times_of(runs, program, 1), times_of(runs, program, CORES)
        speed_up[program] = median(one) / median(many) * (1 if program in PROGRAMS else CORES)
        print(f"{program:<10}" + "".join(f"{median(times):>10.0f}{f'{min(times):.0f}..{max(times):.0f}':>16}"
                                         for times in (one, many)) + f"{speed_up[program]:>10.2f}")
    ceiling = speed_up["private"]
    report.line(ceiling >= CEILING_LEAST, f"the host: {CORES} cores do {ceiling:.2f} times the work of one"
                f" (at least {CEILING_LEAST})")
    for program in PROGRAMS:
        report.line(speed_up[program] >= CEILING_PART * ceiling,
                    f"{program}: {' and '.join(PHASES)} are {speed_up[program]:.2f} times as fast on {CORES} cores,"
                    f" {speed_up[program] / ceiling:.2f} of the ceiling {ceiling:.2f} (at least {CEILING_PART})")
        uneven = median(unevenness(run.pairs()) for run in runs[program, CORES])
        report.line(uneven <= UNEVEN, f"{program}: a core's pairs are within {uneven:.2f} of the mean (at most {UNEVEN})")


def judge_counts(program, one, many, report):
    """Of two runs with counted instructions."""
    print(f"{program + ', thousands':<16}{'1 core':>12}{f'{CORES} cores':>12}{'ratio':>8}   each core: user + kernel (waiting)")
    phases = [phase for phase in one.counted if phase != "end"]
    for phase in phases:
        alone, together = sum(worked(one.counted[phase])), sum(worked(many.counted[phase]))
        each = ", ".join(f"{core['user'] // 1000} + {core['kernel'] // 1000} ({core['waiting'] // 1000})"
                         for core in many.counted[phase])
        print(f"{phase:<16}{alone // 1000:>12}{together // 1000:>12}{together / alone:>8.3f}   {each}")
    alone, each = sum(sum(worked(one.counted[phase])) for phase in phases), [0] * CORES
    for phase in phases:
        each = [sum(pair) for pair in zip(each, worked(many.counted[phase]))]
    ratio, uneven = sum(each) / alone, unevenness(each)
    report.line(ratio <= MORE_INSTRUCTIONS, f"{program}: {ratio:.3f} times the instructions on {CORES} cores"
                f" (at most {MORE_INSTRUCTIONS})")
    report.line(uneven <= UNEVEN, f"{program}: a core's instructions are within {uneven:.2f} of the mean"
                f" (at most {UNEVEN})")
    uneven = unevenness(many.pairs())
    report.line(uneven <= UNEVEN, f"{program}: counted, a core's pairs are within {uneven:.2f} of the mean"
                f" (at most {UNEVEN})")
    report.line(one.lines == many.lines and len(one.lines) > 0, f"{program}: the same {len(one.lines)} lines of answer")


def main():
    end_on_sigterm()
    parser = argparse.ArgumentParser(description="What a second core is worth.")
    parser.add_argument("--base", default="reference", choices=("reference", "own", "all"))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    progress, report = Progress(), Report()
    if host_cores() < CORES:
        raise Trouble(f"{CORES} cores of the host are needed, and we have {host_cores()}")
    progress.show("preparing the inputs")
    inputs = make_inputs()
    book, words = inputs
    corey = Corey(inputs, options.base, progress)
    if not options.short:
        judge_times(measure(corey, words, options.rounds, progress), report)
    for program in PROGRAMS:
        one, many = (run_once(corey, program, book if options.short else words, cores, progress, count=True)
                     for cores in (1, CORES))
        progress.clear()
        judge_counts(program, one, many, report)
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Trouble, RuntimeError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"scaling: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted")
