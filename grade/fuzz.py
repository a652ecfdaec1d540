"""Fuzzing: lab 6's test `fuzz` with many seeds, on one core and on several, and what they have covered together.

A kernel that panics, hangs or leaks fails its seed, and the line that repeats it is printed; on several cores it is
another run each time. Over all seeds each system call must have succeeded often enough, and have returned each error
that its list documents; the few that a program cannot bring about are named here, each with what shows it instead.
`make check` runs a SHARE of it, `make fuzz` the WHOLE.
"""
import re

from build import Kernel, build_kernels
from course import Test
from machine import Job, run_jobs
from verdict import judge

CALLS = 100_000  # of each seed, of all its cores together
SHARE = {1: 6, 2: 6, 4: 2}            # seeds by number of cores
WHOLE = {1: 10, 2: 20, 4: 20, 16: 20}
MEMORY = {1: 256, 2: 24, 4: 32, 16: 64}  # MiB: several cores are to come to its end
SUCCEEDED = 100  # times in all
SECONDS = 120    # limit of one seed
METRIC = re.compile(r"^(\w+) (succeeded|errors|documented)$")

ERRORS = ["", "E_INVAL", "E_NOMEM", "E_PERM", "E_NOENT", "E_EXIST", "E_BUSY", "E_AGAIN", "E_NOSPC",
          "E_LOOP", "E_FAULT", "E_NOSYS", "E_TYPE", "E_HALTED", "E_IO"]
SHOWN_ELSEWHERE = {  # (call, error): the kernel test that shows it
    **{(call, "E_NOSPC"): "call_ends_of_things: the end of ids"
       for call in ("segment_alloc", "segment_copy", "at_alloc", "device_alloc")},
    ("core_alloc", "E_NOSPC"): "core_object_no_id",
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


def repeat_line(cores, seed):
    """What a person types to see a seed again."""
    return (f"make qemu LAB=6 TEST=fuzz CALLS={CALLS} SEED={seed} MEM={MEMORY[cores]}"
            + (f" CPUS={cores}" if cores > 1 else ""))


def run_seeds(image, seeds, folder, progress):
    """Boots each (cores, seed): {(cores, seed): verdict}, and what they have covered together."""
    verdicts, total, jobs = {}, {}, {}
    for cores, seed in seeds:
        test = Test("fuzz", seconds=SECONDS, cores=cores, memory=MEMORY[cores])
        job = Job(image, test, folder / f"fuzz/{cores}-{seed}",
                  words=f"seed={seed} calls={CALLS} test=fuzz")
        jobs[job.nonce] = (job, (cores, seed))

    def done(job, outcome):
        verdicts[jobs[job.nonce][1]] = judge(job.test, outcome)
        merge(total, coverage(outcome.records))
        progress.show(f"fuzzed {len(verdicts)} of {len(jobs)} seeds")

    run_jobs([job for job, _ in jobs.values()], done)
    progress.clear()
    return verdicts, total


def run_fuzz(folder, progress, first=1, seeds=None):
    """(name, passed, detail) for each seed, as many as `seeds` (SHARE or WHOLE) says for each number of cores; then for
    the coverage of each call, which it prints, if these are several numbers."""
    kernel = Kernel(6)
    built = build_kernels([kernel], lambda *state: None)[kernel]
    if built.error:
        yield "fuzz", False, built.error
        return
    wanted = [(cores, seed) for cores, count in (seeds or SHARE).items()
              for seed in range(first, first + count)]
    verdicts, total = run_seeds(built.image, wanted, folder, progress)
    for (cores, seed), verdict in sorted(verdicts.items()):
        detail = "" if verdict.passed else (f"{verdict.kind}: {verdict.summary}\n    "
                                            + "\n    ".join(verdict.detail + [repeat_line(cores, seed)]))
        yield f"fuzz seed {seed} on {cores} cores", verdict.passed, detail
    print("\n".join(table(total)), flush=True)
    if len({cores for cores, _ in wanted}) == 1:
        return  # some things only one core shows, some only several
    for name, call in sorted(total.items()):
        detail = [f"succeeded {call['succeeded']} times"] if call["succeeded"] < SUCCEEDED else []
        detail += [f"never returned {error}" for error in missing(name, call)]
        yield f"fuzz covers {name}", not detail, "; ".join(detail)
