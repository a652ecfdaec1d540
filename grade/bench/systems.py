"""The systems that an experiment runs on: Corey in QEMU, and threads of the host's Linux.

Each system prepares once and then runs `PROGRAM FILE` on a number of cores. A run gives what the
program printed, line by line, and what it measured; where it went wrong, why.
"""
import os
import platform
import re
import subprocess
import time
from dataclasses import dataclass, field

from build import Kernel, build_kernels, run_make
from count import build_plugin, plugin_argument, read_regions
from course import ROOT, Test
from inputs import FOLDER, boot_modules
from machine import PASSED, Job, Machine, accelerator, calibrate, host_cores
from records import read_records
from verdict import console_tail, judge_run

ANSWER = re.compile(r"[a-z]+ \d+( [0-9a-f]{16})?")
SECONDS = 120  # limit for one run on a nominal host
# MiB of a guest. The inputs take 70, the index of the generated words 8 bytes for each of 16.8 million places in blocks
# that double, so at most 256; and each core of 64 has some 200 bytes for each of 17,576 words, 215 in all.
MEMORY = 1024
COUNTS = "counts"  # the file of a run that holds what the plugin counted
LOOK = 0.25    # seconds between two looks at a running machine


@dataclass
class Run:
    """One run: printed lines, measured {name: (value, unit)}, the command, and what went wrong;
    counted {phase: [processor: {kind: instructions}]}, where that was asked for."""
    command: str
    lines: list = field(default_factory=list)
    measured: dict = field(default_factory=dict)
    trouble: str = ""
    counted: dict = field(default_factory=dict)

    @property
    def cores(self):
        """How many cores have worked, by what the program itself says; 0 if it says nothing."""
        return self.measured.get("cores", (0, ""))[0]

    def pairs(self):
        """How many pairs each core has emitted."""
        return [value for name, (value, _) in self.measured.items() if name.startswith("pairs_core_")]


def marks_in(records):
    """(phase, microseconds) for each phase that began, in order."""
    metrics = [record.data for record in records.of_kind("metric", "u")]
    return [(data["name"].removeprefix("begin_"), data["value"]) for data in metrics
            if data["name"].startswith("begin_")]


def measured_in(records):
    """What the records say was measured. An instant `begin_X` becomes the time of part X, which
    lasts until the next one begins; all of them together are the time `total`."""
    metrics = [record.data for record in records.of_kind("metric", "u")]
    marks = marks_in(records)
    found = {data["name"]: (data["value"], data["unit"]) for data in metrics
             if not data["name"].startswith("begin_")}
    for (name, begin), (_, end) in zip(marks, marks[1:]):
        found[name] = (end - begin, "us")
    if marks:
        found["total"] = (marks[-1][1] - marks[0][1], "us")
    return found


def processor():
    """The host's processor, in words."""
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        names = re.findall(r"^model name\s*:\s*(.*)$", file.read(), re.MULTILINE)
    return names[0] if names else platform.machine()


def trouble_in(test, outcome, folder):
    """Why a machine's run of a program is not to be believed; '' where nothing went wrong."""
    ended = outcome.records.first("exit", "k")
    status = ended.data.get("status") if ended else None
    if outcome.status == PASSED and not outcome.records.missing and status == 0:
        return ""
    if status:
        verdict, detail = f"the program ended with status {status}", console_tail(outcome)
    else:
        judged = judge_run(test, outcome)
        verdict, detail = f"{judged.kind}: {judged.summary}", judged.detail
    return "\n".join([f"{verdict} (see {folder})"] + detail)


@dataclass(frozen=True)
class BenchKernel(Kernel):
    """The kernel of lab 7 with the inputs as boot modules."""
    modules: str = ""

    @property
    def variables(self):
        return super().variables + [f"MODULES={self.modules}"]


