"""Kernels: one `make disk` each, named by the variables that make knows.

Building is done under a lock of the tree, so that two gradings never write the same objects. make's
own environment is not handed on: variables of the target that called us would reach the kernel.
"""
import fcntl
import os
import re
import subprocess
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from course import ROOT, labs

BUILD = ROOT / "build" / "grade"
IMAGE = re.compile(r"^/.*\.(img|iso)$")
NO_FILE = re.compile(r"No rule to make target '[^']*?/(lab[1-7]-\w+/\w+)\.(?:o|c|asm)'")
ERROR = re.compile(r"(error:|undefined reference|multiple definition|cannot find|\*\*\*)")
NOT_HANDED_ON = ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MAKEFILES", "GNUMAKEFLAGS",
                 "LAB", "TEST", "TREE", "EX", "OWN", "BASE", "RUN", "BOOT", "JSON", "JUNIT", "SEED",
                 "MODULES")


@dataclass(frozen=True)
class Kernel:
    """Which kernel: the lab, whose exercise files (reference, own, all), and with `own` perhaps
    only those of one exercise, perhaps from another tree; what boots it, as BOOT of the Makefile."""
    lab: int
    base: str = "reference"
    exercise: str = ""
    tree: str = ""
    mode: str = ""
    boot: str = ""

    @property
    def variables(self):
        named = {"LAB": self.lab, "BASE": self.base, "EX": self.exercise, "TREE": self.tree,
                 "MODE": self.mode, "BOOT": self.boot}
        return [f"{name}={value}" for name, value in named.items() if value]


@dataclass(frozen=True)
class Built:
    """A built image, or the compiler's first error."""
    image: Path = None
    error: str = ""


@contextmanager
def locked(name):
    """Holds the lock file `name` of this tree's build folder."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / name, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run_make(*arguments):
    """make at the top of the tree, quietly; its completed process with what it said."""
    environment = {k: v for k, v in os.environ.items() if k not in NOT_HANDED_ON}
    jobs = len(os.sched_getaffinity(0))
    return subprocess.run(["make", "-sk", "--no-print-directory", f"-j{jobs}", *arguments],
                          cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace")


def missing_files(text):
    """What make says of sources that it does not find, or of their objects, in words: the exercise files, a line each."""
    sources = {f"{lab.folder}/{name}" for lab in labs() for name in lab.files}
    objects = set(NO_FILE.findall(text))
    return [f"{name}: there is no such file" for name in sorted(sources) if name.rsplit(".", 1)[0] in objects]


def first_error(text):
    """The first error that a build's output names, in the first of the files that have any (make
    compiles several at once, in no certain order); else the exercise file that is not there; else its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wrong = [line for line in lines if ERROR.search(line)]
    blamed = [line for line in wrong if "***" not in line] or missing_files(text) or wrong or lines[-1:]
    first = min(blamed, key=lambda line: line.split(":")[0], default="make failed and said nothing")
    return re.sub(rf"{re.escape(str(BUILD))}/submissions/\w+/", "", first).replace(f"{ROOT}/", "")


def make_kernel(kernel):
    """Builds one kernel's image; the tree's lock is held."""
    made = run_make("disk", "image-path", *kernel.variables)
    if made.returncode:
        return Built(error=first_error(made.stdout))
    images = [Path(line) for line in made.stdout.splitlines() if IMAGE.match(line)]
    if not images or not images[0].is_file():
        return Built(error=f"make image-path names no image: {first_error(made.stdout)}")
    return Built(image=images[0])


def build_kernels(kernels, progress):
    """Builds each kernel of the list once: {kernel: Built}; progress(done, total, kernel).

    What all kernels of a lab and mode have in common is built first, alone. After that two kernels
    write the same files only if they take exercise files from the same tree: other trees go side by
    side."""
    wanted = list(dict.fromkeys(kernels))
    trees = defaultdict(list)
    for kernel in wanted:
        trees[kernel.tree].append(kernel)
    built = {}

    def build_tree(kernels_of_tree):
        for kernel in kernels_of_tree:
            progress(len(built), len(wanted), kernel)
            built[kernel] = make_kernel(kernel)

    with locked("make.lock"):
        if len(trees) == 1:
            build_tree(wanted)
            return built
        for lab, mode in dict.fromkeys((kernel.lab, kernel.mode) for kernel in wanted):
            make_kernel(Kernel(lab, mode=mode))
        pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)))
        try:
            list(pool.map(build_tree, trees.values()))
        finally:
            pool.shutdown(cancel_futures=True)
    return built


@contextmanager
def run_folder():
    """A folder for one grading's machines: build/grade/run, or run-2 … while others hold that."""
    BUILD.mkdir(parents=True, exist_ok=True)
    for number in range(1, 1000):
        folder = BUILD / ("run" if number == 1 else f"run-{number}")
        with open(f"{folder}.lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield folder
            return
    raise RuntimeError("too many gradings at once in this tree")
