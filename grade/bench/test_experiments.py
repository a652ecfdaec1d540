"""Tests the experiments: `test_experiments.py`.

All of them in one boot each of Corey on 1, 2 and 4 cores, and on Linux threads; the same with a
mistake put into each, which it must notice itself; what `sharing` changes, by counted instructions;
and that `run=A; B` runs all, and fails when one does. Ends with `N passed, N failed`.
"""
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from build import Kernel, build_kernels
from count import build_plugin, plugin_argument, read_regions
from course import ROOT, Test
from experiments import EXPERIMENTS, phases_of, programs_in, trouble_with
from machine import FAILED, PASSED, Job, run_jobs
from own_tests import run_named
from records import read_records

SECONDS = 60
CORES = (1, 2, 4)
FAULT_LEAST = 200  # instructions that the kernel needs for a page fault, at least
LINUX_CORES = (1, 2)
USER, LIBOS = "lab5-cores/user", "lab7-libos/experiments"

# Mistakes that an experiment must notice: program, arguments, source, what stands there, and what takes its place. Where
# two cores have to meet for it, they have a second or so to do so.
MISTAKES = (
    ("memclone", "256K", f"{USER}/memclone.c", "page < pages; page++)\n        words[", "page < pages - 1; page++)\n        words["),
    ("memclone", "256K", f"{USER}/memclone.c", "memory(plan->bytes, PRIVATE)", "(uint64_t *)((char *)plan + PAGE)"),
    ("mempass", "64M", f"{USER}/mempass.c", "    if (core > 0)\n        turn_wait(own);\n", "    (void)turn_wait;\n"),
    ("mempass", "256K", f"{USER}/mempass.c", "page < pages; page++) {\n        volatile", "page < pages; page += 2) {\n        volatile"),
    ("locks", "4000000", f"{USER}/ticket_lock.h", "while (__atomic_load_n(&lock->served, __ATOMIC_ACQUIRE) != number)", "while (0)"),
    ("locks", "4000000", f"{USER}/waiting_line.h", "while (!__atomic_load_n(&self->called, __ATOMIC_ACQUIRE))", "while (0)"),
    ("locks", "2001", f"{USER}/experiment.h", "total / count + (core < total % count)", "total / count"),
    ("locks", "2000", f"{USER}/locks.c", "guarded->word[i].value++", "guarded->word[i].value += i > 0"),
    ("calls", "100 64", "grade/linux/records.c", "syscall(SYS_getppid)", "syscall(-1)"),
    ("calls", "100 64", f"{USER}/calls.c", "        pages_touch(one, pages, value);", "        pages_touch(all, pages, value);"),
    ("forks", "3 16K", f"{LIBOS}/forks.c", "_exit(right ? 1 +", "_exit(right ? 2 +"),
    ("forks", "3 16K", f"{LIBOS}/forks.c", "words = malloc(pages * PAGE)", "words = fork_shared(pages * PAGE)"),
)

# Mistakes that ThreadSanitizer must find, on threads of this host: an order that is missing, a writer that nobody sees.
# (Not in mempass: where one thread wakes late at the barrier, the barrier itself orders them.)
RACES = (
    ("locks", "200000", f"{USER}/ticket_lock.h", "served + 1, __ATOMIC_RELEASE", "served + 1, __ATOMIC_RELAXED"),
    ("locks", "200000", f"{USER}/waiting_line.h", "called, 1, __ATOMIC_RELEASE", "called, 1, __ATOMIC_RELAXED"),
    ("locks", "200000", f"{USER}/reader_lock.h", "writing, 1, __ATOMIC_SEQ_CST", "writing, 0, __ATOMIC_SEQ_CST"),
    ("locks", "200000", f"{USER}/reader_lock.h", "in, 0, __ATOMIC_RELEASE);\n}", "in, 0, __ATOMIC_RELAXED);\n}"),
)

# One that does not exist, one that fails, and two that end well around them.
SEVERAL = (("nothing", None), ("memclone 64K", 0), ("memclone 1", 1), ("hello  one", 0))


class Failure(Exception):
    """What a test saw, in words."""


