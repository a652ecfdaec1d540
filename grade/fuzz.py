"""Fuzzing: lab 6's test `fuzz` with many seeds, side by side, and what they have covered together.

A kernel that panics, hangs or leaks fails its seed. Over all seeds each system call must have
succeeded often enough, and have returned each error that its list documents; the few that a program
cannot bring about are named here, each with what shows it instead.
"""
import re

from build import Kernel, build_kernels
from course import Test
from machine import Job, run_jobs
from verdict import judge

SEEDS, CALLS = 10, 100_000
SUCCEEDED = 100  # times in all
SECONDS = 120    # limit of one seed
METRIC = re.compile(r"^(\w+) (succeeded|errors|documented)$")

ERRORS = ["", "E_INVAL", "E_NOMEM", "E_PERM", "E_NOENT", "E_EXIST", "E_BUSY", "E_AGAIN", "E_NOSPC",
          "E_LOOP", "E_FAULT", "E_NOSYS", "E_TYPE", "E_HALTED", "E_IO"]
SHOWN_ELSEWHERE = {  # (call, error): the kernel test that shows it
    **{(call, "E_NOSPC"): "call_ends_of_things: the end of ids"
       for call in ("segment_alloc", "segment_copy", "at_alloc", "device_alloc")},
    ("share_addobj", "E_NOSPC"): "call_share_is_full: 20,000 entries",
    ("share_delobj", "E_PERM"): "call_rights: no call gives a program a slot of fewer rights",
}


def coverage(records):
    """{call: {succeeded, errors, documented}} from what the fuzzer's runs have left."""
    calls = {}
    for record in records.of_kind("metric", "u"):
        found = METRIC.match(str(record.data.get("name")))
        if not found:
            continue
        call = calls.setdefault(found.group(1), {"succeeded": 0, "errors": 0, "documented": 0})
        if found.group(2) == "succeeded":
            call["succeeded"] += record.data["value"]
        else:
            call[found.group(2)] |= record.data["value"]
    return calls


def merge(total, calls):
    for name, seen in calls.items():
        call = total.setdefault(name, {"succeeded": 0, "errors": 0, "documented": 0})
        call["succeeded"] += seen["succeeded"]
        call["errors"] |= seen["errors"]
        call["documented"] |= seen["documented"]


def names(errors):
    """The errors of a set: bit n is error -n."""
    return [name for bit, name in enumerate(ERRORS) if errors >> bit & 1]


def missing(name, call):
    """The documented errors of a call that should have been seen and were not."""
    return [error for error in names(call["documented"] & ~call["errors"])
            if (name, error) not in SHOWN_ELSEWHERE]


def table(calls):
    """One line a call, for people."""
    return [f"{name:<20}{call['succeeded']:>8} times; {' '.join(names(call['errors'])) or 'no error'}"
            + (f"; never {' '.join(missing(name, call))}" if missing(name, call) else "")
            for name, call in sorted(calls.items())]


def run_fuzz(folder, progress, first=1):
    """(name, passed, detail) for each of SEEDS seeds, then for the coverage of each call, which it prints."""
    kernel = Kernel(6)
    built = build_kernels([kernel], lambda *state: None)[kernel]
    if built.error:
        yield "fuzz", False, built.error
        return
    test = Test("fuzz", seconds=SECONDS)
    jobs = {seed: Job(built.image, test, folder / f"fuzz/{seed}",
                      words=f"seed={seed} calls={CALLS} test=fuzz")
            for seed in range(first, first + SEEDS)}
    verdicts, total = {}, {}

    def done(job, outcome):
        seed = int(job.folder.name)
        verdicts[seed] = judge(test, outcome)
        merge(total, coverage(outcome.records))
        progress.show(f"fuzzed {len(verdicts)} of {SEEDS} seeds")

    run_jobs(list(jobs.values()), done)
    progress.clear()
    for seed in sorted(verdicts):
        verdict = verdicts[seed]
        yield f"fuzz seed {seed}", verdict.passed, f"{verdict.kind}: {verdict.summary}"
    print("\n".join(table(total)), flush=True)
    for name, call in sorted(total.items()):
        detail = [f"succeeded {call['succeeded']} times"] if call["succeeded"] < SUCCEEDED else []
        detail += [f"never returned {error}" for error in missing(name, call)]
        yield f"fuzz covers {name}", not detail, "; ".join(detail)
