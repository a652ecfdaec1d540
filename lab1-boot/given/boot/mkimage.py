#!/usr/bin/env python3
"""Writes the disk image that boot.asm and loader.asm boot.

    mkimage.py OUT boot.bin loader.bin kernel.elf [--cmdline TEXT] [NAME=PATH ...]

The image is the boot sector, the loader, a directory, the kernel and the modules, each file from a new page; layout.inc
and boot_info.inc have the same numbers. OUT appears whole or not at all.
"""

import argparse
import os
import shutil
import struct
import sys
import tempfile

SECTOR = 512
PAGE = 4096
IMAGE_UNIT = 1 << 20  # a BIOS reads the boot sector by cylinder, head and sector: a disk needs a cylinder or more
LOADER_SECTORS = 31
DIRECTORY_BYTES = 8 * SECTOR
MODULE_MAX = 54
COMMAND_BYTES = 512
NAME_BYTES = 48

HEADER = struct.Struct(f"<8sI4x{COMMAND_BYTES}s48x")
RECORD = struct.Struct(f"<{NAME_BYTES}sQQ")


def text(value, size, what):
    """The bytes of a string, if they and a final NUL fit."""
    data = value.encode()
    if len(data) >= size or b"\0" in data:
        sys.exit(f"mkimage: {what} must have at most {size - 1} bytes and no NUL: {value}")
    return data


def module(argument):
    """Splits NAME=PATH."""
    name, equals, path = argument.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"not NAME=PATH: {argument}")
    return name, path


def pad(out, unit):
    out.write(bytes(-out.tell() % unit))


def image_write(out, options):
    """Writes the image: the directory, for which room is left, last."""
    with open(options.boot, "rb") as boot, open(options.loader, "rb") as loader:
        front = boot.read(), loader.read()
    if len(front[0]) != SECTOR or len(front[1]) > LOADER_SECTORS * SECTOR:
        sys.exit("mkimage: boot sector or loader is larger than layout.inc says")
    out.write(front[0] + front[1].ljust(LOADER_SECTORS * SECTOR, b"\0"))
    directory = out.tell()
    out.write(bytes(DIRECTORY_BYTES))

    records = []
    for name, path in [("kernel", options.kernel), *options.modules]:
        pad(out, PAGE)
        start = out.tell()
        with open(path, "rb") as file:
            shutil.copyfileobj(file, out, 1 << 20)
        records.append(RECORD.pack(text(name, NAME_BYTES, "a name"), start // SECTOR, out.tell() - start))
    pad(out, IMAGE_UNIT)

    out.seek(directory)
    out.write(HEADER.pack(b"COREYDIR", len(records), text(options.cmdline, COMMAND_BYTES, "the command line")))
    out.write(b"".join(records))


def main():
    parser = argparse.ArgumentParser(description="Writes a disk image that boots the kernel.")
    parser.add_argument("out")
    parser.add_argument("boot")
    parser.add_argument("loader")
    parser.add_argument("kernel")
    parser.add_argument("--cmdline", default="", help="what the kernel is told")
    parser.add_argument("modules", nargs="*", type=module, metavar="NAME=PATH")
    options = parser.parse_intermixed_args()
    if len(options.modules) > MODULE_MAX:
        sys.exit(f"mkimage: {len(options.modules)} modules, at most {MODULE_MAX}")
    names = [name for name, _ in options.modules]
    for name in names:
        if names.count(name) > 1:
            sys.exit(f"mkimage: two modules named {name}")

    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(options.out) or ".", prefix=".image-")
    try:
        with os.fdopen(handle, "wb") as out:
            image_write(out, options)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.rename(temporary, options.out)
    except OSError as error:
        sys.exit(f"mkimage: {error}")
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


if __name__ == "__main__":
    main()
