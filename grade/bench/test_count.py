"""Tests the counting plugin: `test_count.py`.

On regions whose instructions have been counted by hand (lab5-cores/user/test_marker.c), and on fixed
work that all cores do at once (private.c). Ends with `N passed, N failed`.
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
from build import Kernel, build_kernels
from count import build_plugin, plugin_argument, read_regions
from course import Test
from machine import Job, run_jobs
from own_tests import run_findings

# Of each region of the program: instructions of ring 3 at work, and waiting; is the kernel in it?
# None where there was time for an interrupt.
REGIONS = (
    (0, 0, False),
    (1, 0, False),
    (1 + 2 * 100_000, 0, None),
    (3, 1 + 2 * 5000, None),
    (1 + 2 * 10, 0, None),
    (1 + 2 * 20, 0, None),
    (3, 0, True),
    (0, 3, True),
)
STEPS, STEP_LEAST = 1 << 24, 6  # of private.c's loop: no compiler needs fewer instructions a step
NEARLY = 0.001     # part of the work that starting and ending it may add
SECONDS = 60


def trouble_with_regions(cores, regions):
    """What is wrong with the regions counted by hand; '' if nothing. The program runs on the first core."""
    if len(regions) != len(REGIONS):
        return f"expected {len(REGIONS)} regions, seen {regions}"
    for number, ((user, waiting, kernel), (first, *others)) in enumerate(zip(REGIONS, regions)):
        if (first["user"], first["waiting"]) != (user, waiting):
            return f"region {number}: expected {user} at work and {waiting} waiting, seen {first}"
        if kernel is not None and kernel != (first["kernel"] > 0):
            return f"region {number}: the kernel: expected {kernel}, seen {first['kernel']}"
        if any(other["user"] or other["waiting"] for other in others):
            return f"region {number}: other cores: expected none in ring 3, seen {others}"
    return ""


def trouble_with_work(cores, regions):
    """The first region is the work: the same on each core, whoever else is at it."""
    user = [processor["user"] for processor in regions[0]] if regions else []
    if len(user) != cores or max(user) > min(user) * (1 + NEARLY) or min(user) < STEPS * STEP_LEAST:
        return f"expected at least {STEPS * STEP_LEAST} instructions on each of {cores} cores, alike; seen {user}"
    return ""


# Each program, what is wrong with its counts, and on how many cores it runs: 4 in turns, on a small host.
PROGRAMS = {"test_marker": (trouble_with_regions, (1, 2, 4)), "private": (trouble_with_work, (2, 4))}


def test_counts(folder):
    """(name, what is wrong) for each program and number of cores."""
    kernel = Kernel(5)
    built = build_kernels([kernel], lambda *state: None)[kernel]
    if built.error:
        raise RuntimeError(built.error)
    plugin, jobs, troubles = build_plugin(), [], {}
    for program, (_, numbers) in PROGRAMS.items():
        for cores in numbers:
            out = folder / program / f"{cores}" / "counts"
            jobs.append(Job(built.image, Test(program, cores=cores, seconds=SECONDS), out.parent,
                            f"run={program}", plugin_argument(plugin, out)))

    def done(job, outcome):
        program, cores = job.test.name, job.test.cores
        regions = read_regions(job.folder / "counts")
        if outcome.status != machine.PASSED or regions is None:
            trouble = f"QEMU's status {outcome.status}; {' '.join(outcome.console[-3:])}"
        else:
            trouble = PROGRAMS[program][0](cores, regions)
        troubles[f"{program} on {cores} cores"] = trouble

    run_jobs(jobs, done)
    yield from troubles.items()


if __name__ == "__main__":
    sys.exit(run_findings("count", test_counts))