class Corey:
    """Corey under QEMU, one boot a run. Cores that take turns on one thread of the host (accelerator)
    show that answers are right; their times say nothing."""
    name = "corey"
    cores = (1, 2, 4)
    most_cores = 255  # what QEMU's machine can have without x2APIC

    def __init__(self, inputs, base, progress, mode=""):
        kernel = BenchKernel(7, base, mode=mode, modules=boot_modules(inputs))
        built = build_kernels([kernel], lambda *done: progress.show("building Corey"))[kernel]
        if built.error:
            raise RuntimeError(f"the kernel does not build: {built.error}")
        self.image, self.scale, self.plugin = built.image, calibrate(), None

    def machine(self, cores):
        return f"QEMU q35 ({accelerator(cores)}) on {processor()}"

    def job(self, program, path, cores, count=False):
        """The boot that runs `program`, on the input of that path if any; with its instructions
        counted if asked."""
        command = f"{program} /books/{path.name}" if path else program
        folder = FOLDER / f"corey-{program}-{path.stem if path else 'nothing'}-{cores}"
        test = Test(program, memory=MEMORY, cores=cores, seconds=SECONDS)
        job = Job(self.image, test, folder, words=f"run={command}")
        if count:
            self.plugin = self.plugin or build_plugin()
            job.plugin = plugin_argument(self.plugin, folder / COUNTS)
        return job

    def run(self, program, path, cores, progress, count=False):
        """Runs one alone, so that its times are good."""
        job = self.job(program, path, cores, count)
        machine = Machine(job, self.scale)
        try:
            while machine.process.poll() is None and not machine.overdue:
                time.sleep(LOOK)
                progress.show(f"corey: {command_of(job)}: {time.monotonic() - machine.begin:.0f} s")
        finally:
            machine.kill()
        return run_of(job, machine.close(machine.process.returncode < 0))


def command_of(job):
    return job.words.removeprefix("run=")


def run_of(job, outcome):
    """What a boot of a program has said and measured."""
    run = Run(command_of(job), [line for line in outcome.console if ANSWER.fullmatch(line)],
              measured_in(outcome.records), trouble_in(job.test, outcome, job.folder))
    if job.plugin and not run.trouble:
        add_counts(run, outcome.records, job.folder / COUNTS)
    return run


def add_counts(run, records, out):
    """Gives the run what the plugin counted: each phase that began is a region."""
    regions, phases = read_regions(out), [phase for phase, _ in marks_in(records)]
    if regions is None or len(regions) != len(phases):
        run.trouble = f"{len(phases)} phases began, and {len(regions or [])} regions were counted"
    run.counted = dict(zip(phases, regions or []))


class Linux:
    """Threads on this host's Linux: the same sources with another platform.c."""
    name = "linux-host"
    cores = (1, 2)
    most_cores = host_cores()  # a thread has a core of its own, or its time says nothing

    def __init__(self, inputs, base, progress):
        progress.show("building the programs for Linux")
        made = run_make("-f", "grade/linux/linux.mk", "linux-programs")
        if made.returncode:
            raise RuntimeError(f"the programs do not build for Linux: {made.stdout.strip()}")

    def machine(self, cores):
        return processor()

    def run(self, program, path, cores, progress):
        progress.show(f"linux-host: {program} {path.name} on {cores} cores")
        results, nonce = FOLDER / f"linux-results.{os.getpid()}", os.urandom(8).hex()
        results.unlink(missing_ok=True)
        environment = dict(os.environ, CORES=str(cores), RESULTS=str(results), NONCE=nonce)
        ran = subprocess.run([ROOT / "build" / "linux" / program, path], env=environment,
                             stdin=subprocess.DEVNULL, capture_output=True)
        run = Run(f"CORES={cores} {program} {path.name}", ran.stdout.decode().splitlines(),
                  measured_in(read_records(results, nonce)))
        results.unlink(missing_ok=True)
        if ran.returncode:
            run.trouble = f"status {ran.returncode}: {ran.stderr.decode(errors='replace').strip()}"
        return run


SYSTEMS = {system.name: system for system in (Corey, Linux)}
