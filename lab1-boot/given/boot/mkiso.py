#!/usr/bin/env python3
"""Writes an ISO image from which GRUB boots the kernel: as a CD or as a disk, on a BIOS and on UEFI.

    mkiso.py OUT kernel.elf [--cmdline TEXT] [NAME=PATH ...]

The same kernel and modules as on the disk that mkimage.py writes. OUT appears whole or not at all.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

from mkimage import module

# On UEFI pixels, as the kernel's header prefers them: there is nothing else. On a BIOS VGA text.
CONFIGURATION = """\
set timeout=0
menuentry Corey {{
    multiboot2 /corey/kernel {command}
    if [ "$grub_platform" = efi ]; then insmod all_video; else set gfxpayload=text; fi
{modules}}}
"""


def quote(text):
    """A word of GRUB's language that stands for just this text."""
    return "'" + text.replace("'", "'\\''") + "'"


def tree_write(folder, options):
    """What the ISO holds: files by number, since names of modules are paths of the kernel's own."""
    os.makedirs(os.path.join(folder, "boot", "grub"))
    os.makedirs(os.path.join(folder, "corey"))
    shutil.copyfile(options.kernel, os.path.join(folder, "corey", "kernel"))
    lines = ""
    for number, (name, path) in enumerate(options.modules):
        shutil.copyfile(path, os.path.join(folder, "corey", str(number)))
        lines += f"    module2 /corey/{number} {quote(name)}\n"
    command = " ".join(map(quote, options.cmdline.split()))
    with open(os.path.join(folder, "boot", "grub", "grub.cfg"), "w") as file:
        file.write(CONFIGURATION.format(command=command, modules=lines))


def main():
    parser = argparse.ArgumentParser(description="Writes an ISO image that boots the kernel.")
    parser.add_argument("out")
    parser.add_argument("kernel")
    parser.add_argument("--cmdline", default="", help="what the kernel is told")
    parser.add_argument("modules", nargs="*", type=module, metavar="NAME=PATH")
    options = parser.parse_intermixed_args()
    with tempfile.TemporaryDirectory(dir=os.path.dirname(options.out) or ".", prefix=".iso-") as folder:
        tree_write(os.path.join(folder, "tree"), options)
        made = os.path.join(folder, "iso")
        run = subprocess.run(["grub-mkrescue", "--compress=no", "--locales=", "--fonts=", "--themes=", "-o", made,
                              os.path.join(folder, "tree"), "--", "-volid", "COREY"],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode or not os.path.exists(made):
            sys.exit(f"mkiso: grub-mkrescue failed:\n{run.stdout}")
        os.rename(made, options.out)


if __name__ == "__main__":
    main()
