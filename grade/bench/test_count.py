"""Tests the counting plugin on regions whose instructions have been counted by hand: `test_count.py`.

The program is lab5-cores/user/test_marker.c. Ends with `N passed, N failed`.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
from build import Kernel, build_kernels
from count import build_plugin, plugin_argument, read_regions
from course import Test
from machine import Job, end_on_sigterm, run_jobs

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
CORES = (1, 2, 4)  # the last in turns, on a small host


def trouble_with(regions):
    """What is wrong with the counts of one run; '' if nothing. The program runs on the first core."""
    if regions is None or len(regions) != len(REGIONS):
        return f"expected {len(REGIONS)} regions, seen {regions}"
    for number, ((user, waiting, kernel), (first, *others)) in enumerate(zip(REGIONS, regions)):
        if (first["user"], first["waiting"]) != (user, waiting):
            return f"region {number}: expected {user} at work and {waiting} waiting, seen {first}"
        if kernel is not None and kernel != (first["kernel"] > 0):
            return f"region {number}: the kernel: expected {kernel}, seen {first['kernel']}"
        if any(other["user"] or other["waiting"] for other in others):
            return f"region {number}: other cores: expected none in ring 3, seen {others}"
    return ""


def test_counts(folder):
    """(name, what is wrong) for each number of cores."""
    kernel = Kernel(5)
    built = build_kernels([kernel], lambda *state: None)[kernel]
    if built.error:
        raise RuntimeError(built.error)
    plugin, troubles = build_plugin(), {}
    jobs = []
    for cores in CORES:
        out = folder / f"{cores}" / "counts"
        jobs.append(Job(built.image, Test("test_marker", cores=cores), out.parent, "run=test_marker",
                        plugin_argument(plugin, out)))

    def done(job, outcome):
        trouble = trouble_with(read_regions(job.folder / "counts"))
        if outcome.status != machine.PASSED:
            trouble = f"QEMU's status {outcome.status}; {' '.join(outcome.console[-3:])} {trouble}"
        troubles[job.test.cores] = trouble

    run_jobs(jobs, done)
    for cores in CORES:
        yield f"counts on {cores} cores", troubles[cores]


def main():
    end_on_sigterm()
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="corey-count-") as folder:
        for name, trouble in test_counts(Path(folder)):
            passed, failed = passed + (not trouble), failed + bool(trouble)
            if trouble:
                print(f"{name}: {trouble}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"count: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted")
