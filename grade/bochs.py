"""`make bochs`: the disk image in Bochs, which executes one instruction after the other, with a debugger of its own.

Its screen and keyboard are the terminal's, its serial line goes to a file. Written for the Bochs of Debian, which has a
debugger: it is told to go on; Ctrl-C comes back to it. When it has ended, the terminal shows what its serial line has
said, and why it ended, where that was not the kernel's will.

    bochs.py --serial FILE IMAGE
"""
import argparse
import re
import signal
import subprocess
import sys
from pathlib import Path

SHOWN = 20  # lines of the serial line, the last ones

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
com1: enabled=1, mode={mode}, dev={serial}
speaker: enabled=0
log: {log}
panic: action=fatal
"""


def bochs_command(image, serial, folder):
    """The command for it, its serial line a file or a terminal (/dev/…); configuration and log lie in `folder`."""
    mode = "term" if str(serial).startswith("/dev/") else "file"
    configuration, go_on = folder / "bochsrc", folder / "bochs.go"
    configuration.write_text(MACHINE.format(image=image, mode=mode, serial=serial, log=folder / "bochs.log"))
    go_on.write_text("continue\n")
    return ["bochs", "-q", "-f", str(configuration), "-rc", str(go_on)]


def said_last(path):
    """The last lines of a file that a machine has written, as a terminal shows them."""
    lines = path.read_text(encoding="utf-8", errors="replace").replace("\r", "").splitlines()
    return "\n".join(lines[-SHOWN:])


def main():
    parser = argparse.ArgumentParser(description="Boots a disk image in Bochs.")
    parser.add_argument("--serial", type=Path, required=True, help="where the first serial line goes")
    parser.add_argument("image", type=Path)
    options = parser.parse_args()
    folder = options.image.resolve().parent
    log, noise = folder / "bochs.log", folder / "bochs.err"
    for path in (log, options.serial):  # what an earlier run has left
        path.write_text("")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for Bochs, which handles it
    with noise.open("w", encoding="utf-8") as stream:
        status = subprocess.run(bochs_command(options.image.resolve(), options.serial, folder), stderr=stream).returncode
    print(said_last(options.serial))
    logged = log.read_text(errors="replace")
    panics = [line for line in re.findall(r"^\d+p(\[.*)", logged, re.MULTILINE) if "shutdown requested" not in line]
    if logged and not panics:
        return 0  # by the kernel's will, or by hand: Bochs calls no end a good one
    print("\n".join(panics) or f"Bochs ended with status {status}:\n{said_last(noise)}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
