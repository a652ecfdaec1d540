"""`make bochs`: the disk image in Bochs, which executes one instruction after the other, with a debugger of its own.

Its screen and keyboard are the terminal's, its serial line goes to a file (--serial FILE) or a terminal (--serial
/dev/…). Written for the Bochs of Debian, which has a debugger: it is told to go on; Ctrl-C comes back to it.

    bochs.py --serial PATH IMAGE
"""
import argparse
import os
from pathlib import Path

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
    """The command for it; its configuration and its log lie in `folder`."""
    mode = "term" if str(serial).startswith("/dev/") else "file"
    configuration, go_on = folder / "bochsrc", folder / "bochs.go"
    configuration.write_text(MACHINE.format(image=image, mode=mode, serial=serial, log=folder / "bochs.log"))
    go_on.write_text("continue\n")
    return ["bochs", "-q", "-f", str(configuration), "-rc", str(go_on)]


def main():
    parser = argparse.ArgumentParser(description="Boots a disk image in Bochs.")
    parser.add_argument("--serial", type=Path, required=True, help="where the first serial line goes")
    parser.add_argument("image", type=Path)
    options = parser.parse_args()
    command = bochs_command(options.image.resolve(), options.serial, options.image.resolve().parent)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
