"""`make calibrate`: the Linux peer's experiments run on this host, and simulated with a machine file made for it
(host_machine.py), side by side: does the simulator say what a real machine says?

The same programs run natively, each core on a processor of its own, and in a simulated machine under Debian's Linux, in
both models of the core. Compared is what they say themselves: how long a phase took, from when all cores begin it until
the last has ended it. Natively the least of several runs counts, and the median stands beside it: where others are at work
on the host, they differ.
"""
import argparse
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "grade"), str(ROOT / "grade" / "manycore"), str(ROOT / "grade" / "linux")]

import peer
import symbols
from experiments import EXPERIMENTS, trouble_with
from host_machine import Costs, host_base, machine_text, measure
from host_topology import cpuid_tlbs, read_topology
from inputs import FOLDER
from kernel import kernel_version
from machine import end_on_sigterm, run_jobs
from machine_file import MachineError, fit_machine, read_machine
from progress import Progress
from records import read_records
from sim_boot import SECONDS, Simulation, build_plugin, simulation_fields
from systems import marks_in, processor

PROGRAMS = ("memclone", "mempass", "locks", "calls", "forks")
MODELS = ("blocking", "generous")
RUNS, RUNS_MOST, BETTER = 15, 150, 0.98  # of each program, natively: run_until_settled
LIMIT = 60      # seconds for one of these
CLOSE = 1.25    # a figure within this factor agrees
BUSY = 1.2      # the median is this much above the least: the host had other work


@dataclass
class Figure:
    """A phase of a program on a number of cores: microseconds, natively the least and the median, and in each model."""
    program: str
    phase: str
    cores: int
    least: float
    median: float
    simulated: dict

    def ratio(self, model):
        return self.simulated[model] / self.least


def phase_times(program, records):
    """{phase: microseconds} of each phase that the program measures."""
    marks = marks_in(records)
    lasted = {phase: end - begin for (phase, begin), (_, end) in zip(marks, marks[1:])}
    return {phase: lasted[phase] for phase in EXPERIMENTS[program].measured}


# --- natively --------------------------------------------------------------------------------------------------------


def run_natively(path, program, cores, cpus, mode):
    """One run's phase_times."""
    with tempfile.NamedTemporaryFile(prefix="calibrate-") as results:
        environment = dict(os.environ, CORES=str(cores), RESULTS=results.name, NONCE="calibrate",
                           PROCESSES="1" if mode == "processes" else "0")
        ran = subprocess.run([path], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=LIMIT, preexec_fn=lambda: os.sched_setaffinity(0, cpus[:cores]))
        records = read_records(Path(results.name), "calibrate")
    trouble = trouble_with(EXPERIMENTS[program], cores, ran.returncode, records.records)
    if trouble:
        raise RuntimeError(f"{program} on {cores} cores of this host: {trouble} {ran.stderr.strip()}")
    return phase_times(program, records)


def run_until_settled(run):
    """Runs until RUNS in a row have not bettered any phase's least time, or there are RUNS_MOST: [phase_times]."""
    runs, since = [run()], 0
    while since < RUNS and len(runs) < RUNS_MOST:
        seen = run()
        better = any(time < BETTER * min(one[phase] for one in runs) for phase, time in seen.items())
        runs.append(seen)
        since = 0 if better else since + 1
    return runs


def native_times(programs, numbers, cpus, mode, progress):
    """{(program, cores): [phase_times of a run]}."""
    found = {}
    for program in PROGRAMS:
        for cores in numbers:
            progress.show(f"natively: {program} on {cores} cores")
            found[program, cores] = run_until_settled(
                lambda program=program, cores=cores: run_natively(programs[program], program, cores, cpus, mode))
    return found


# --- simulated -------------------------------------------------------------------------------------------------------


def simulated_times(machine, programs, numbers, mode, progress):
    """{(model, program, cores): phase_times}."""
    prepared = peer.prepare("calibrate", programs)
    plugin, entries = build_plugin(), symbols.entries_file()
    jobs, whose, found = [], {}, {}
    for model in MODELS:
        for cores in numbers:
            simulation = Simulation(machine, model=model, dump=False, options=(f"charge={symbols.begin_address()}",))
            folder = FOLDER / f"calibrate-{model}-{cores}"
            fields = simulation_fields(simulation, cores, folder, plugin, "", entries)
            memory, topology = fields.pop("memory"), fields.pop("topology")
            job = peer.peer_job(prepared, PROGRAMS, folder, cores, memory, SECONDS, topology, mode=mode, **fields)
            jobs.append(job)
            whose[folder] = model, cores

    def ended(job, outcome):
        model, cores = whose[job.folder]
        trouble = peer.trouble_in(job, outcome)
        if trouble:
            raise RuntimeError(f"{model} on {cores} cores: {trouble} (see {job.folder})")
        for run in peer.program_runs(job, outcome):
            found[model, run.command, cores] = phase_times(run.command, run.records)
        progress.show(f"simulated {len(found) // len(PROGRAMS)} of {len(jobs)}")

    progress.show(f"simulating {len(jobs)} machines")
    run_jobs(jobs, ended)
    return found


