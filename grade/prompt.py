"""The shell at its prompt: what a person types and sees, over the serial line of a machine with two
cores. A step is typed when the step before has shown all that it must show.

As a program: its last line is `N passed, N failed`.
"""
import sys

from build import Kernel, build_kernels
from console import Console, run_steps
from course import Test
from machine import PASSED, Job, serial_command
from own_tests import run_results

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


def run_prompt(folder):
    """(name, passed, detail) for every step; the first that fails is the last."""
    kernel = Kernel(7)
    built = build_kernels([kernel], lambda *state: None)[kernel]
    if built.error:
        yield "kernel 7 is built", False, built.error
        return
    console = Console(serial_command(Job(built.image, Test("prompt", cores=2), folder, words=" ")), SECONDS)
    try:
        passed = True
        for name, passed, detail in run_steps(console, STEPS):
            yield name, passed, detail
        if not passed:
            return
        status = console.end("halt\r")
        yield "the monitor ends the machine", status == PASSED, f"status {status}"
    finally:
        console.close()


if __name__ == "__main__":
    sys.exit(run_results("prompt", run_prompt))
