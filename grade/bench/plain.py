"""The words of a real book, and of generated ones, counted and indexed on Corey in plain QEMU and on this host's Linux,
every answer compared whole with answers.py. Part of `make bench` (bench.py).
"""
from answers import answers, places_of
from machine import host_cores
from systems import Corey, Linux

EXPERIMENTS = ("wc", "wri")
PARTS = ("sample", "map", "reduce", "merge", "total")  # shown in the table, in milliseconds
PAGE_KIB = 4
# What is measured is the kernel without the checks of its debug build.
SYSTEMS = {Corey.name: lambda *prepared: Corey(*prepared, mode="release"), Linux.name: Linux}


def compare(expected, seen):
    """Where the answers part, in words; '' when they are the same."""
    for number, (right, line) in enumerate(zip(expected, seen), 1):
        if right != line:
            return f"line {number}: expected {right[:60]!r}, seen {line[:60]!r}"
    if len(expected) != len(seen):
        return f"expected {len(expected)} lines, seen {len(seen)}"
    return ""


def measurements(experiment, path, system, cores, run, maker):
    """The lines for results.jsonl; `cores` is how many have worked."""
    for metric, (value, unit) in run.measured.items():
        yield {"experiment": experiment, "input": path.name, "system": system.name,
               "machine": system.machine(cores), "cores": run.cores, "page_kib": PAGE_KIB,
               "metric": metric, "value": value, "unit": unit,
               "made_by": {"command": run.command, "tree": maker}}


def table_line(experiment, path, system, cores, run, verdict):
    parts = [f"{run.measured[part][0] / 1000:.0f}" if part in run.measured else "-" for part in PARTS]
    count = run.measured.get("words", ("-",))[0]
    shown = f"{cores}{'*' if cores > host_cores() else ' '}"
    return (f"{experiment:<5}{path.name:<11}{system.name:<11}{shown:>6}{count:>9}"
            + "".join(f"{part:>8}" for part in parts) + f"  {verdict}")


def judge(expected, cores, run):
    """(the verdict in a few words, what is wrong in more)."""
    trouble = run.trouble or compare(expected, run.lines)
    if trouble:
        return "WRONG", trouble
    if run.cores != cores:
        return f"right, {len(expected)} lines, but {run.cores} of {cores} cores", "cores are missing"
    return f"right, {len(expected)} lines", ""


def run_experiment(experiment, path, expected, systems, maker, progress):
    """One program on one input, everywhere; the lines for results.jsonl, a trouble for each run that is wrong."""
    found = []
    for system, numbers in systems.items():
        for cores in numbers:
            run = system.run(experiment, path, cores, progress)
            verdict, trouble = judge(expected, cores, run)
            progress.clear()
            print(table_line(experiment, path, system, cores, run, verdict), flush=True)
            if verdict == "WRONG":
                print(f"    {trouble}", flush=True)
            else:
                found += measurements(experiment, path, system, cores, run, maker)
            if trouble:
                found.append({"experiment": experiment, "input": path.name, "system": system.name, "cores": cores,
                              "trouble": trouble})
    return found


def run_all(systems, inputs, maker, progress):
    """Runs everything; the lines for results.jsonl."""
    found = []
    print(f"{'':<5}{'input':<11}{'system':<11}{'cores':>5} {'words':>9}"
          + "".join(f"{part:>8}" for part in PARTS) + "  answer      (times in ms)")
    if any(cores > host_cores() for numbers in systems.values() for cores in numbers):
        print("(* cores that take turns on one thread of the host: their times say nothing)")
    for path in inputs:
        progress.show(f"answers for {path.name}")
        places = places_of(path.read_bytes())
        for experiment in EXPERIMENTS:
            progress.show(f"answers for {experiment} {path.name}")
            expected = list(answers(experiment, places))
            found += run_experiment(experiment, path, expected, systems, maker, progress)
    return found


def chosen_cores(system, cores):
    """On how many cores a system runs: its own choice, or of those asked for what it has."""
    return tuple(number for number in cores if number <= system.most_cores) if cores else system.cores


def run_plain(names, inputs, cores, base, maker, progress):
    """Everything in plain QEMU and on this host; the lines for results.jsonl."""
    systems = [SYSTEMS[name](inputs, base, progress) for name in names]
    systems = {system: chosen_cores(system, cores) for system in systems}
    progress.clear()
    return run_all(systems, inputs, maker, progress)