# --- side by side ----------------------------------------------------------------------------------------------------


def make_figures(native, simulated):
    figures = []
    for (program, cores), runs in native.items():
        for phase in EXPERIMENTS[program].measured:
            times = [run[phase] for run in runs]
            figures.append(Figure(program, phase, cores, min(times), statistics.median(times),
                                  {model: simulated[model, program, cores][phase] for model in MODELS}))
    return figures


def table(figures):
    yield (f"{'phase':<22}{'cores':>6}{'native µs':>12}{'median':>10}{'blocking':>12}{'ratio':>7}"
           f"{'generous':>12}{'ratio':>7}")
    for one in figures:
        yield (f"{f'{one.program} {one.phase}':<22}{one.cores:>6}{one.least:>12.0f}{one.median:>10.0f}"
               + "".join(f"{one.simulated[model]:>12.0f}{one.ratio(model):>7.2f}" for model in MODELS))


def mean(ratios):
    """Geometric: twice and half make one."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def conclusion(figures):
    """One sentence, and another where the host was busy."""
    ratios = {model: [one.ratio(model) for one in figures] for model in MODELS}
    agree = {model: sum(1 / CLOSE <= ratio <= CLOSE for ratio in ratios[model]) for model in MODELS}
    between = sum(min(one.simulated.values()) <= one.least <= max(one.simulated.values()) for one in figures)
    far = max(figures, key=lambda one: min(abs(math.log(one.ratio(model))) for model in MODELS))
    said = [f"Of {len(figures)} phases the simulator gives, on average, {mean(ratios['blocking']):.2f} times the native time "
            f"with the blocking core and {mean(ratios['generous']):.2f} times with the generous one; "
            f"{agree['blocking']} and {agree['generous']} of them are within {CLOSE - 1:.0%}, {between} lie between the two, and "
            f"the farthest from both is {far.program} {far.phase} on {far.cores} "
            f"({far.ratio('blocking'):.2f} and {far.ratio('generous'):.2f})."]
    busy = sum(one.median > BUSY * one.least for one in figures)
    if busy:
        said.append(f"This host had other work: in {busy} phases the median of the native runs is more than "
                    f"{BUSY - 1:.0%} above the least.")
    return said


# --- the whole -------------------------------------------------------------------------------------------------------


def host_words():
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    guest = " (itself a guest of a hypervisor)" if " hypervisor" in flags else ""
    return f"{processor()}{guest}, {len(os.sched_getaffinity(0))} processors, Linux {platform.release()}"


def host_machine(folder, progress):
    """(the machine file of this host, the processors that its cores are)."""
    progress.show("measuring this host")
    costs, topology = Costs(folder), read_topology()
    maker = costs.maker()
    text = machine_text(topology, cpuid_tlbs(maker, costs.cpuid), measure(costs, topology), host_base(maker), host_words())
    path = folder / "host"
    path.write_text(text, encoding="utf-8")
    return read_machine(path), [cpu for cpu, *_ in topology.processors]


def main():
    end_on_sigterm()
    parser = argparse.ArgumentParser(description="The simulator beside this host.")
    parser.add_argument("--cores", help="numbers of cores, with blanks between; 1 and all")
    parser.add_argument("--mode", choices=peer.MODES, default=peer.MODES[0])
    options = parser.parse_args()
    progress = Progress()
    FOLDER.mkdir(parents=True, exist_ok=True)
    machine, cpus = host_machine(FOLDER, progress)
    most = min(len(cpus), machine.all_cores)
    numbers = sorted({int(word) for word in options.cores.split()} if options.cores else {1, most})
    for cores in numbers:
        fit_machine(machine, cores)
        if cores > len(cpus):
            raise RuntimeError(f"{cores} cores: this host has {len(cpus)} that a run may use")
    programs = peer.build_programs()
    native = native_times(programs, numbers, cpus, options.mode, progress)
    simulated = simulated_times(machine, programs, numbers, options.mode, progress)
    progress.clear()
    figures = make_figures(native, simulated)
    print(f"{host_words()}\nsimulated: {kernel_version()}, {options.mode}, machine {FOLDER / 'host'}:\n")
    print(machine.text)
    print("\n".join([*table(figures), "", *conclusion(figures)]))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, MachineError, OSError, ValueError, subprocess.SubprocessError) as error:
        sys.exit(f"calibrate: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted")
