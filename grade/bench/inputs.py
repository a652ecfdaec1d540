"""What the experiments read: a real book, and the words that the paper's index was measured on.

An input is rewritten only when its bytes differ, so that what is built from it is not built again.
Run as a program it makes them all and prints them as the boot modules that they become, NAME=PATH.
"""
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "bench"
BIBLE_FOLDER = "/usr/lib"  # bible looks for its data where it is started
VERSE = re.compile(rb"\d?[A-Za-z]+\d+:\d+ ")
WORDS_BYTES = 64 << 20


def write_input(name, content):
    """The path of an input with this content."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / name
    if not path.exists() or path.read_bytes() != content:
        new = path.with_name(f"{name}.{os.getpid()}")
        new.write_bytes(content)
        new.replace(path)
    return path


def make_book():
    """The King James Bible, a verse a line, as the program of the package bible-kjv prints it: all
    verses asked for at once, without its banner and its prompt."""
    printed = subprocess.run(["bible", "-f", "gen1:1-rev22:21"], cwd=BIBLE_FOLDER, check=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout
    verses = [line for line in printed.splitlines(keepends=True) if VERSE.match(line)]
    if not verses or not verses[-1].startswith(b"Rev22:21 "):
        raise RuntimeError("bible -f did not print the book to its end")
    return write_input("kjv.txt", b"".join(verses))


def make_words(compiler, name="words.txt", size=WORDS_BYTES):
    """Generated words (words.c), `size` bytes of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = FOLDER / f"words.{os.getpid()}"
    try:
        subprocess.run([compiler, "-std=gnu17", "-O2", "-o", program, ROOT / "grade/bench/words.c"],
                       check=True)
        printed = subprocess.run([program, str(size)], check=True, stdout=subprocess.PIPE)
    finally:
        program.unlink(missing_ok=True)
    return write_input(name, printed.stdout)


def make_inputs():
    """The paths of all inputs."""
    return [make_book(), make_words(os.environ.get("CC", "gcc"))]


def boot_modules(paths):
    """The inputs as the variable MODULES of the Makefile names them."""
    return " ".join(f"/books/{path.name}={path}" for path in paths)


if __name__ == "__main__":
    print(boot_modules(make_inputs()))
