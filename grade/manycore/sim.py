"""`make sim`: a program on a simulated machine, on each number of cores; why does it not scale?

    sim.py --run 'memclone 4M' --cores '1 2 4' --machine cores64 [--lab N] [--base B] [--seed N] [--memory MiB]
           [--model blocking|generous] [--no-bandwidth] [--conflicts] [--json FILE]

One boot a number of cores, in the simulator (README.md). Each phase that the program names (platform.h, mark) is a
region, and each region a page: a table over the numbers of cores, who spends the cycles on the largest, and a
diagnosis. With --conflicts, no times: the lines that one core writes and another touches.
"""
import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "bench"), str(Path(__file__).resolve().parents[1])]

from build import Kernel, build_kernels
from conflicts import conflict_lines, conflicts_of
from debug_types import read_types
from diagnosis import diagnose
from elf_file import ElfError, ElfFile
from experiments import EXPERIMENTS, phases_of, programs_in, results_of
from guest_memory import GuestMemory
from inputs import boot_modules, make_inputs
from line_names import LineNames
from machine import Machine, calibrate, end_on_sigterm
from machine_file import MachineError, machine_path, read_machine
from progress import Progress
from records import Records
from sim_boot import (DUMP, FOLDER, MEMORY, RESULTS, Simulation, build_plugin, program_path, qemu_said, read_kernel,
                      simulation_job)
from sim_compare import compare, make_part
from sim_page import page_data, page_lines
from sim_results import ResultsError, read_results
from systems import BenchKernel, trouble_in

LOOK = 0.25  # seconds between two looks at a running machine


class Trouble(Exception):
    """A run that simulated nothing."""


@dataclass
class Region:
    """A region of a run: its name, what the plugin says of it, how much work the program says it was (0: nothing), and
    the names that its addresses have."""
    name: str
    data: dict
    work: int
    names: LineNames


@dataclass
class SimulatedRun:
    """A run on `cores`, what the plugin left, and what the run said."""
    cores: int
    results: dict
    regions: list
    records: Records


class Simulator:
    """Boots one kernel again and again in one simulation."""

    def __init__(self, kernel, simulation, progress):
        self.simulation, self.progress = simulation, progress
        built = build_kernels([kernel], lambda *done: progress.show("building the kernel"))[kernel]
        if built.error:
            raise Trouble(f"the kernel does not build: {built.error}")
        progress.show("building the plugin")
        self.image, self.plugin = built.image, build_plugin()
        self.kernel = read_kernel(self.image)
        self.kernel_types, self.scale = read_types(self.kernel.path), calibrate()
        self.programs = {}  # name: its ElfFile and types

    def boot(self, words, cores):
        """A SimulatedRun of `words`, the kernel's command line."""
        folder = FOLDER / f"{self.simulation.machine.name}-{cores}"
        job = simulation_job(self.image, self.kernel, self.simulation, cores, words, folder, self.plugin)
        machine = Machine(job, self.scale)
        try:
            while machine.process.poll() is None and not machine.overdue:
                time.sleep(LOOK)
                self.progress.show(f"{words} on {cores} cores: {time.monotonic() - machine.begin:.0f} s")
            outcome = machine.close(machine.process.poll() is None)
        finally:
            machine.kill()
        trouble = trouble_in(job.test, outcome, folder) or trouble_with_programs(outcome.records)
        if trouble:
            raise Trouble(f"{words} on {cores} cores: {trouble}\n{qemu_said(folder)}".rstrip())
        results = read_results(folder / RESULTS, cores)
        return SimulatedRun(cores, results, self.regions(results, outcome.records, words, cores, folder),
                            outcome.records)

    def regions(self, results, records, words, cores, folder):
        """The Regions of a run, but for what follows a program's mark `end`."""
        dump = folder / DUMP
        memory = GuestMemory(dump, self.kernel, self.kernel_types) if dump.is_file() else None
        begun = phases_begun(records)
        if len(begun) != len(results["regions"]):  # a program that begins regions without mark()
            begun = [(words.removeprefix("run="), f"region {number}", 0) for number in range(len(results["regions"]))]
        several = len({command for command, _, _ in begun}) > 1
        return [Region(f"{command.split()[0]} {phase}" if several else phase, data, work,
                       self.names(command.split()[0], memory, cores))
                for (command, phase, work), data in zip(begun, results["regions"]) if phase != "end"]

    def names(self, program, memory, cores):
        """Names where this program runs; `memory` is what the run left."""
        if program not in self.programs:
            path = program_path(self.image, program)
            self.programs[program] = (ElfFile(path), read_types(path)) if path else (None, None)
        return LineNames(self.kernel, self.kernel_types, memory, *self.programs[program], cores)


