"""`make bochs`: the disk image in Bochs, which executes one instruction after the other, with a debugger of its own.

The terminal is the machine's serial line. Ctrl-A, then X, ends Bochs; Ctrl-A, then D, shows its debugger in place of the
line, which stops the machine, and again the line, when the debugger was told to go on (`c`); Ctrl-A twice is Ctrl-A.
Written for the Bochs of Debian, which has a debugger, and then shows the machine's screen on a terminal of its own.

    bochs.py IMAGE
"""
import argparse
import os
import pty
import re
import selectors
import signal
import subprocess
import sys
import termios
import tty
from pathlib import Path

ESCAPE = b"\x01"  # Ctrl-A, as in QEMU
INPUT, OUTPUT = 0, 1

# Few instructions a second of the guest's time: its BIOS waits by that time for disks that are not there.
MACHINE = """\
megs: 256
cpu: model=corei7_icelake_u, count=1, ips=10000000, reset_on_triple_fault=0
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
ata0-master: type=disk, path="{image}", mode=volatile
boot: disk
clock: sync=none
display_library: term
com1: enabled=1, mode=term, dev={serial}
speaker: enabled=0
log: {log}
panic: action=fatal
"""


def bochs_command(image, serial, folder):
    """The command for it; `serial` is a terminal, /dev/…; configuration and log lie in `folder`."""
    configuration, go_on = folder / "bochsrc", folder / "bochs.go"
    configuration.write_text(MACHINE.format(image=image, serial=serial, log=folder / "bochs.log"))
    go_on.write_text("continue\n")
    return ["bochs", "-q", "-f", str(configuration), "-rc", str(go_on)]


class Bochs:
    """A running Bochs, and the terminal that shows its serial line or its debugger."""

    def __init__(self, image, noise):
        self.line, self.line_there = pty.openpty()
        tty.setraw(self.line_there)  # which stays open: the line must not end before Bochs has opened it
        self.debugger, debugger_there = pty.openpty()
        self.process = subprocess.Popen(bochs_command(image, os.ttyname(self.line_there), image.parent),
                                        stdin=debugger_there, stdout=debugger_there, stderr=noise,
                                        start_new_session=True, env={"TERM": "xterm", **os.environ})
        os.close(debugger_there)
        self.shown, self.kept, self.escaped = self.line, b"", False

    def hear(self, end):
        """Takes what came from one end; False when there is nobody any more."""
        try:
            said = os.read(end, 4096)
        except OSError:  # of a terminal: the other side is gone
            return False
        if end == self.shown:
            os.write(OUTPUT, said)
        elif end == self.line:
            self.kept += said
        return True

    def toggle(self):
        """Shows the other of the two."""
        self.shown = self.debugger if self.shown == self.line else self.line
        if self.shown == self.debugger:
            os.kill(self.process.pid, signal.SIGINT)
        else:
            os.write(OUTPUT, self.kept)
            self.kept = b""

    def type(self, typed):
        """A byte that was typed."""
        if self.escaped and typed in b"xX":
            self.process.kill()
        elif self.escaped and typed in b"dD":
            self.toggle()
        elif self.escaped or typed != ESCAPE:
            os.write(self.shown, typed)
        self.escaped = typed == ESCAPE and not self.escaped

    def run(self):
        """Until it ends; its exit status."""
        watch = selectors.DefaultSelector()
        for end in (self.line, self.debugger, INPUT):
            try:
                watch.register(end, selectors.EVENT_READ)
            except PermissionError:  # no terminal, but a file: nobody types
                pass
        while self.process.poll() is None:
            for key, _ in watch.select(0.25):
                if key.fd == INPUT:
                    typed = os.read(INPUT, 1)
                    if typed:
                        self.type(typed)
                    else:
                        watch.unregister(INPUT)
                elif not self.hear(key.fd):
                    watch.unregister(key.fd)
        os.set_blocking(self.line, False)
        while self.hear(self.line):  # what it said at its end
            pass
        return self.process.returncode

    def close(self):
        self.process.kill()
        self.process.wait()
        for end in (self.line, self.line_there, self.debugger):
            os.close(end)


def run_bochs(image, noise):
    """Its exit status; the terminal is as before."""
    terminal = termios.tcgetattr(INPUT) if os.isatty(INPUT) else None
    machine = Bochs(image, noise)
    try:
        if terminal:
            tty.setraw(INPUT)
        return machine.run()
    finally:
        if terminal:
            termios.tcsetattr(INPUT, termios.TCSADRAIN, terminal)
        machine.close()


def main():
    parser = argparse.ArgumentParser(description="Boots a disk image in Bochs.")
    parser.add_argument("image", type=Path)
    image = parser.parse_args().image.resolve()
    log, noise = image.with_name("bochs.log"), image.with_name("bochs.err")
    log.write_text("")  # an earlier run's is not ours
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(1))  # and Bochs does not outlive us
    with noise.open("w", encoding="utf-8") as stream:
        status = run_bochs(image, stream)
    logged = log.read_text(errors="replace")
    panics = [line for line in re.findall(r"^\d+p(\[.*)", logged, re.MULTILINE) if "shutdown requested" not in line]
    if logged and not panics:
        return 0  # by the kernel's will, or by hand: Bochs calls no end a good one
    print("\n".join(panics) or f"Bochs ended with status {status}:\n{noise.read_text(errors='replace')}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
