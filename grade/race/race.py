"""Races: the kernel's own code on threads of the host, under ThreadSanitizer.

    race.py [--tree DIR] [CC …]      all tests with each compiler; the exercise files of DIR instead of solutions/

A test is a file *_race.c here; host.c stands in for what lies under the code.
"""
import argparse
import ctypes
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LABS = ("lab1-boot", "lab2-segments", "lab3-shares")
SOURCES = {
    "share_race": ("lab1-boot/given/core.c", "lab1-boot/given/limbo.c", "lab1-boot/given/lock.c",
                   "lab2-segments/given/object.c", "lab2-segments/given/object_types.c",
                   "lab3-shares/given/account.c", "lab3-shares/given/share.c",
                   "lab3-shares/given/share_table.c"),
}
EXERCISES = {
    "share_race": ("lab3-shares/share_find.c", "lab3-shares/share_insert.c",
                   "lab3-shares/share_remove.c", "lab3-shares/object_drop.c",
                   "lab3-shares/account_charge.c"),
}
# limbo.c's fence is one that the sanitizer does not know; the exchanges beside it order enough for it.
FLAGS = ("-std=gnu17", "-O1", "-g", "-fsanitize=thread", "-ffunction-sections", "-pthread",
         "-Wl,--gc-sections", f"-Wl,-T,{HERE / 'host.ld'}", "-Wall", "-Wextra", "-Werror",
         "-Wno-unused-parameter", "-Wno-unused-function", "-Wno-unused-variable", "-fno-builtin")
SECONDS = 120
ADDR_NO_RANDOMIZE = 0x40000  # personality(2)


def fix_addresses():
    """No random addresses, where that is allowed: some sanitizers lose their way among them."""
    ctypes.CDLL(None).personality(ADDR_NO_RANDOMIZE)


def run_race(test, compiler, exercises, folder):
    """'' when the test passed, else what was seen."""
    program = Path(folder) / test
    sources = [HERE / f"{test}.c", HERE / "host.c", *(ROOT / name for name in SOURCES[test]),
               *(exercises / name for name in EXERCISES[test])]
    includes = [f"-I{ROOT / lab / part}" for lab in LABS for part in ("", "given", "given/abi")]
    more = ["-Wno-tsan"] if "gcc" in compiler else ["-fuse-ld=bfd"]
    built = subprocess.run([compiler, *FLAGS, *more, *includes, f"-I{HERE}", *sources, "-o", program],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if built.returncode:
        return built.stdout
    environment = {**os.environ, "TSAN_OPTIONS": "halt_on_error=1"}
    try:
        ran = subprocess.run([program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             env=environment, preexec_fn=fix_addresses, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"not done after {SECONDS} seconds"
    return "" if ran.returncode == 0 else ran.stdout or f"ended with {ran.returncode}"


def race_results(compilers=("gcc",), tree=None):
    """(name, passed, detail) of each test and compiler."""
    exercises = Path(tree) if tree else ROOT / "solutions"
    with tempfile.TemporaryDirectory(prefix="corey-race-") as folder:
        for test in sorted(SOURCES):
            for compiler in compilers:
                detail = run_race(test, compiler, exercises, folder)
                yield f"{test} with {compiler}", not detail, detail


def main():
    parser = argparse.ArgumentParser(description="Races, found by ThreadSanitizer.")
    parser.add_argument("compilers", nargs="*", default=["gcc"])
    parser.add_argument("--tree")
    options = parser.parse_args()
    results = list(race_results(options.compilers, options.tree))
    for name, good, detail in results:
        print(f"{'passed' if good else 'FAILED'}: {name}" + (f"\n{detail}" if detail else ""))
    return 0 if all(good for _, good, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
