"""Every way to boot ends in the same kernel at its monitor: our loader from a disk, on a BIOS and in Bochs; GRUB from an
ISO, as a CD and as a disk, on a BIOS and on UEFI. In QEMU also the machine's own screen and keyboard.

As a program: its last line is `N passed, N failed`; what cannot be tried here is said to be skipped.
"""
import os
import re
import shutil
import subprocess
import sys

from build import Kernel, build_kernels
from console import Console, run_steps
from course import ROOT, Test
from machine import PASSED, Job, serial_command
from own_tests import run_results
from screen import Screen

SECONDS = 60  # of the machine's own time, most of which UEFI takes
UEFI = ("-bios", "/usr/share/ovmf/OVMF.fd")
TEXT = r"screen of 80 x 25 characters at b8000"
PIXELS = r"screen of 1024 x 768 pixels of 32 bits at \w+"
NONE = "no screen"
HOLE = "exercise 1.1 is not written yet: the README.md of lab 1 says what it asks for"

# (name, BOOT of make, what QEMU takes the image for, more of QEMU's arguments, the screen, the kernel's command line)
WAYS = [
    ("a disk, on a BIOS", "disk", "ide-hd", (), TEXT, " "),
    ("a disk, on a BIOS, with no screen and COM2", "disk", "ide-hd", ("-vga", "none", "-serial", "null"), NONE, "console=com2"),
    ("an ISO as a disk, on a BIOS", "iso", "ide-hd", (), TEXT, " "),
    ("an ISO as a CD, on a BIOS", "iso", "ide-cd", (), TEXT, " "),
    ("an ISO as a disk, on UEFI", "uefi", "ide-hd", UEFI, PIXELS, " "),
    ("an ISO as a CD, on UEFI", "uefi", "ide-cd", UEFI, PIXELS, " "),
]


def steps_of(screen):
    """What is typed at the monitor, and must come: (name, typed, pattern)."""
    return [
        ("reaches its monitor", "", r"Corey: 2\d\d MiB free.*corey> $"),
        ("what the loader has left", "boot\r",
         rf"{screen}\nACPI root pointer of (20|36) bytes\n.*bytes hello\n.*corey> $"),
        ("the memory map", "map\r", r"KiB  RAM\n.*KiB  reserved\n.*KiB  kernel\n.*corey> $"),
        ("a program that is a module", "run hello there\r", r"argument 1: there\ncorey> $"),
    ]


UP, LEFT, HOME, DELETE = "\x1b[A", "\x1b[D", "\x1b[H", "\x1b[3~"

# At the monitor of the disk on a BIOS: the line's editing, and its own commands.
MONITOR = [
    ("a letter is put in between", f"bot{LEFT}o\r", r"ACPI root pointer of 20 bytes.*corey> $"),
    ("letters are deleted", f"xhelpp{HOME}{DELETE}\x05\x7f\r", r"peek .*corey> $"),
    ("the line before comes back", f"xy\x15{UP}\r", r"peek .*corey> $"),
    ("and the one before that", f"{UP}{UP}\r", r"ACPI root pointer.*corey> $"),
    ("memory that is not there", "peek b8000 2\r", r"ffff8000000b8000  nothing is mapped there\ncorey> $"),
    ("a backtrace", "backtrace\r", r"monitor_run.*kernel_run.*corey> $"),
    ("pages", "pages\r", r"free +\d{5} pages.*corey> $"),
    ("tests", "test\r", r"boot_info\n.*page_free_home\n.*corey> $"),
]


