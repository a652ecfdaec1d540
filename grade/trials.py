"""Trials: which test on which kernel, run as a batch.

Everything that boots tests (the grade, the checks of skeletons and mutants) makes a list of trials
and gets a verdict for each. First every kernel that the list names is built, once; then all tests
boot side by side. What runs on the host and not in a machine (races.py) comes last.
"""
import shutil
from dataclasses import dataclass, replace

from build import Kernel, build_kernels
from machine import Job, run_jobs
from races import run_races
from resets import explain_resets
from verdict import Verdict, judge


@dataclass(frozen=True)
class Trial:
    """`test` of `exercise` ('' for given code) on `kernel`; `label` names the batch it is part of
    and, with the test, the folder of its machine."""
    label: str
    kernel: Kernel
    exercise: str
    test: object


NEEDED = 1 << 20  # bytes free where the machines write
TRAPS_ARE_FEW = 3  # the last lab whose kernel runs no programs: later, a log of all exceptions would be long
ON_TRUST = ("missing record", "boot", "mismatch", "panic", "time-out")  # verdicts from what was written


def judge_trial(trial, job, outcome):
    """The verdict on a trial. What a machine could not write for want of room is not held against it."""
    verdict = judge(trial.test, outcome, trial.exercise)
    if verdict.kind in ON_TRUST and not verdict.hole and job.folder.is_dir() and shutil.disk_usage(job.folder).free < NEEDED:
        return Verdict("machine", f"the disk is full: {job.folder}")
    return verdict


def run_trials(trials, folder, progress):
    """{trial: (verdict, seconds)} for every trial; what the machines leave lies under `folder`."""
    results = {}

    def building(number, total, kernel):
        progress.show(f"building kernel {number + 1} of {total}: {' '.join(kernel.variables)}")

    booted = [trial for trial in trials if not trial.test.host]
    built = build_kernels([trial.kernel for trial in booted], building)
    jobs = {}
    for trial in booted:
        kernel = built[trial.kernel]
        if kernel.error:
            results[trial] = (Verdict("build", kernel.error), 0.0)
        else:
            job = Job(kernel.image, trial.test, folder / trial.label / trial.test.name)
            jobs[job.nonce] = (job, trial)

    def note(trial, verdict, seconds):
        results[trial] = (verdict, seconds)
        progress.show(f"ran {len(results)} of {len(trials)} tests, last {trial.label}"
                      f" {trial.test.name}: {verdict.kind}")

    hung = {}  # image: the outcomes of its machines that never came to 64-bit code, which alone reads what is asked for

    def done(job, outcome):
        trial = jobs[job.nonce][1]
        if outcome.timed_out and outcome.mode:
            hung.setdefault(job.image, []).append(replace(outcome, seconds=0.0))
        note(trial, judge_trial(trial, job, outcome), outcome.seconds)

    def spared(job):
        """Two that have hung there stand for all tests of the kernel."""
        return hung[job.image][0] if len(hung.get(job.image, [])) >= 2 else None

    run_jobs([job for job, _ in jobs.values()], done, spared=spared)
    explain_resets([(job, results[trial][0]) for job, trial in jobs.values() if results[trial][0].kind == "triple fault"
                    and trial.kernel.lab <= TRAPS_ARE_FEW and trial.test.cores == 1])
    run_races([trial for trial in trials if trial.test.host], folder, note)
    progress.clear()
    return results
