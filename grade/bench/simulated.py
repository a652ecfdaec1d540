"""The boots of `make bench` in the simulator: each runs all experiments that its system has, on one number of cores.

    Bench(simulation, plan, base, progress).run(done)        done(Boot), as they end

A boot is Corey's (sim_boot.py) or the Linux peer's (peer.py). Linux is simulated from its first instruction on, and charged
for misses from its first program on; so two boots are equal to the last digit.
"""
import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "grade"), str(ROOT / "grade" / "manycore"), str(ROOT / "grade" / "linux")]

import peer
import symbols
from build import build_kernels
from curves import CURVES, SYSTEMS, WORDS
from debug_types import read_types
from elf_file import ElfFile, MapFile
from experiments import EXPERIMENTS, phases_of, programs_in, results_of, trouble_with
from guest_memory import GuestMemory
from inputs import FOLDER, boot_modules, make_words
from line_names import LineNames
from machine import PASSED, run_jobs
from sim_boot import (DUMP, RESULTS, SECONDS, Simulation, build_plugin, program_path, qemu_said, read_kernel,
                      simulation_fields, simulation_job)
from sim_results import ResultsError, read_results
from systems import BenchKernel


@dataclass
class Ran:
    """An experiment of a boot: its command, the results that it left, its phases {name: region}, and what makes names
    of its code and lines."""
    experiment: str
    command: str
    results: dict
    regions: dict
    names: object


@dataclass
class Boot:
    """A system on a number of cores: what was asked for, what ran, and what went wrong ('' nothing)."""
    system: str
    cores: int
    commands: tuple = ()
    ran: list = field(default_factory=list)
    trouble: str = ""
    seconds: float = 0.0
    instructions: int = 0


class Bench:
    """Prepares once, and boots."""

    def __init__(self, simulation, plan, base, progress):
        self.simulation, self.plan, self.base, self.progress = simulation, plan, base, progress
        self.corey = self.linux = None
        progress.show("building the plugin")
        self.plugin = build_plugin()
        compiler = os.environ.get("CC", "gcc")
        self.words = {name: make_words(compiler, Path(name).name, WORDS[name]) for name in plan.words}
        words = {name: path.read_bytes().split() for name, path in self.words.items()}
        self.counts = {name: {"words": len(found), "keys": len(set(found))} for name, found in words.items()}

    def prepare_corey(self):
        kernel = BenchKernel(7, self.base, mode="release", modules=boot_modules(self.words.values()))
        built = build_kernels([kernel], lambda *done: self.progress.show("building Corey"))[kernel]
        if built.error:
            raise RuntimeError(f"the kernel does not build: {built.error}")
        self.corey = built.image
        self.kernel = read_kernel(built.image)
        self.kernel_types = read_types(self.kernel.path)

    def prepare_linux(self):
        self.progress.show("building the programs for Linux")
        self.programs = peer.build_programs()
        self.linux = peer.prepare("bench", self.programs, self.words)
        self.map, self.entries = MapFile(symbols.system_map()), symbols.entries_file()

    def job(self, system, cores, named, number=0):
        """The job of a system's boot of this number; with `named`, what is needed for all names is kept."""
        commands = self.plan.boots(system)[number]
        folder = FOLDER / f"simulated-{f'sizes-{number}-' if self.plan.sizes else ''}{system}-{cores}"
        simulation = replace(self.simulation, bandwidth=SYSTEMS[system].bandwidth, dump=named)
        if not SYSTEMS[system].mode:
            return simulation_job(self.corey, self.kernel, simulation, cores, f"run={'; '.join(commands)}", folder,
                                  self.plugin)
        simulation = replace(simulation, dump=False, options=(f"charge={symbols.begin_address()}",))
        fields = simulation_fields(simulation, cores, folder, self.plugin, "", self.entries)
        memory, topology = fields.pop("memory"), fields.pop("topology")
        return peer.peer_job(self.linux, commands, folder, cores, memory, SECONDS, topology,
                             mode=SYSTEMS[system].mode, **fields)

    # --- what a boot has left ---------------------------------------------------------------------------

    def memory_of(self, folder):
        """The memory that a boot of Corey's has left, or None. Its file, which is large, is gone when it is closed."""
        if not (folder / DUMP).is_file():
            return None
        memory = GuestMemory(folder / DUMP, self.kernel, self.kernel_types)
        (folder / DUMP).unlink()
        return memory

    def names(self, system, program, cores, memory):
        """Names for a program's code and lines."""
        if SYSTEMS[system].mode:
            path = self.programs[program]
            return LineNames(self.map, None, None, ElfFile(path), read_types(path), cores)
        path = program_path(self.corey, program)
        return LineNames(self.kernel, self.kernel_types, memory, ElfFile(path), read_types(path), cores)

    def read(self, boot, job, outcome):
        """Fills the Boot."""
        boot.seconds = outcome.seconds
        programs = programs_of(job, outcome)
        boot.trouble = trouble_of(boot, job, outcome, programs, self.counts)
        if boot.trouble:
            return
        results, memory = read_results(job.folder / RESULTS, boot.cores), self.memory_of(job.folder)
        boot.instructions, regions = results["instructions"], iter(results["regions"])
        for command, _, records in programs:
            name = command.split()[0]
            named = dict(zip(phases_of(records), regions))
            boot.ran.append(Ran(name, command, results_of(records), named,
                                self.names(boot.system, name, boot.cores, memory)))

    def prepare(self, done):
        """The systems that can be booted: without a Linux, as there may be no network, Corey's still can."""
        linux = [system for system in self.plan.systems if SYSTEMS[system].mode]
        if len(linux) < len(self.plan.systems):
            self.prepare_corey()
        try:
            if linux:
                self.prepare_linux()
            return self.plan.systems
        except (RuntimeError, subprocess.CalledProcessError) as error:
            for system in linux:
                for number in self.plan.cores:
                    done(Boot(system, number, trouble=str(error)))
            return [system for system in self.plan.systems if system not in linux]

    # --- all of them ------------------------------------------------------------------------------------

    def run(self, done):
        """Calls done(Boot) for each boot, as they end; those of the most cores begin first."""
        systems, numbers, boots = self.prepare(done), self.plan.cores, {}
        for cores in sorted(numbers, reverse=True):
            named = cores in (min(numbers), max(numbers)) and not self.plan.sizes
            for system in reversed(systems):
                for number, commands in enumerate(self.plan.boots(system)):
                    job = self.job(system, cores, named, number)
                    boots[id(job)] = (Boot(system, cores, tuple(commands)), job)
        left = len(boots)

        def ended(job, outcome):
            nonlocal left
            left -= 1
            boot, _ = boots[id(job)]
            try:
                self.read(boot, job, outcome)
            except ResultsError as error:
                boot.trouble = str(error)
            done(boot)
            (job.folder / DUMP).unlink(missing_ok=True)

        def look(running):
            shown = [boots[id(machine.job)][0] for machine in running]
            self.progress.show(f"{left} of {len(boots)} boots to go: {', '.join(f'{boot.system} on {boot.cores}' for boot in shown)}")

        run_jobs([job for _, job in boots.values()], ended, look=look)


