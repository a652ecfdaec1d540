"""Races: the kernel's own code on threads of the host, under ThreadSanitizer.

    race.py [--tree DIR] [--lab N] [CC …]    all tests with each compiler, or those that judge lab N;
                                             the exercise files of DIR instead of solutions/

A test is a file *_race.c here; host.c stands in for what lies under the code. `make grade` runs those that a lab's list
names by Test(…, host="race"): grade/races.py.
"""
import argparse
import ctypes
import os
import resource
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
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

# What each test links besides itself and host.c: given files; the exercise files that it judges; and others.
SOURCES = {
    "page_race": (*CORES, *PAGES),
    "page_twice_race": (*CORES, *PAGES),
    "segment_race": (*CORES, *PAGES, *OBJECTS, *SEGMENTS),
    "share_race": (*CORES, *BLOCKS, *OBJECTS, *SHARES),
    "queue_race": (*CORES, "lab2-segments/given/queue_lock.c"),
    "account_race": (*CORES, *BLOCKS, *OBJECTS, *SHARES),
    "mcs_race": CORES,
    "rw_race": (*CORES, "lab5-cores/given/rw_lock.c"),
}
EXERCISES = {
    "page_race": ("lab1-boot/page_list.c",),
    "page_twice_race": ("lab1-boot/page_list.c",),
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
BESIDE = {
    "segment_race": ("lab1-boot/page_list.c",),
    "account_race": ("lab3-shares/share_find.c", "lab3-shares/share_insert.c", "lab3-shares/share_remove.c",
                     "lab3-shares/object_drop.c"),
}
# limbo.c's fence is one that the sanitizer does not know; the exchanges beside it order enough for it.
FLAGS = ("-std=gnu17", "-O1", "-g", "-fsanitize=thread", "-ffunction-sections", "-pthread",
         "-include", str(HERE / "host_turns.h"), "-Wl,--gc-sections", f"-Wl,-T,{HERE / 'host.ld'}",
         f"-fmacro-prefix-map={ROOT}/=", "-DDEBUG", "-Wall", "-Wextra", "-Werror",
         "-Wno-unused-parameter", "-Wno-unused-function", "-Wno-unused-variable", "-fno-builtin")
COMPILERS = ("gcc", "clang")
PROBE = """#ifndef __x86_64__
#error "makes no programs for x86-64"
#endif
int main(void) { return 0; }
"""
SECONDS = 120       # of processor time, all threads together
WALL_CAP = 5        # the wall clock's cap, in those: a crowded host changes no verdict
ADDR_NO_RANDOMIZE = 0x40000  # personality(2)


@dataclass(frozen=True)
class Ran:
    """What became of a test: what the compiler said where it failed, else the program's status (None: it took too
    long) and what it said."""
    built: str = ""
    status: int = None
    said: str = ""

    @property
    def trouble(self):
        """'' where the test has passed."""
        if self.built or self.status is None:
            return self.built or f"not done after {SECONDS} seconds of processor time\n{self.said}"
        return "" if self.status == 0 else self.said or f"ended with {self.status}"


def prepare():
    """In the process that becomes the program. No random addresses, where that is allowed: some sanitizers lose their
    way among them. And its limit."""
    ctypes.CDLL(None).personality(ADDR_NO_RANDOMIZE)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))


def run_program(program):
    """(its status, None if it took too long; what it said)."""
    environment = {**os.environ, "TSAN_OPTIONS": "halt_on_error=1"}
    try:
        ran = subprocess.run([program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True, errors="replace", env=environment, preexec_fn=prepare, timeout=SECONDS * WALL_CAP)
    except subprocess.TimeoutExpired:
        return None, ""
    late = ran.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
    return None if late else ran.returncode, ran.stdout


def compile_program(compiler, sources, program, flags=FLAGS):
    """'' where that went well, else what the compiler said."""
    more = ["-Wno-tsan"] if "gcc" in compiler else ["-fuse-ld=bfd"]
    includes = [f"-I{ROOT / lab / part}" for lab in LABS for part in ("", "given", "given/abi")]
    try:
        built = subprocess.run([compiler, *flags, *more, *includes, f"-I{HERE}", *sources, "-o", program],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace")
    except OSError as error:
        return f"{error.strerror}: {compiler}"
    return built.stdout or f"{compiler} failed" if built.returncode else ""


def run_race(test, compiler, exercises, folder):
    """One test, with `exercises` (the paths of its exercise files, those beside it as well); its program is made in
    `folder`."""
    program = Path(folder) / test
    for path in exercises:
        if not path.is_file():
            return Ran(built=f"{path.parent.name}/{path.name}: there is no such file")
    sources = [HERE / f"{test}.c", HERE / "host.c", *(ROOT / name for name in SOURCES[test]), *exercises]
    built = compile_program(compiler, sources, program)
    return Ran(built=built) if built else Ran("", *run_program(program))


@lru_cache(maxsize=None)
def find_compiler():
    """(the first compiler that has ThreadSanitizer here, ''), or (None, why there is none)."""
    reasons = []
    with tempfile.TemporaryDirectory(prefix="corey-race-") as folder:
        source, program = Path(folder) / "probe.c", Path(folder) / "probe"
        source.write_text(PROBE)
        for compiler in COMPILERS:
            said = compile_program(compiler, [source], program, ("-fsanitize=thread", "-pthread"))
            if not said:
                try:
                    status, said = run_program(program)
                except OSError as error:  # another machine's program
                    status, said = 1, error.strerror
                if status == 0:
                    return compiler, ""
            reasons.append(f"{compiler}: {(said.strip().splitlines() or ['its programs do not run'])[0]}")
    return None, "; ".join(reasons)


def linked(test):
    """The exercise files that a test links: those that it judges, and others."""
    return (*EXERCISES[test], *BESIDE.get(test, ()))


def lab_of(test):
    """The lab whose exercises a test judges: the last of them; 0: none."""
    return max((int(name[len("lab")]) for name in EXERCISES[test]), default=0)


def tests_of(lab):
    """The tests of the labs that this tree has, or of one of them."""
    return sorted(test for test in SOURCES if lab in (None, lab_of(test))
                  and all((ROOT / name).is_file() for name in (f"grade/race/{test}.c", *SOURCES[test])))


def race_results(compilers=("gcc",), tree=None, lab=None):
    """(name, passed, detail) of each test, or those of one lab, with each compiler. Of `tree` are the files that a test
    judges; others are the solutions, where this tree has them."""
    judged = Path(tree) if tree else ROOT / "solutions"
    with tempfile.TemporaryDirectory(prefix="corey-race-") as folder:
        for test in tests_of(lab):
            exercises = [judged / name for name in EXERCISES[test]]
            exercises += [path if path.is_file() else judged / name for name in BESIDE.get(test, ())
                          for path in [ROOT / "solutions" / name]]
            for compiler in compilers:
                detail = run_race(test, compiler, exercises, folder).trouble
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