def monitor_steps(folder):
    """The monitor's line and commands; the machine starts again, and ends with a test."""
    kernel = Kernel(4)
    built = build_kernels([kernel], lambda *state: None)[kernel]
    if built.error:
        yield "the monitor: the image is built", False, built.error
        return
    command = serial_command(Job(built.image, Test("boots"), folder, words=" "))
    console = Console([word for word in command if word != "-no-reboot"], SECONDS)
    start = ("reaches its monitor", "", r"Corey: .*corey> $")
    again = ("the machine starts again", "reboot\r", r"reboot\n.*Corey: .*corey> $")
    try:
        passed = True
        for step, passed, detail in run_steps(console, [start, *MONITOR, again]):
            yield f"the monitor: {step}", passed, detail
        if passed:
            console.step("boot\r", r"corey> $")
            module = re.search(r"(\w{16}) +\d+ bytes hello", console.seen).group(1)
            instead = console.step(f"peek {module} 1\r", r"  00010102464c457f\ncorey> $")
            yield "the monitor: a program's first bytes", not instead, f"seen {instead!r}"
            status = console.end("test boot_info\r")
            yield "the monitor: a test", status == PASSED, f"status {status}"
    finally:
        console.close()


def run_way(name, console, screen, status, more_steps=lambda console: ()):
    """(name, passed, detail) of every step of one way; the first that fails is the last. `more_steps` come before the
    machine's end."""
    try:
        passed = True
        for step, passed, detail in run_steps(console, steps_of(screen)):
            yield f"{name}: {step}", passed, detail
        if not passed:
            return
        for step, passed, detail in more_steps(console):
            yield f"{name}: {step}", passed, detail
        ended = console.end("halt\r")
        yield f"{name}: the monitor ends the machine", ended == status, f"status {ended}"
    finally:
        console.close()


def screen_steps(console, found, folder):
    """The machine's own screen shows what the serial line does, and its keyboard types."""
    screen = Screen(folder)
    try:
        if found != NONE:
            console.step("run hello screen\r", r"corey> $")
            seen = console.seen.splitlines()
            shown = [line for line in (screen.text() if found == TEXT else screen.pixels()) if line]
            last = [f"corey> {seen[0]}", *seen[1:-1], "corey>"]
            yield "the screen shows it too", shown[-len(last):] == last, f"expected {last}, seen {shown[-len(last):]}"
        screen.keys("run hello keys\n")
        instead = console.step("", r"argument 1: keys\ncorey> $")
        yield "the keyboard types", not instead, f"seen {instead[-300:]!r}"
        screen.press("up")
        screen.press("shift", "2")
        screen.press("ret")
        instead = console.step("", r"argument 1: keys@\ncorey> $")
        yield "its arrows and shift", not instead, f"seen {instead[-300:]!r}"
    finally:
        screen.close()


def boot_by_qemu(name, boot, drive, more, screen, words, folder):
    kernel = Kernel(4, boot=boot)
    built = build_kernels([kernel], lambda *state: None)[kernel]
    if built.error:
        yield f"{name}: the image is built", False, built.error
        return
    more = (*more, *Screen.arguments(folder))
    command = serial_command(Job(built.image, Test("boots"), folder, words=words, more=more))
    command = [word.replace("ide-hd,", f"{drive},") for word in command]
    yield from run_way(name, Console(command, SECONDS), screen, PASSED,
                       lambda console: screen_steps(console, screen, folder))


def bochs_steps(console):
    """Its debugger stops the machine, which goes on as it was."""
    steps = [("its debugger", "\x01d", r"<bochs:\d+> .*$"), ("what that knows", "r\r", r"rip: f{8}_\w{8}.*<bochs:\d+> .*$"),
             ("goes on", "c\r\x01d\r", r"corey> $")]
    yield from run_steps(console, steps)


def boot_by_bochs():
    """As `make bochs` does it, in a terminal."""
    if not shutil.which("bochs"):
        print("  skipped: a disk, in Bochs: it is not installed (make setup)", flush=True)
        return
    yield from end_in_bochs("a hole", "BASE=own", HOLE)
    console = Console(in_bochs("LAB=4"), SECONDS)
    yield from run_way("a disk, in Bochs", console, TEXT, 0, bochs_steps)
    console = Console(in_bochs("LAB=4"), SECONDS)
    console.step("", r"corey> $")
    status = console.end("\x01x")
    console.close()
    yield "a disk, in Bochs: Ctrl-A and X end it", status == 0, f"status {status}"


def in_bochs(variables):
    """The command for `make bochs` in a terminal of its own."""
    return ["env", "TERM=xterm", "script", "-qec", f"make -C {ROOT} bochs {variables}", os.devnull]