def trouble_with_programs(records):
    """What is wrong with the programs of a run; '' if nothing."""
    wrong = [ran for ran in programs_in(records) if ran.status != 0]
    return f"{wrong[0].command} ended with status {wrong[0].status}" if wrong else ""


def phases_begun(records):
    """(command, phase, work) of each region that a program has begun by mark()."""
    found = []
    for ran in programs_in(records):
        experiment = EXPERIMENTS.get(ran.command.split()[0])
        done = results_of(ran.records)
        work = sum(value for name, value in done.items() if experiment and name.startswith(f"{experiment.work}_core_"))
        found += [(ran.command, phase, work) for phase in phases_of(ran.records)]
    return found


def comparisons(runs):
    """A Comparison for each region of the runs."""
    names = [region.name for region in runs[0].regions]
    if not names:
        raise Trouble("the program marks no region: mark() of lab5-cores/user/platform.h begins one")
    for run in runs:
        if [region.name for region in run.regions] != names:
            raise Trouble(f"on {run.cores} cores the regions are {', '.join(region.name for region in run.regions)}; on"
                          f" {runs[0].cores}, {', '.join(names)}")
    for number, name in enumerate(names):
        regions = [run.regions[number] for run in runs]
        yield compare(name, [make_part(region.data, region.work) for region in regions],
                      [region.names for region in regions])


def print_times(runs, machine):
    """The pages; what they say, for JSON."""
    data = []
    for comparison in comparisons(runs):
        sentences = diagnose(comparison, machine)
        print("\n".join(page_lines(comparison, sentences)))
        data.append(page_data(comparison, sentences))
    return data


def print_conflicts(run):
    data = []
    for region in run.regions:
        found = conflicts_of(region.data, region.names)
        print("\n".join([f"== {region.name}: {len(found)} lines written by one core and touched by another",
                         *conflict_lines(found), ""]))
        data.append({"region": region.name, "conflicts": [conflict.data() for conflict in found]})
    return data


def read_options():
    parser = argparse.ArgumentParser(description="A program on a simulated machine.")
    parser.add_argument("--run", required=True)
    parser.add_argument("--cores", default="1 4 16")
    parser.add_argument("--machine", default="cores64")
    parser.add_argument("--lab", type=int, default=7)
    parser.add_argument("--base", default="reference", choices=("reference", "own", "all"))
    parser.add_argument("--mode", default="release", choices=("release", "debug"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--memory", type=int, default=MEMORY)
    parser.add_argument("--model", default="blocking", choices=("blocking", "generous"))
    parser.add_argument("--no-bandwidth", action="store_true")
    parser.add_argument("--conflicts", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    try:
        options.cores = sorted({int(word) for word in options.cores.replace(",", " ").split()})
    except ValueError:
        parser.error(f"--cores: numbers, not '{options.cores}'")
    if not options.cores:
        parser.error("--cores: at least one number")
    return options


def kernel_of(options):
    """The kernel, with the books where the program asks for one."""
    if "/books/" not in options.run:
        return Kernel(options.lab, options.base, mode=options.mode)
    return BenchKernel(options.lab, options.base, mode=options.mode, modules=boot_modules(make_inputs()))


def main():
    end_on_sigterm()
    options, progress = read_options(), Progress()
    machine = read_machine(machine_path(options.machine))
    if options.cores[-1] > machine.all_cores or options.cores[0] < 1:
        raise MachineError(f"{machine.name} has 1 to {machine.all_cores} cores, not {options.cores}")
    simulation = Simulation(machine, "conflict" if options.conflicts else "time", options.model,
                            not options.no_bandwidth, options.seed, options.memory)
    simulator, runs = Simulator(kernel_of(options), simulation, progress), []
    for cores in options.cores:
        runs.append(simulator.boot(f"run={options.run}", cores))
        progress.clear()
    last = runs[-1]
    print(f"{options.run} on {machine.name}, model {options.model}, seed {options.seed}"
          f"{'' if simulation.bandwidth else ', no limit of bandwidth'}; M instructions and the host's seconds: "
          + ", ".join(f"{run.cores}: {run.results['instructions'] / 1e6:.0f}, {run.results['seconds']:.1f}"
                      for run in runs) + "\n")
    data = print_conflicts(last) if options.conflicts else print_times(runs, machine)
    for region in (region for run in runs for region in run.regions):
        region.names.forget_memory()
    if options.json:
        options.json.write_text(json.dumps({
            "command": options.run, "machine": machine.name, "mode": last.results["mode"],
            "model": options.model, "seed": options.seed, "bandwidth": simulation.bandwidth, "regions": data},
            indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Trouble, MachineError, ResultsError, ElfError, RuntimeError, OSError, subprocess.SubprocessError) as error:
        sys.exit(f"sim: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted")
