"""Every way to boot ends in the same kernel at its monitor: our loader from a disk, on a BIOS and in Bochs; GRUB from an
ISO, as a CD and as a disk, on a BIOS and on UEFI.

As a program: its last line is `N passed, N failed`; what cannot be tried here is said to be skipped.
"""
import shutil
import sys
import tempfile
from pathlib import Path

from bochs import bochs_command
from build import Kernel, build_kernels
from console import Console, TerminalConsole, run_steps
from course import Test
from machine import PASSED, Job, serial_command

SECONDS = 60  # of the machine's own time, most of which UEFI takes
UEFI = ("-bios", "/usr/share/ovmf/OVMF.fd")
TEXT = r"80 x 25 characters at b8000"
PIXELS = r"1024 x 768 pixels of 32 bits at \w+"

# (name, BOOT of make, what QEMU takes the image for, more of QEMU's arguments, the screen)
WAYS = [
    ("a disk, on a BIOS", "disk", "ide-hd", (), TEXT),
    ("an ISO as a disk, on a BIOS", "iso", "ide-hd", (), TEXT),
    ("an ISO as a CD, on a BIOS", "iso", "ide-cd", (), TEXT),
    ("an ISO as a disk, on UEFI", "uefi", "ide-hd", UEFI, PIXELS),
    ("an ISO as a CD, on UEFI", "uefi", "ide-cd", UEFI, PIXELS),
]


def steps_of(screen):
    """What is typed at the monitor, and must come: (name, typed, pattern)."""
    return [
        ("reaches its monitor", "", r"Corey: 2\d\d MiB free.*corey> $"),
        ("what the loader has left", "boot\r",
         rf"screen of {screen}\nACPI root pointer of (20|36) bytes\n.*bytes hello\n.*corey> $"),
        ("the memory map", "map\r", r"KiB  RAM\n.*KiB  reserved\n.*KiB  kernel\n.*corey> $"),
        ("a program that is a module", "run hello there\r", r"argument 1: there\ncorey> $"),
    ]


def run_way(name, console, screen, status):
    """(name, passed, detail) of every step of one way; the first that fails is the last."""
    try:
        passed = True
        for step, passed, detail in run_steps(console, steps_of(screen)):
            yield f"{name}: {step}", passed, detail
        if passed:
            ended = console.end("halt\r")
            yield f"{name}: the monitor ends the machine", ended == status, f"status {ended}"
    finally:
        console.close()


def boot_by_qemu(name, boot, drive, more, screen, folder):
    kernel = Kernel(4, boot=boot)
    built = build_kernels([kernel], lambda *state: None)[kernel]
    if built.error:
        yield f"{name}: the image is built", False, built.error
        return
    command = serial_command(Job(built.image, Test("boots"), folder, words=" ", more=more))
    command = [word.replace("ide-hd,", f"{drive},") for word in command]
    yield from run_way(name, Console(command, SECONDS), screen, PASSED)


def boot_by_bochs(folder):
    if not shutil.which("bochs"):
        print("  skipped: a disk, in Bochs: it is not installed (make setup)", flush=True)
        return
    kernel = Kernel(4)
    built = build_kernels([kernel], lambda *state: None)[kernel]
    if built.error:
        yield "a disk, in Bochs: the image is built", False, built.error
        return
    console = TerminalConsole(lambda line: bochs_command(built.image, line, folder), SECONDS)
    yield from run_way("a disk, in Bochs", console, TEXT, 1)  # Bochs says 1 when the guest ends it


def run_boots(folder):
    """(name, passed, detail) for every step of every way."""
    for way in WAYS:
        yield from boot_by_qemu(*way, folder)
    yield from boot_by_bochs(folder)


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="corey-boots-") as folder:
        for name, good, detail in run_boots(Path(folder)):
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"{name}: {detail}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
