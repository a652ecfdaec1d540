"""Virtual machines: one QEMU a test, several side by side, each in a folder of its own.

One thread starts them, waits on their process ids and ends those that take too long; however it is
left (Ctrl-C, SIGTERM, an exception), no machine outlives it. Nothing is shared between machines:
results and console are files of the job's folder, disk writes go to QEMU's temporary overlay, no
port is opened. A limit counts the time that a machine had: wall clock less the time that its
busiest thread waited for a host core, so a crowded host changes no verdict; a cap on the wall clock
alone comes far behind it.
"""
import os
import selectors
import shlex
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from course import Test
from positions import Monitor, positions
from records import Records, read_records

QEMU = os.environ.get("QEMU") or "qemu-system-x86_64"
LOOK = 0.25            # seconds between two looks at the limits
WALL_CAP = 10          # the wall clock's cap, in limits
PLUGIN_CACHE = 512     # MiB of translated code: with plugins, QEMU 7.2 survives no flush of a full cache
TURNS = "tcg,thread=single"
CPU = "max,min-level=31"  # CPUID's leaf 31 tells the dies: of AMD's processors QEMU 7.2 leaves it out
NOMINAL_SECONDS = 0.1  # what calibrate() measured on the host that the limits were chosen on

PASSED, FAILED, PANIC, HOLE = 33, 35, 37, 39  # QEMU's exit status for each value at port 0xF4


@dataclass
class Job:
    """One boot: the image, the test, the folder for what it leaves; `words` is the kernel's command
    line, if it is to say something else than the test. Where the test has several cores, `cores=N`
    is put before either; `plugin` is QEMU's argument of that name, `more` are further ones, and
    with `single` all cores take turns on one thread of the host, however many that has."""
    image: Path
    test: Test
    folder: Path
    words: str = ""
    plugin: str = ""
    more: tuple = ()
    single: bool = False
    nonce: str = field(default_factory=lambda: os.urandom(8).hex())

    def arguments(self):
        """QEMU's."""
        return command_line(self)


@dataclass
class Outcome:
    """What a machine left: `status` None if we ended it, negative for a signal; `trouble` says why
    it could not even be started, `positions` where the cores stood when it was late, `mode` what core 0 ran there
    (positions.py)."""
    status: int = None
    timed_out: bool = False
    seconds: float = 0.0
    records: Records = field(default_factory=lambda: Records([]))
    console: list = field(default_factory=list)
    positions: list = field(default_factory=list)
    mode: str = ""
    trouble: str = ""


def host_cores():
    return len(os.sched_getaffinity(0))


def accelerator(cores):
    """QEMU's for so many cores: a thread of the host for each, while the host has as many. Beyond
    that they take turns on one thread: threads that wait for a core of the host would keep others
    spinning for what they hold."""
    return "tcg" if cores <= host_cores() else TURNS


def host_share(test):
    """How many host cores a test's machine keeps busy."""
    return test.cores if test.cores <= host_cores() else 1


