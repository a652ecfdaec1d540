"""A host whose own gcc makes no x86-64 ELF: its commands are this one's, but those of binutils and gcc, which say that
they are for another processor and do no work. Beside them stand cross compilers, or none.

As a program: its last line is `N passed, N failed`. Arguments name the tests to run.
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from course import ROOT
from own_tests import run_named, said

BINUTILS = ("addr2line", "ar", "as", "gdb", "ld", "nm", "objcopy", "objdump", "ranlib", "readelf")
FOREIGN = """#!/bin/sh
test "$*" = -dumpmachine && echo aarch64-linux-gnu && exit
echo "$0: makes no x86-64 ELF" >&2
exit 1
"""
# Its gcc finds the assembler by PATH.
CROSS = "#!/bin/sh\nPATH={path}\nexec {command} {options} \"$@\"\n"
# What a bare-metal gcc has not: a system, its headers, its libraries.
BARE = "-nostdinc -isystem {headers} -U__linux__ -U__linux -Ulinux -U__unix__ -U__unix -Uunix -nostdlib"


def write_command(path, text):
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def make_host(folder, prefix=""):
    """A folder with the commands of such a host, and where it has a prefix its cross compiler; it is the whole PATH."""
    commands = folder / "commands"
    commands.mkdir()
    for place in map(Path, os.environ["PATH"].split(":")):
        for path in place.iterdir() if place.is_dir() else ():
            if not path.name.startswith("x86_64-") and not os.path.lexists(commands / path.name):
                (commands / path.name).symlink_to(path)
    headers = subprocess.run(["gcc", "-print-file-name=include"], check=True, stdout=subprocess.PIPE, text=True).stdout
    for name in ("gcc", "cc", "clang", *BINUTILS):
        write_command(commands / name, FOREIGN)
        if prefix and shutil.which(name) and name not in ("cc", "clang"):
            options = BARE.format(headers=headers.strip()) if (name, prefix) == ("gcc", "x86_64-elf-") else ""
            write_command(commands / f"{prefix}{name}",
                          CROSS.format(path=os.environ["PATH"], command=shutil.which(name), options=options))
    return commands


def copy_tree(folder):
    """What git tracks here, as it stands."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], check=True, stdout=subprocess.PIPE, text=True).stdout
    for path in filter(None, listed.split("\0")):
        target = folder / "tree" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, target)
    return folder / "tree"


def make(tree, commands, *arguments):
    """(exit status, what was said) of make on that host."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    environment.pop("CROSS", None)
    done = subprocess.run(["make", *arguments], cwd=tree, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, env={**environment, "PATH": str(commands)})
    return done.returncode, done.stdout


def built_and_booted(folder, prefix):
    """Lab 1: kernel, boot sector and loader; the test finds names and lines in the table of symbols."""
    tree, commands = copy_tree(folder), make_host(folder, prefix)
    said(make(tree, commands, "qemu", "LAB=1", "TEST=backtrace_names"), 0, "CC    lab1-boot/given/boot/load.c (loader)",
         "passed: backtrace_names")
    said(make(tree, commands, "kernel-path", "LAB=1"), 0, f"/{prefix}gcc/")
    return tree, commands


def test_bare_metal(folder):
    built_and_booted(folder, "x86_64-elf-")


def test_linux(folder):
    """With Debian's gdb for other processors, too."""
    tree, commands = built_and_booted(folder, "x86_64-linux-gnu-")
    gdb = CROSS.format(path=os.environ["PATH"], command=shutil.which("gdb"), options="")
    write_command(commands / "gdb-multiarch", gdb)
    said(make(tree, commands, "gdb", "LAB=1", "TEST=backtrace_names"), 0, "breakpoint 1, test_backtrace_names ()")


def test_none(folder):
    """Nothing is built, and the package is named, to a person who may not install it and where nothing installs."""
    commands = make_host(folder)
    write_command(commands / "id", "#!/bin/sh\necho 1000\n")
    said(make(ROOT, commands, "disk", "LAB=1"), 2, "please type:  sudo apt-get install", " gcc-x86-64-linux-gnu",
         " binutils-x86-64-linux-gnu")
    (commands / "apt-get").unlink()
    said(make(ROOT, commands, "disk", "LAB=1"), 2, "missing: x86_64-linux-gnu-ld x86_64-linux-gnu-gcc, ",
         " gcc-x86-64-linux-gnu", "x86_64-elf-gcc is found, too")


if __name__ == "__main__":
    sys.exit(run_named("cross", [test_bare_metal, test_linux, test_none], sys.argv[1:]))
