"""Equal runs have equal digits: `test_repeat.py [--runs N] [--cores N] [--experiment NAME]`.

An experiment on Corey and on Linux, whose timer ticks meanwhile, each booted three times in the simulator: what the
plugin leaves must be the same, but for the host's seconds. Ends with `N passed, N failed`.
"""
import argparse
import json
import sys

from simulated import RESULTS, Bench, programs_of, trouble_of  # first: it says where the modules are

from curves import CURVES, SYSTEMS, Plan
from machine import end_on_sigterm, run_jobs
from machine_file import machine_path, read_machine
from progress import Progress
from sim_boot import Simulation
from simulated import Boot


def boot_once(bench, system, cores):
    """(what the plugin has left, as text; its interrupts and cycles within regions; trouble)."""
    job, outcomes = bench.job(system, cores, False), []
    run_jobs([job], lambda _, outcome: outcomes.append(outcome))
    trouble = trouble_of(Boot(system, cores), job, outcomes[0], programs_of(job, outcomes[0]), bench.counts)
    if trouble:
        return "", 0, 0, trouble
    left = json.loads((job.folder / RESULTS).read_text(encoding="utf-8"))
    del left["seconds"]  # the host's
    interrupts = sum(core["interrupts"] for region in left["regions"] for core in region["cores"])
    return json.dumps(left), interrupts, sum(region["end"] - region["begin"] for region in left["regions"]), ""


def results(options, progress):
    """(title, passed, detail)."""
    systems = tuple(name for name in CURVES[options.experiment].systems if name != "unlimited")
    plan = Plan(systems, (options.experiment,), (options.cores,), full=True)
    bench = Bench(Simulation(read_machine(machine_path("cores64"))), plan, "reference", progress)
    troubles = []
    for system in bench.prepare(troubles.append):
        seen, interrupts, cycles, trouble = [], 0, 0, ""
        for number in range(options.runs):
            progress.show(f"{system}: run {number + 1} of {options.runs}")
            text, interrupts, cycles, trouble = boot_once(bench, system, options.cores)
            seen.append(text)
            if trouble:
                break
        title = (f"{SYSTEMS[system].title}: {options.runs} runs of {', '.join(plan.commands(system))} on {options.cores} cores,"
                 f" {cycles:,} cycles, {interrupts} interrupts")
        different = "" if len(set(seen)) == 1 else f"{len(set(seen))} of {len(seen)} differ"
        # An experiment without a tick would prove too little.
        quiet = "" if interrupts or not SYSTEMS[system].mode else "Linux's timer has not ticked"
        yield title, trouble or different or quiet
    for boot in troubles:
        yield SYSTEMS[boot.system].title, boot.trouble


def main():
    end_on_sigterm()
    parser = argparse.ArgumentParser(description="Equal runs have equal digits.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cores", type=int, default=4)
    parser.add_argument("--experiment", choices=CURVES, default="locks")
    progress, wrong, count = Progress(), 0, 0
    for title, detail in results(parser.parse_args(), progress):
        count, wrong = count + 1, wrong + bool(detail)
        progress.clear()
        print(f"{title}: {detail or 'equal'}", flush=True)
    print(f"{count - wrong} passed, {wrong} failed")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main())