def end_in_bochs(name, variables, reason):
    """`make bochs` of a kernel that ends at once: the terminal says why, behind the screen that was."""
    if shutil.which("bochs"):
        run = subprocess.run(["timeout", str(SECONDS), *in_bochs(f"LAB=1 {variables}")], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, errors="replace")
        yield f"{name}, in Bochs, is told", reason in run.stdout[-300:], f"seen {run.stdout[-300:]!r}"


def hole_on_screen(name, boot, more, screen_lines, folder):
    """A kernel without exercise 1.1 never leaves 32-bit mode, and yet says why, on the screen too."""
    kernel = Kernel(1, base="own", exercise="1.1", boot=boot)
    built = build_kernels([kernel], lambda *state: None)[kernel]
    if built.error:
        yield f"a hole, {name}: the image is built", False, built.error
        return
    command = serial_command(Job(built.image, Test("boots"), folder, words=" ", more=(*more, *Screen.arguments(folder))))
    end = next(i for i, word in enumerate(command) if word.startswith("isa-debug-exit"))
    console = Console(command[:end - 1] + command[end + 1:], SECONDS)  # a machine that stays to be looked at
    try:
        instead = console.step("", re.escape(HOLE) + "\n$")
        yield f"a hole, {name}: the serial line names it", not instead, f"seen {instead[-300:]!r}"
        if not instead:
            screen = Screen(folder)
            shown = screen_lines(screen)
            screen.close()
            yield f"a hole, {name}: the screen names it", shown[0] == HOLE, f"seen {shown[:2]!r}"
    finally:
        console.close()


def triple_fault(folder):
    """What `make qemu` says of a machine that was reset by one, and `make bochs`: a kernel without long mode."""
    tree = folder / "lab1-boot"
    shutil.copytree(ROOT / "solutions" / "lab1-boot", tree)
    text = (tree / "long_mode.asm").read_text(encoding="utf-8")
    (tree / "long_mode.asm").write_text(text.replace("EFER_LME | ", ""), encoding="utf-8")
    yield from end_in_bochs("a triple fault", f"BASE=all TREE={folder}", "exception with no resolution")
    run = subprocess.run(["make", "qemu", "LAB=1", "BASE=all", f"TREE={folder}", "TEST=boot_info"], cwd=ROOT,
                         stdin=subprocess.DEVNULL, capture_output=True, text=True)
    expected = (f"the machine reset itself: a triple fault; make gdb LAB='1' BASE='all' TREE='{folder}' TEST='boot_info' BACK=1 "
                "goes back from there")
    yield "a triple fault is told", run.returncode and run.stdout.endswith(expected + "\n"), f"seen {run.stdout[-300:]}"


def told_images(folder):
    """What `make image` writes for a real machine says itself what the kernel is to do."""
    made = subprocess.run(["make", "-s", "image", "LAB=4", "RUN=hello told", "WORDS=console=com2"], cwd=ROOT,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    for image in (line.split()[-1] for line in made.stdout.splitlines()[-2:]):
        command = serial_command(Job(image, Test("boots"), folder, words=" "))
        at = next(i for i, word in enumerate(command) if word.startswith("name=opt/corey/cmdline"))
        console = Console([command[0], "-serial", "null", *command[1:at - 1], *command[at + 1:]], SECONDS)
        try:
            instead = console.step("", "argument 1: told")
            yield f"make image: {image[-3:]} does what it was told", not instead, f"seen {instead[-300:]!r}"
        finally:
            console.close()


def run_boots(folder):
    """(name, passed, detail) for every step of every way."""
    for way in WAYS:
        yield from boot_by_qemu(*way, folder)
    yield from monitor_steps(folder)
    yield from hole_on_screen("on a BIOS", "disk", (), Screen.text, folder)
    yield from hole_on_screen("GRUB on a BIOS", "iso", (), Screen.text, folder)
    yield from hole_on_screen("on UEFI", "uefi", UEFI, Screen.pixels, folder)
    yield from triple_fault(folder)
    yield from told_images(folder)
    yield from boot_by_bochs()


if __name__ == "__main__":
    sys.exit(run_results("boots", run_boots))
