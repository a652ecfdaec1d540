"""The Linux peer: Debian's Linux in the same machine as Corey, running the same experiments.

    peer = prepare("bench", build_programs(), {"/books/kjv.txt": path})
    job = peer_job(peer, ["wc /books/kjv.txt", "wri /books/kjv.txt"], folder, cores=4, mode="processes")
    outcome = machine.run_jobs([job], ...)            or machine.Machine(job, scale)
    for run in program_runs(job, outcome): run.command, run.status, run.records, run.lines

One boot runs any number of programs; init.c says how. The kernel's symbols and the simulator's list of
entries come from symbols.py. By hand:

    peer.py [--cores N] [--mode threads|processes] [--file /NAME=PATH] 'PROGRAM ARGUMENT' …
"""
import argparse
import hashlib
import os
import re
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archive import CONSOLE, NULL, Node, make_archive
from build import run_make
from course import ROOT, Test
from kernel import fetch_kernel
from machine import HOLE, PASSED, Job, end_on_sigterm, machine_arguments, run_jobs
from records import Records
from settings import kernel_words

OUT = ROOT / "build" / "linux"
STATIC = OUT / "static"
OUTPUT = "output"  # the file of a run that holds what its programs have printed
MEMORY = 1024      # MiB; the archive lies in it twice while Linux starts
SECONDS = 120      # limit for one boot on a nominal host
MODES = ("threads", "processes")
WORDS_MOST, LINE_MOST = 31, 2047  # words for init, bytes in all, that Linux takes
COMMAND = re.compile(r"[ !#-\[\]-~]+")  # printable, but for quotes and backslashes
PRINTED_MOST = 20  # lines of a program's output that are shown where it failed


@dataclass(frozen=True)
class Peer:
    """What QEMU boots."""
    kernel: Path
    archive: Path


@dataclass
class PeerJob(Job):
    """One boot of the peer: the programs to run, one after another, each with its arguments."""
    peer: Peer = None
    commands: list = field(default_factory=list)
    mode: str = "threads"
    idle: str = "halt"
    huge_pages: bool = False

    def kernel_line(self):
        """Linux's command line, or an exception where Linux would not take it."""
        wrong = [command for command in self.commands if not COMMAND.fullmatch(command)]
        if wrong or self.mode not in MODES:
            raise ValueError(f"{wrong[0]!r} cannot be said" if wrong else f"no mode {self.mode!r}")
        words = [f"nonce={self.nonce}", f"cores={self.test.cores}", f"processes={self.mode == 'processes':d}",
                 f"huge_pages={self.huge_pages:d}", *(f'"{command}"' for command in self.commands)]
        kernel = kernel_words(self.idle, self.huge_pages)
        line = " ".join([*kernel, "--", *words])
        if len(words) > WORDS_MOST - len(kernel_strangers(kernel)) or len(line) > LINE_MOST:
            raise ValueError(f"{len(self.commands)} programs, {len(line)} bytes: too many for one boot")
        return line

    def arguments(self):
        """QEMU's: the machine has nothing that Linux would look for in vain, and no source of chance."""
        return [*machine_arguments(self), "-nodefaults", "-no-user-config", "-seed", "1",
                "-rtc", "base=2020-01-01,clock=vm",
                "-chardev", f"file,id=output,path={self.folder / OUTPUT}",
                "-device", "isa-debugcon,iobase=0xe8,readback=0xe8,chardev=output",
                "-kernel", str(self.peer.kernel), "-initrd", str(self.peer.archive), "-append", self.kernel_line()]


def kernel_strangers(words):
    """The words that only Linux's loader understands: Linux passes them on to init, before init's own."""
    return [word for word in words if word in ("nokaslr", "no5lvl")]


@dataclass
class ProgramRun:
    """What one program of a boot has left: `status` None if the machine ended before it did."""
    command: str
    status: int = None
    records: Records = field(default_factory=lambda: Records([]))
    lines: list = field(default_factory=list)


def build_programs(*variables):
    """{name: path} of all programs, built to need no other file."""
    command = ["-f", "grade/linux/linux.mk", "LINUX_STATIC=1", f"LINUX_OUT={STATIC}", *variables]
    made = run_make(*command, "linux-programs")
    if made.returncode:
        raise RuntimeError(f"the programs do not build for Linux: {made.stdout.strip()}")
    listed = run_make(*command, "linux-names")
    return {name: STATIC / name for name in listed.stdout.split()}