def programs_of(job, outcome):
    """[(command, status, its records)] of either system's boot."""
    if isinstance(job, peer.PeerJob):
        return [(run.command, run.status, run.records.records) for run in peer.program_runs(job, outcome)]
    return [(ran.command, ran.status, ran.records) for ran in programs_in(outcome.records)]


def trouble_of(boot, job, outcome, programs, counts):
    """Why a boot is not to be believed; ''."""
    where = f"(see {job.folder})"
    if outcome.trouble or outcome.timed_out:
        return f"{outcome.trouble or 'it took too long'} {where}"
    for command, status, records in programs:
        trouble = program_trouble(command, boot.cores, status, records, counts)
        if trouble:
            return f"{command}: {trouble} {where}"
    if outcome.status != PASSED or outcome.records.missing:
        said = " ".join(outcome.console[-3:]) or qemu_said(job.folder)
        return f"QEMU's status is {outcome.status}; {outcome.records.missing} {said} {where}"
    return ""


def program_trouble(command, cores, status, records, counts):
    """What is wrong with one program's run; ''. An experiment checks itself; of wri the numbers of words and of keys are
    compared with `counts`, of each file (whole answers are, in plain QEMU: plain.py)."""
    name, seen = command.split()[0], results_of(records)
    if name in EXPERIMENTS:
        return trouble_with(EXPERIMENTS[name], cores, status, records)
    if status != 0 or seen.get("cores") != cores:
        return f"status {status}, {seen.get('cores')} cores of {cores} have worked"
    expected = next(counts[word] for word in command.split() if word in counts)
    if {key: seen.get(key) for key in expected} != expected:
        return f"expected {expected}, seen {seen.get('words')} words, {seen.get('keys')} keys"
    phases = phases_of(records)
    return "" if phases == CURVES[name].phases else f"expected the phases {CURVES[name].phases}, seen {phases}"