def node_arguments(test):
    """QEMU's for the test's nodes of memory: none for one."""
    for node in range(test.nodes if test.nodes > 1 else 0):
        first, end = (test.cores * number // test.nodes for number in (node, node + 1))
        yield from ("-object", f"memory-backend-ram,id=node{node},size={test.memory // test.nodes}M",
                    "-numa", f"node,nodeid={node},memdev=node{node},cpus={first}-{end - 1}")


def machine_arguments(job):
    """QEMU's arguments for the machine itself, whatever boots on it: all that a run leaves goes to
    the job's folder."""
    folder, test = job.folder, job.test
    watched = f",tb-size={PLUGIN_CACHE}" if job.plugin else ""
    return [QEMU, "-M", "q35", "-cpu", CPU, "-accel", (TURNS if job.single else accelerator(test.cores)) + watched,
            *(["-plugin", job.plugin] if job.plugin else []), "-m", f"{test.memory}M",
            "-smp", test.topology or str(test.cores), *node_arguments(test), *job.more,
            "-display", "none", "-monitor", "none", "-no-reboot",
            "-serial", f"file:{folder}/console",
            "-chardev", f"file,id=results,path={folder}/results",
            "-device", "isa-debugcon,iobase=0xe9,chardev=results",
            "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]


def command_line(job):
    """QEMU's arguments for a job."""
    words = job.words or f"test={job.test.name}"
    if job.test.cores > 1:
        words = f"cores={job.test.cores} {words}"  # `run=` would take all that stands behind it
    words = words.replace(",", ",,")  # QEMU's own escape
    return [*machine_arguments(job),
            "-drive", f"file={job.image},format=raw,if=none,id=disk,snapshot=on",
            "-device", "ide-hd,drive=disk",
            "-fw_cfg", f"name=opt/corey/nonce,string={job.nonce}",
            "-fw_cfg", f"name=opt/corey/cmdline,string={words}"]


def serial_command(job):
    """The same with the serial line on standard input and output."""
    return ["stdio" if word.startswith("file:") else word for word in command_line(job)]


def calibrate():
    """How much slower than the nominal host this one is (at least 1): a fixed piece of work, in
    processor time, the best of three."""
    def work():
        begin = time.process_time()
        sum(number * number for number in range(1_500_000))
        return time.process_time() - begin
    return max(1.0, min(work() for _ in range(3)) / NOMINAL_SECONDS)


def time_waited(pid):
    """Seconds for which the thread of `pid` that fared worst was ready and had no host core."""
    longest = 0
    for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            longest = max(longest, int(path.read_text().split()[1]))
        except (OSError, IndexError):
            continue  # the thread ended meanwhile
    return longest / 1e9


class Machine:
    """A running QEMU."""

    def __init__(self, job, scale):
        self.job = job
        self.limit = job.test.seconds * scale
        job.folder.mkdir(parents=True, exist_ok=True)
        for name in ("results", "console"):
            (job.folder / name).unlink(missing_ok=True)
        command = job.arguments()
        (job.folder / "command").write_text(shlex.join(command) + "\n")
        self.monitor = Monitor()
        self.begin = time.monotonic()
        try:
            with open(job.folder / "qemu", "wb") as said:
                self.process = subprocess.Popen(command + self.monitor.arguments, stdin=subprocess.DEVNULL,
                                                stdout=said, stderr=said, start_new_session=True,
                                                pass_fds=[self.monitor.theirs.fileno()])
        except OSError:
            self.monitor.close()
            raise
        finally:
            self.monitor.theirs.close()
        self.pidfd = os.pidfd_open(self.process.pid)

    @property
    def overdue(self):
        wall = time.monotonic() - self.begin
        if wall < self.limit:
            return False
        return wall - time_waited(self.process.pid) >= self.limit or wall >= self.limit * WALL_CAP

    def kill(self):
        """Ends the machine, if it still runs, and waits for its end."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def release(self):
        """Ends the machine and leaves nothing open."""
        self.kill()
        os.close(self.pidfd)
        self.monitor.close()

    def close(self, timed_out):
        """The outcome; the machine must have ended or be overdue."""
        stood, mode = positions(self.monitor, self.job.image.with_name("kernel.elf")) if timed_out else ([], "")
        self.release()
        folder = self.job.folder
        outcome = Outcome(None if timed_out else self.process.returncode, timed_out,
                          time.monotonic() - self.begin)
        outcome.records = read_records(folder / "results", self.job.nonce)
        outcome.console = read_lines(folder / "console")
        outcome.positions, outcome.mode = stood, mode
        if not outcome.console and not outcome.records.records and outcome.status == 1:
            outcome.trouble = " ".join(read_lines(folder / "qemu")[-1:]) or "QEMU failed"
        return outcome


def read_lines(path):
    """The lines of a text that a machine wrote, if it came to that, without control characters."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    lines = ("".join(c for c in line if c.isprintable()).rstrip() for line in text.splitlines())
    return [line for line in lines if line]


def busy(machines):
    """How many host cores these machines keep busy."""
    return sum(host_share(machine.job.test) for machine in machines)


@contextmanager
def undisturbed():
    """Holds Ctrl-C and SIGTERM back for a moment: a machine that was started and is noted nowhere would
    outlive us."""
    if threading.current_thread() is not threading.main_thread():
        yield  # which alone gets them
        return
    came = []
    before = {number: signal.signal(number, lambda signum, frame: came.append(signum))
              for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)


def run_jobs(jobs, done, slots=None, scale=None, look=lambda running: None, spared=lambda job: None):
    """Boots every job, as many side by side as `slots` (default: the host's cores) have room for,
    and calls done(job, outcome) as each ends; look(those that run) now and then. A job for which
    spared(job) knows the outcome is not booted."""
    slots = slots or host_cores()
    scale = scale or calibrate()
    waiting, running = list(reversed(jobs)), set()
    watch = selectors.DefaultSelector()
    try:
        while waiting or running:
            while waiting and (not running or busy(running) + host_share(waiting[-1].test) <= slots):
                job = waiting.pop()
                known = spared(job)
                if known:
                    done(job, known)
                    continue
                try:
                    with undisturbed():
                        machine = Machine(job, scale)
                        running.add(machine)
                except OSError as error:
                    done(job, Outcome(trouble=f"{error.strerror}: {QEMU}"))
                    continue
                watch.register(machine.pidfd, selectors.EVENT_READ, machine)
            look(running)
            ended = {key.data for key, _ in watch.select(LOOK)} if running else set()
            late = {machine for machine in running - ended if machine.overdue}
            for machine in ended | late:
                with undisturbed():
                    watch.unregister(machine.pidfd)
                    running.remove(machine)
                    outcome = machine.close(machine in late)
                done(machine.job, outcome)
    finally:
        for machine in running:
            machine.release()
        watch.close()


def end_on_sigterm():
    """Makes SIGTERM unwind like Ctrl-C, so that every `finally` runs."""
    def stop(signum, frame):
        raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, stop)