def write_archive(name, programs, files):
    """The path of the archive; it is rewritten only when its bytes differ."""
    nodes = {"/dev/console": CONSOLE, "/dev/null": NULL}
    for program, path in programs.items():
        inside = "/init" if program == "init" else f"/bin/{program}"
        nodes[inside] = Node(stat.S_IFREG | 0o755, Path(path).read_bytes())
    for inside, path in files.items():
        nodes[inside] = Node(stat.S_IFREG | 0o644, Path(path).read_bytes())
    archive, path = make_archive(nodes), OUT / f"{name}.cpio"
    if not path.exists() or path.read_bytes() != archive:
        new = path.with_name(f"{path.name}.{os.getpid()}")
        new.write_bytes(archive)
        new.replace(path)
    return path


def prepare(name, programs, files=None):
    """Kernel and archive for these programs {name: path}, `init` among them, and these input files
    {absolute path inside: path}. An exception says what is missing."""
    kernel = fetch_kernel() / "vmlinuz"
    return Peer(kernel, write_archive(name, programs, files or {}))


def peer_job(peer, commands, folder, cores=1, memory=MEMORY, seconds=SECONDS, topology="", **options):
    """A boot that runs these commands; `options` are those of PeerJob, and `plugin`."""
    test = Test("linux", memory=memory, cores=cores, seconds=seconds, topology=topology)
    job = PeerJob(peer.kernel, test, folder, peer=peer, commands=list(commands), **options)
    # Linux stirs its command line into the numbers by which it places objects: equal runs must have equal ones.
    job.nonce = hashlib.sha256(repr((job.commands, cores, job.mode)).encode()).hexdigest()[:16]
    return job


def program_runs(job, outcome):
    """A ProgramRun for each command of the job, those that never began included."""
    runs = [ProgramRun(command) for command in job.commands]
    output = job.folder / OUTPUT
    printed, at, number = output.read_bytes() if output.exists() else b"", 0, -1
    for record in outcome.records.records:
        if (record.kind, record.origin) == ("run", "k"):
            number += 1
        elif (record.kind, record.origin) == ("exit", "k"):
            end = at + record.data["printed"]
            runs[number].status = record.data["status"]
            runs[number].lines = printed[at:end].decode(errors="replace").splitlines()
            at = end
        elif number >= 0:
            runs[number].records.records.append(record)
    return runs


def trouble_in(job, outcome):
    """Why a boot is not to be believed, its first bad program before all; '' where nothing went wrong."""
    for run in program_runs(job, outcome):
        if run.status:
            return "\n".join([f"{run.command}: status {run.status}"] + run.lines[-PRINTED_MOST:])
        if run.status is None:
            why = "the time was up" if outcome.timed_out else outcome.trouble or f"QEMU's status is {outcome.status}"
            return "\n".join([f"{run.command}: it did not end; {why}"] + outcome.console[-PRINTED_MOST:])
    if outcome.status != PASSED or outcome.records.missing:
        return f"QEMU's status is {outcome.status}; {outcome.records.missing}"
    return ""


def boot(job):
    """Runs one job alone; its outcome."""
    outcomes = []
    run_jobs([job], lambda _, outcome: outcomes.append(outcome))
    return outcomes[0]


def main():
    end_on_sigterm()
    parser = argparse.ArgumentParser(description="Programs on the Linux peer.")
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--mode", choices=MODES, default=MODES[0])
    parser.add_argument("--idle", choices=("halt", "poll"), default="halt")
    parser.add_argument("--huge-pages", action="store_true")
    parser.add_argument("--memory", type=int, default=MEMORY, help="MiB")
    parser.add_argument("--file", action="append", default=[], metavar="/NAME=PATH")
    parser.add_argument("commands", nargs="+", metavar="'PROGRAM ARGUMENT …'")
    options = parser.parse_args()
    files = dict(word.split("=", 1) for word in options.file)
    with tempfile.TemporaryDirectory(prefix="linux-") as folder:
        peer = prepare(f"hand-{os.getpid()}", build_programs(), files)
        job = peer_job(peer, options.commands, Path(folder), options.cores, options.memory, mode=options.mode,
                       idle=options.idle, huge_pages=options.huge_pages)
        try:
            outcome = boot(job)
        finally:
            peer.archive.unlink()
        for run in program_runs(job, outcome):
            print("\n".join([f"$ {run.command}", *run.lines]))
            for record in run.records.of_kind("metric"):
                print(f"  {record.data['name']} {record.data['value']} {record.data['unit']}")
        trouble = trouble_in(job, outcome)
        print(trouble or f"{outcome.seconds:.1f} s")
        return HOLE if outcome.status == HOLE else bool(trouble)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, ValueError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"linux: {error}")
