"""`make bench`: the words of a real book, and of generated ones, counted and indexed on Corey and on
Linux, every answer compared whole with answers.py.

    bench.py [--base reference|own|all] [--systems NAME,NAME] [--cores 'N N']

EXPERIMENTS in the environment narrows what is run. Leaves build/bench/results.jsonl, one
measurement a line, and prints a table. The exit status is 0 only when every answer was right, and
came from as many cores as were asked for.
"""
import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from answers import answers, places_of
from course import ROOT
from inputs import FOLDER, make_inputs
from machine import end_on_sigterm, host_cores
from progress import Progress
from systems import SYSTEMS

EXPERIMENTS = ("wc", "wri")
PARTS = ("sample", "map", "reduce", "merge", "total")  # shown in the table, in milliseconds
PAGE_KIB = 4


def made_by(base):
    """Which tree made a measurement: its commit, a + behind it when files differ from it."""
    def git(*words):
        return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True).stdout
    commit = git("rev-parse", "--short", "HEAD").strip() or "no commit"
    return f"{commit}{'+' if git('status', '--porcelain') else ''}, {base}"


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
    """One program on one input, everywhere; (lines for results.jsonl, number of runs that are wrong)."""
    found, wrong = [], 0
    for system, numbers in systems.items():
        for cores in numbers:
            run = system.run(experiment, path, cores, progress)
            verdict, trouble = judge(expected, cores, run)
            wrong += bool(trouble)
            progress.clear()
            print(table_line(experiment, path, system, cores, run, verdict), flush=True)
            if verdict == "WRONG":
                print(f"    {trouble}", flush=True)
            else:
                found += measurements(experiment, path, system, cores, run, maker)
    return found, wrong


def run_all(systems, inputs, experiments, maker, progress):
    """Runs everything; (lines for results.jsonl, number of runs that are wrong)."""
    found, wrong = [], 0
    print(f"{'':<5}{'input':<11}{'system':<11}{'cores':>5} {'words':>9}"
          + "".join(f"{part:>8}" for part in PARTS) + "  answer      (times in ms)")
    if any(cores > host_cores() for numbers in systems.values() for cores in numbers):
        print("(* cores that take turns on one thread of the host: their times say nothing)")
    for path in inputs:
        progress.show(f"answers for {path.name}")
        places = places_of(path.read_bytes())
        for experiment in experiments:
            progress.show(f"answers for {experiment} {path.name}")
            expected = list(answers(experiment, places))
            more, bad = run_experiment(experiment, path, expected, systems, maker, progress)
            found, wrong = found + more, wrong + bad
    return found, wrong


def core_list(text):
    numbers = tuple(dict.fromkeys(int(word) for word in text.split()))
    if not numbers or min(numbers) < 1:
        raise ValueError(text)
    return numbers


def chosen_cores(system, cores):
    """On how many cores a system runs: its own choice, or of those asked for what it has."""
    return tuple(number for number in cores if number <= system.most_cores) if cores else system.cores


def main():
    end_on_sigterm()
    parser = argparse.ArgumentParser(description="The experiments, first form.")
    parser.add_argument("--base", default="reference", choices=("reference", "own", "all"))
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--cores", type=core_list, default=(), metavar="'N N'")
    options = parser.parse_args()
    experiments = os.environ.get("EXPERIMENTS", " ".join(EXPERIMENTS)).split()
    unknown = set(experiments) - set(EXPERIMENTS) or set(options.systems.split(",")) - set(SYSTEMS)
    if unknown:
        sys.exit(f"no '{unknown.pop()}'; experiments: {' '.join(EXPERIMENTS)}; systems: {' '.join(SYSTEMS)}")
    progress = Progress()
    progress.show("preparing the inputs")
    inputs = make_inputs()
    systems = [SYSTEMS[name](inputs, options.base, progress) for name in options.systems.split(",")]
    systems = {system: chosen_cores(system, options.cores) for system in systems}
    progress.clear()
    found, wrong = run_all(systems, inputs, experiments, made_by(options.base), progress)
    results = FOLDER / "results.jsonl"
    results.write_text("".join(json.dumps(line) + "\n" for line in found))
    print(f"{results.relative_to(ROOT)}: {len(found)} measurements")
    if wrong:
        print(f"{wrong} runs were wrong", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted")
