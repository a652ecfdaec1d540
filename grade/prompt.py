"""The shell at its prompt: what a person types and sees, over the serial line of a machine with two
cores. A step is typed when the step before has shown all that it must show.

As a program: its last line is `N passed, N failed`.
"""
import os
import re
import selectors
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from build import Kernel, build_kernels
from course import Test
from machine import PASSED, Job, calibrate, command_line, time_waited

SECONDS = 30  # of the machine's own time, for all of it

# (what the step shows, what is typed, and then seen: a pattern)
STEPS = [
    ("the kernel starts init", "", r"Corey: 2 cores.*\$ $"),
    ("a program in front", "hello one\r", r"argument 1: one\n\$ $"),
    ("the keyboard is lent", "cat\r", r"cat\n$"),
    ("a program reads it", "boRRowed\r", r"boRRowed\nboRRowed\n$"),
    ("and the shell has it again", "\x04", r"\$ $"),
    ("a program behind has a core; no other is free", "sleep & hello\r",
     r"\[1\] sleep\nhello: no free core\n\$ $"),
    ("the cores", "cores\r", r"0  running .*init\n +1  sleeping .*sleep\n\$ $"),
    ("the programs", "ps\r", r"0  running .*init\n +1  sleeping +\d+\.\d  sleep\n\$ $"),
    ("the shares", "shares\r", r"share 0x\w+ sleep\n.*RWXDG  core    0x\w+ sleep\n.*\$ $"),
    ("the end of one behind is said", "halt 1; wait\r", r"\[1\] sleep: halted\n\$ $"),
    ("a mistake is mended", "hellx\x7fo two\r", r"argument 1: two\n\$ $"),
    ("a fault ends its program alone", "test_libc fault 8\r",
     r"test_libc: ended by a page fault at rip 0x\w+, address 0x8.*\n\$ $"),
    ("behind the shell is the monitor", "exit\r", r"corey> $"),
]


class Console:
    """A machine whose serial line is ours."""

    def __init__(self, image, folder):
        job = Job(image, Test("prompt", cores=2), folder, words=" ")
        command = ["stdio" if word.startswith("file:") else word for word in command_line(job)]
        self.seen = ""
        self.limit = SECONDS * calibrate()
        self.begin = time.monotonic()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, start_new_session=True)
        self.watch = selectors.DefaultSelector()
        self.watch.register(self.process.stdout, selectors.EVENT_READ)

    @property
    def overdue(self):
        used = time.monotonic() - self.begin
        return used >= self.limit and used - time_waited(self.process.pid) >= self.limit

    def read(self):
        """Takes what has come; False when the machine has ended or its time is over."""
        while not self.watch.select(0.25):
            if self.overdue:
                return False
        piece = os.read(self.process.stdout.fileno(), 4096)
        self.seen += piece.decode(errors="replace").replace("\r", "")
        return bool(piece)

    def step(self, typed, pattern):
        """Types, and reads until the pattern has come: what was seen instead, or ""."""
        self.seen = ""
        if typed:
            self.process.stdin.write(typed.encode())
            self.process.stdin.flush()
        while not re.search(pattern, self.seen, re.DOTALL):
            if not self.read():
                return self.seen or "nothing"
        return ""

    def end(self, typed):
        """Types, and waits for the machine's end: QEMU's exit status, None if it does not end."""
        self.process.stdin.write(typed.encode())
        self.process.stdin.flush()
        while self.read():
            pass
        return None if self.overdue else self.process.wait()

    def close(self):
        self.watch.close()
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def run_prompt(folder):
    """(name, passed, detail) for every step; the first that fails is the last."""
    kernel = Kernel(7)
    built = build_kernels([kernel], lambda *state: None)[kernel]
    if built.error:
        yield "kernel 7 is built", False, built.error
        return
    console = Console(built.image, folder)
    try:
        for name, typed, pattern in STEPS:
            instead = console.step(typed, pattern)
            yield name, not instead, f"expected {pattern!r}, seen {instead[-300:]!r}"
            if instead:
                return
        status = console.end("halt\r")
        yield "the monitor ends the machine", status == PASSED, f"status {status}"
    finally:
        console.close()


def main():
    failed = passed = 0
    with tempfile.TemporaryDirectory(prefix="corey-prompt-") as folder:
        for name, good, detail in run_prompt(Path(folder)):
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"{name}: {detail}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
