"""Races: the kernel's own code on threads of the host, under ThreadSanitizer.

    race.py [--tree DIR] [--lab N] [CC …]    all tests with each compiler, or those that judge lab N;
                                             the exercise files of DIR instead of solutions/

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
LABS = ("lab1-boot", "lab2-segments", "lab3-shares", "lab4-addrtree", "lab5-cores")
CORES = ("lab1-boot/given/core.c", "lab1-boot/given/limbo.c", "lab1-boot/given/lock.c")
BLOCKS = ("grade/race/host_blocks.c",)
PAGES = ("grade/race/host_pages.c", "lab1-boot/given/page.c",
         "lab1-boot/given/page_steal.c")
OBJECTS = ("lab2-segments/given/object.c", "lab2-segments/given/object_types.c",
           "lab2-segments/given/queue_lock.c")
SEGMENTS = ("lab2-segments/given/segment.c", "lab2-segments/given/segment_tree.c",
            "lab2-segments/given/slab.c")
SHARES = ("lab3-shares/given/account.c", "lab3-shares/given/account_spend.c", "lab3-shares/given/share.c",
          "lab3-shares/given/share_table.c")

# What each test links besides itself and host.c, and the exercise files that it judges.
SOURCES = {
    "page_race": (*CORES, *PAGES),
    "segment_race": (*CORES, *PAGES, "solutions/lab1-boot/page_list.c", *OBJECTS, *SEGMENTS),
    "share_race": (*CORES, *BLOCKS, *OBJECTS, *SHARES),
    "queue_race": (*CORES, "lab2-segments/given/queue_lock.c"),
    "account_race": (*CORES, *BLOCKS, *OBJECTS, *SHARES, "solutions/lab3-shares/share_find.c",
                     "solutions/lab3-shares/share_insert.c", "solutions/lab3-shares/share_remove.c",
                     "solutions/lab3-shares/object_drop.c"),
    "mcs_race": CORES,
    "rw_race": (*CORES, "lab5-cores/given/rw_lock.c"),
}
EXERCISES = {
    "page_race": ("lab1-boot/page_list.c",),
    "segment_race": ("lab2-segments/segment_page.c", "lab2-segments/segment_resize.c",
                     "lab2-segments/segment_copy_eager.c", "lab2-segments/segment_copy_write.c",
                     "lab2-segments/segment_copy_reference.c"),
    "share_race": ("lab3-shares/share_find.c", "lab3-shares/share_insert.c",
                   "lab3-shares/share_remove.c", "lab3-shares/object_drop.c",
                   "lab3-shares/account_charge.c"),
    "queue_race": (),  # a given file
    "account_race": ("lab3-shares/account_charge.c",),
    "mcs_race": ("lab5-cores/mcs_lock.c",),
    "rw_race": ("lab5-cores/mcs_lock.c",),
}
# limbo.c's fence is one that the sanitizer does not know; the exchanges beside it order enough for it.
FLAGS = ("-std=gnu17", "-O1", "-g", "-fsanitize=thread", "-ffunction-sections", "-pthread",
         "-include", str(HERE / "host_turns.h"), "-Wl,--gc-sections", f"-Wl,-T,{HERE / 'host.ld'}",
         "-DDEBUG", "-Wall", "-Wextra", "-Werror",
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


def lab_of(test):
    """The lab whose exercises a test judges: the last of them; 0: none."""
    return max((int(name[len("lab")]) for name in EXERCISES[test]), default=0)


def tests_of(lab):
    """The tests of the labs that this tree has, or of one of them."""
    return sorted(test for test in SOURCES if lab in (None, lab_of(test))
                  and all((ROOT / name).is_file() for name in SOURCES[test]))


def race_results(compilers=("gcc",), tree=None, lab=None):
    """(name, passed, detail) of each test, or those of one lab, with each compiler."""
    exercises = Path(tree) if tree else ROOT / "solutions"
    with tempfile.TemporaryDirectory(prefix="corey-race-") as folder:
        for test in tests_of(lab):
            for compiler in compilers:
                detail = run_race(test, compiler, exercises, folder)
                yield f"{test} with {compiler}", not detail, detail


def main():
    parser = argparse.ArgumentParser(description="Races, found by ThreadSanitizer.")
    parser.add_argument("compilers", nargs="*", default=["gcc"])
    parser.add_argument("--tree")
    parser.add_argument("--lab", type=int)
    options = parser.parse_args()
    results = list(race_results(options.compilers, options.tree, options.lab))
    for name, good, detail in results:
        print(f"{'passed' if good else 'FAILED'}: {name}" + (f"\n{detail}" if detail else ""))
    return 0 if all(good for _, good, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