def build_linux(folder, tree=ROOT, *variables):
    made = subprocess.run(["make", "-s", "-f", tree / "grade/linux/linux.mk", f"LINUX_OUT={folder}", *variables],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode:
        raise Failure(f"does not build: {made.stdout.strip()}")


def run_linux(program, arguments, cores, folder, **settings):
    """(status, records, what it said)."""
    results, nonce = folder / "results", os.urandom(8).hex()
    results.unlink(missing_ok=True)
    environment = dict(os.environ, CORES=str(cores), RESULTS=str(results), NONCE=nonce, **settings)
    ran = subprocess.run([folder / program, *arguments.split()], env=environment, stdin=subprocess.DEVNULL,
                         capture_output=True, timeout=60)
    return ran.returncode, read_records(results, nonce).records, ran.stderr.decode(errors="replace")


def boot(folder, commands, cores, plugin=""):
    """Boots Corey for these programs; (QEMU's status, outcome)."""
    kernel = Kernel(7)
    built = build_kernels([kernel], lambda *state: None)[kernel]
    if built.error:
        raise Failure(built.error)
    job = Job(built.image, Test("run", cores=cores, memory=512, seconds=SECONDS), folder, f"run={'; '.join(commands)}", plugin)
    outcomes = []
    run_jobs([job], lambda job, outcome: outcomes.append(outcome))
    if outcomes[0].records.missing:
        raise Failure(f"{outcomes[0].records.missing}: {' '.join(outcomes[0].console[-5:])}")
    return outcomes[0]


def test_corey(folder):
    """All of them, one after another."""
    for cores in CORES:
        outcome = boot(folder / str(cores), [f"{name} {e.small}" for name, e in EXPERIMENTS.items()], cores)
        ran = programs_in(outcome.records)
        troubles = [f"{program.command} on {cores} cores: {trouble}" for program in ran
                    if (trouble := trouble_with(EXPERIMENTS[program.command.split()[0]], cores, program.status, program.records))]
        if troubles or len(ran) != len(EXPERIMENTS) or outcome.status != PASSED:
            raise Failure("; ".join(troubles) or f"{len(ran)} of {len(EXPERIMENTS)} have run, status {outcome.status}")


def test_linux(folder):
    """Those that Linux has, on threads and on processes."""
    build_linux(folder)
    for name, experiment in EXPERIMENTS.items():
        for cores, settings in product(LINUX_CORES, ({}, {"PROCESSES": "1"})) if experiment.linux else ():
            status, records, said = run_linux(name, experiment.small, cores, folder, **settings)
            trouble = trouble_with(experiment, cores, status, records)
            if trouble:
                raise Failure(f"{name} on {cores} cores {settings}: {trouble}: {said}")


def run_mistaken(folder, mistake, *variables):
    """Builds a program with this mistake, and runs it on two cores; (status, what it said)."""
    program, arguments, source, right, wrong = mistake
    tree, out = folder / "tree", folder / "out"
    for part in ("grade/linux", "lab5-cores/user", "lab7-libos", "solutions/lab7-libos"):
        (tree / part).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-r", ROOT / part, tree / part], check=True)
    text = (tree / source).read_text()
    if text.count(right) != 1:
        raise Failure(f"{source} has `{right}` {text.count(right)} times")
    (tree / source).write_text(text.replace(right, wrong))
    build_linux(out, tree, out / program, *variables)
    status, _, said = run_linux(program, arguments, 2, out)
    return status, said


def test_threads(folder):
    """The same, watched for races; and with a race put in, which must be seen."""
    build_linux(folder, ROOT, "LINUX_SANITIZE=thread")
    for name in ("memclone", "mempass", "locks", "calls"):
        status, _, said = run_linux(name, EXPERIMENTS[name].small, 2, folder)
        if status:
            raise Failure(f"{name}: status {status}: {said[:2000]}")
    for number, mistake in enumerate(RACES):
        status, said = run_mistaken(folder / str(number), mistake, "LINUX_SANITIZE=thread")
        if "data race" not in said:
            raise Failure(f"race {number} of {mistake[0]} is not seen ({mistake[-1].strip()}): status {status}: {said}")


def test_mistakes(folder):
    """Each is noticed by the experiment itself, which says so and ends with status 1."""
    for number, mistake in enumerate(MISTAKES):
        status, said = run_mistaken(folder / str(number), mistake)
        if status != 1 or "wrong" not in said:
            raise Failure(f"{mistake[0]} does not notice mistake {number} ({mistake[-1].strip()}): status {status}: {said}")


def test_sharing(folder):
    """mempass: cores that share a tree find the pages that one has faulted in; where each root maps the buffer by itself,
    each core takes all faults."""
    plugin, pages, kernel = build_plugin(), 256, {}
    for mode in ("chosen", "everything", "apart"):
        out = folder / mode / "counts"
        outcome = boot(out.parent, [f"mempass {pages * 4}K sharing={mode}"], 4, plugin_argument(plugin, out))
        regions, phases = read_regions(out), phases_of(outcome.records.records)
        if outcome.status != PASSED or not regions or len(regions) != len(phases):
            raise Failure(f"{mode}: status {outcome.status}, phases {phases}, {len(regions or [])} regions")
        kernel[mode] = sum(core["kernel"] for core in regions[phases.index("pass")])
    least = 3 * pages * FAULT_LEAST
    if kernel["apart"] < kernel["chosen"] + least or kernel["everything"] > kernel["chosen"] + least / 2:
        raise Failure(f"instructions of the kernel while the buffer is passed on: {kernel}")


def test_run(folder):
    """All run, in order; the machine fails since two of them did."""
    outcome = boot(folder, [command for command, _ in SEVERAL], 1)
    seen = tuple((program.command, program.status) for program in programs_in(outcome.records))
    if seen != SEVERAL or outcome.status != FAILED:
        raise Failure(f"expected {SEVERAL}, seen {seen}, status {outcome.status}")
    if boot(folder, ["hello", "memclone 64K"], 1).status != PASSED:
        raise Failure("two that end well do not")


TESTS = (test_run, test_corey, test_linux, test_threads, test_mistakes, test_sharing)


if __name__ == "__main__":
    sys.exit(run_named("experiments", TESTS, sys.argv[1:]))
