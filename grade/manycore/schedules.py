"""Seeded schedules: the kernel's tests of several cores, each under many interleavings, and each of these repeatable.

In the simulator's mode `turns` a seed says how long each core's turns are and who is left out; so one seed is one
schedule, to the last instruction. A boot runs a GROUP of tests, one after another.

    schedules.py                            the SEEDS, as `make check` does
    schedules.py --stress                   many more, and the SLOW groups, as `make stress` does
    schedules.py --seed 7 'shootdown_*'     one again: what a test that fails prints, as
                                            make sim TEST='shootdown_*' SEED=7 CPUS=4
"""
import argparse
import sys
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "bench"), str(HERE.parent)]

from build import Kernel, build_kernels
from course import labs
from machine import PASSED, end_on_sigterm, run_jobs
from machine_file import machine_path, read_machine
from progress import Progress
from sim_boot import Simulation, build_plugin, read_kernel, simulation_job
from verdict import console_tail, judge_run

CORES, MEMORY, SECONDS = 4, 256, 60
MACHINE = "cores64"  # of which only the clock's rate matters here
SEEDS = range(1, 21)
STRESSED = range(1, 201)

# Tests that can follow each other: each leaves the machine as it found it, and expects nothing of a fresh one.
GROUPS = (
    "core_run_h*,core_run_l*,core_run_m*,core_run_c*,core_run_re*,core_run_ru*,core_sleep_*,platform_team",
    "shootdown_*,core_run_start",
    "cfork_memory,cfork_s*,cfork_w*,cfork_o*,cfork_i*",
    "books_of_shared_pages,libc_team,mcs_lock_all_cores,rw_lock_all_cores,object_cores_drop",
)
# Those that trap after each instruction, to be jostled there, and all else that takes long.
SLOW = ("share_cores_*", "segment_cores_*", "account_cores_limit,page_cores_lists", "cfork_c*,cfork_g*",
        "map_reduce_rows", "tree_cores_fault_once_on_4", "tree_cores_unmap_on_4", "tree_cores_shrink_on_4",
        "tree_cores_copy_on_write_on_4", "tree_cores_copy_small_on_4")


def tests_in(group):
    """The names of the kernel's tests that a group chooses, as the kernel reads it."""
    names = [test.name for lab in labs() for test in
             [test for exercise in lab.exercises for test in exercise.tests] + lab.given + lab.long]
    return {name for name in names if any(fnmatchcase(name, pattern) for pattern in group.split(","))}


def repeat_line(seed, group, cores):
    return f"make sim TEST='{group}' SEED={seed} CPUS={cores}"


def trouble_in(job, outcome, group):
    """What is wrong with a boot; '' if every test of the group has passed."""
    passed = {record.data.get("test") for record in outcome.records.of_kind("pass", "k")}
    missing = sorted(tests_in(group) - passed)
    if outcome.status == PASSED and not missing:
        return ""
    verdict = judge_run(job.test, outcome)
    begun = [record.data.get("test") for record in outcome.records.of_kind("start", "k")]
    return "\n    ".join([f"{begun[-1] if begun else group}: {verdict.kind}: {verdict.summary}"
                          + (f"; not passed: {' '.join(missing)}" if outcome.status == PASSED else ""),
                          *(verdict.detail or console_tail(outcome))])


def run_schedules(folder, progress, groups=GROUPS, seeds=SEEDS, cores=CORES):
    """(name, passed, detail) for each group and seed."""
    kernel = Kernel(7)
    built = build_kernels([kernel], lambda *state: progress.show("building the kernel"))[kernel]
    if built.error:
        yield "schedules", False, built.error
        return
    machine, plugin, elf = read_machine(machine_path(MACHINE)), build_plugin(), read_kernel(built.image)
    jobs, whose, results = [], {}, []
    for seed in seeds:
        simulation = Simulation(machine, "turns", seed=seed, memory=MEMORY, seconds=SECONDS, dump=False)
        for number, group in enumerate(groups):
            place = Path(folder) / f"schedules/{seed}-{number}"
            jobs.append(simulation_job(built.image, elf, simulation, cores, f"test={group}", place, plugin))
            whose[place] = (seed, group)

    def done(job, outcome):
        seed, group = whose[job.folder]
        trouble = trouble_in(job, outcome, group)
        results.append((f"{group} with seed {seed}", not trouble,
                        trouble and f"{trouble}\n    {repeat_line(seed, group, cores)}"))
        progress.show(f"ran {len(results)} of {len(jobs)} schedules")

    run_jobs(jobs, done)
    progress.clear()
    yield from sorted(results)


def main():
    end_on_sigterm()
    parser = argparse.ArgumentParser(description="Tests of several cores under seeded schedules.")
    parser.add_argument("--stress", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cores", type=int, default=CORES)
    parser.add_argument("group", nargs="?", help="names of tests, ',' between, '*' at the end of one for any rest")
    options = parser.parse_args()
    groups, seeds = (GROUPS + SLOW, STRESSED) if options.stress else (GROUPS, SEEDS)
    if options.group:
        groups, seeds = [options.group], [options.seed]
    for group in groups:
        if not tests_in(group):
            sys.exit(f"no test is named {group}")
    with tempfile.TemporaryDirectory(prefix="schedules-") as folder:
        results = list(run_schedules(folder, Progress(), groups, seeds, options.cores))
    for name, passed, detail in results:
        if not passed:
            print(f"FAILED {name}: {detail}")
    passed = sum(passed for _, passed, _ in results)
    print(f"{passed} passed, {len(results) - passed} failed")
    return 0 if passed == len(results) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.exit(f"schedules: {error}")
