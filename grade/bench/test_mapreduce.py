"""Tests MapReduce on Linux threads and on Corey: every answer whole against answers.py; `test_mapreduce.py [NAME …]`.

Runs the tests named, or all, says what failed, and ends with `N passed, N failed`; the exit status
is 0 only when nothing failed.
"""
import os
import random
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "grade"))

from answers import answers, places_of
from inputs import FOLDER
from machine import run_jobs
from markers import render_exercise
from own_tests import run_named
from progress import Progress
from systems import Corey, run_of

SOLUTION = ROOT / "solutions" / "lab7-libos"
PROGRAMS = ("wc", "wri")
UNITS = ("emit", "reduce", "job")
CORES = (1, 2, 3, 4, 8)
COREY_CORES = (1, 2, 4)
MIB = 1 << 20

# Wrong solutions: what the author believed, the solution's text, how often it stands there, what replaces it, and the
# unit test that must notice.
WRONG = (
    ("one table that all cores share is as good", "&worker->row[", 1, "&worker->job->workers[0].row[", "emit"),
    ("a key is in one row, since it has one column", "row < job->cores", 3, "row < 1", "reduce"),
    ("rows are alike: what stands at the same place is the same key",
     "key_compare(&entry->key, least) == 0", 1, "true", "reduce"),
)


class Failure(Exception):
    """What a test saw, in words."""


def build(folder, *variables):
    """Builds the programs for Linux into the folder."""
    made = subprocess.run(["make", "-s", "-f", ROOT / "grade/linux/linux.mk", f"LINUX_OUT={folder}",
                           *variables], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode:
        raise Failure(f"does not build: {made.stdout.strip()}")
    return folder


def run(program, *arguments, cores=1, bytes_limit=None):
    """Runs one program; (status, standard output, standard error)."""
    def limit():
        if bytes_limit:
            resource.setrlimit(resource.RLIMIT_AS, (bytes_limit, bytes_limit))
    environment = dict(os.environ, CORES=str(cores), RESULTS="/dev/null")
    ran = subprocess.run([program, *arguments], env=environment, preexec_fn=limit,
                         capture_output=True, timeout=300)
    return ran.returncode, ran.stdout.decode(), ran.stderr.decode()


def check_answer(what, name, path, seen):
    """The lines that a program printed for a text must be the right ones, all of them."""
    expected = list(answers(name, places_of(path.read_bytes())))
    if seen != expected:
        at = next((i for i, (a, b) in enumerate(zip(seen, expected)) if a != b),
                  min(len(seen), len(expected)))
        raise Failure(f"{what}: line {at + 1}: expected {''.join(expected[at:at + 1])[:80]!r}, "
                      f"seen {''.join(seen[at:at + 1])[:80]!r}")


def compare(folder, name, path, cores):
    """Runs one of the programs on a text and compares its answer whole."""
    what = f"{name} {path.name} on {cores} cores"
    status, said, wrong = run(folder / name, path, cores=cores)
    if status != 0:
        raise Failure(f"{what}: status {status}: {wrong[:2000]}")
    if said and not said.endswith("\n"):
        raise Failure(f"{what}: the last line has no end")
    check_answer(what, name, path, said.splitlines())


def random_text(seed, letters, size, longest):
    """Seeded words of 1 to `longest` of these letters, between bytes of every other kind."""
    chance = random.Random(seed)
    text = bytearray()
    while len(text) < size:
        text += bytes(chance.choices(letters, k=chance.randint(1, longest)))
        text += bytes(chance.choices(b" \n.,'0189@[`{\x00\x7f\xc3\xa9\xff", k=chance.choice((1, 1, 1, 2, 40))))
    return bytes(text)


def texts(folder):
    """Writes the inputs; their paths."""
    everything = random.Random(7)
    inputs = {
        "empty": b"",
        "letter": b"q",
        "no-letters": b"\x00 12\xc3\xa9\n" * 2000,
        "equal": b"Same " * 60_000,
        "word-1MiB": b"Xy" * (MIB // 2),
        "words-1MiB": b"a " + b"k" * MIB + b" " + b"K" * MIB + b"\xff" + b"k" * (MIB + 1) + b" b",
        "every-byte": bytes(everything.choices(range(256), k=300_000)),
        "few-keys": random_text(1, b"abAB", 300_000, 3),
        "long-alike": random_text(2, b"aA", 300_000, 40),
        "many-keys": random_text(3, bytes(range(65, 91)) + bytes(range(97, 123)), 400_000, 12),
    }
    for name, text in inputs.items():
        (folder / name).write_bytes(text)
    return [folder / name for name in inputs]


def test_answers(folder, cores=CORES, *variables):
    """All inputs on each number of cores."""
    build(folder, *variables)
    for path in texts(folder):
        for name in PROGRAMS:
            for number in cores:
                compare(folder, name, path, number)


def test_corey(folder):
    """All inputs on Corey, on each of COREY_CORES."""
    inputs = FOLDER / "edges"  # a folder that stays: the image is built once for its path
    inputs.mkdir(parents=True, exist_ok=True)
    paths = texts(inputs)
    corey = Corey(paths, "reference", Progress())
    jobs = {(name, path, cores): corey.job(name, path, cores)
            for cores in COREY_CORES for path in paths for name in PROGRAMS}
    runs = {}
    run_jobs(list(jobs.values()), lambda job, outcome: runs.update({job.nonce: run_of(job, outcome)}),
             scale=corey.scale)
    for (name, path, cores), job in jobs.items():
        ran = runs[job.nonce]
        what = f"{name} {path.name} on {cores} cores of Corey"
        if ran.trouble or ran.cores != cores:
            raise Failure(f"{what}: {ran.trouble or f'{ran.cores} have worked'}")
        check_answer(what, name, path, ran.lines)


def test_threads(folder):
    """The same, watched for races."""
    test_answers(folder, (2, 8), "LINUX_SANITIZE=thread")


def test_addresses(folder):
    """The same, watched for bad addresses and undefined behaviour."""
    test_answers(folder, (1, 8), "LINUX_SANITIZE=address,undefined")


def test_units(folder):
    """The tests of exercise 7.7 and of its lists, as they run on Corey."""
    build(folder)
    for name in ("values", *UNITS):
        for cores in CORES:
            status, _, wrong = run(folder / "test_map_reduce", name, cores=cores)
            if status:
                raise Failure(f"{name} on {cores} cores: status {status}: {wrong}")


def test_hole(folder):
    """The exercise not written yet is said to be so."""
    (folder / "map_reduce.c").write_text(
        render_exercise("map_reduce.c", (SOLUTION / "map_reduce.c").read_text()))
    build(folder, f"LINUX_EXERCISES={folder}")
    for name in UNITS:
        status, _, said = run(folder / "test_map_reduce", name, cores=2)
        if status != 39 or "7.7" not in said:
            raise Failure(f"{name} with a hole: status {status}: {said}")


def test_wrong(folder):
    """Each wrong solution fails the unit test named for it, by what that test says."""
    solution = (SOLUTION / "map_reduce.c").read_text()
    for number, (belief, right, times, wrong, unit) in enumerate(WRONG):
        if solution.count(right) != times:
            raise Failure(f"the mutant does not apply: {belief}")
        mutant = folder / str(number)
        mutant.mkdir()
        (mutant / "map_reduce.c").write_text(solution.replace(right, wrong))
        build(mutant, f"LINUX_EXERCISES={mutant}")
        status, _, said = run(mutant / "test_map_reduce", unit)
        if status != 1 or "expected" not in said:
            raise Failure(f"{unit} does not notice the belief: {belief} (status {status}: {said})")


def test_memory(folder):
    """With any limit on memory: the right answer, or an error and no answer at all."""
    build(folder)
    path = folder / "text"
    path.write_bytes(random_text(4, b"abcdefghij", 2 * MIB, 4))
    expected = "".join(f"{line}\n" for line in answers("wri", places_of(path.read_bytes())))
    good = bad = 0
    for limit in range(8 * MIB, 72 * MIB, 4 * MIB):
        for cores in (1, 3):
            status, said, wrong = run(folder / "wri", path, cores=cores, bytes_limit=limit)
            if status == 0 and said == expected:
                good += 1
            elif status == 1 and not said and wrong:
                bad += 1
            else:
                raise Failure(f"{cores} cores, {limit} bytes: status {status}, "
                              f"{len(said)} bytes of answer, {wrong[:200]!r}")
    if not good or not bad:
        raise Failure(f"{good} runs had enough memory and {bad} too little: nothing was tested")


def test_arguments(folder):
    """Wrong arguments and missing files are said."""
    build(folder)
    for arguments, expected in (((), 2), (("a", "b"), 2), (("-q",), 2), ((folder / "none",), 1), ((folder,), 1)):
        status, said, wrong = run(folder / "wc", *arguments)
        if status != expected or said or not wrong:
            raise Failure(f"wc {arguments}: status {status}, expected {expected}: {wrong!r}")


TESTS = (test_units, test_hole, test_wrong, test_answers, test_corey, test_threads, test_addresses, test_memory,
         test_arguments)


if __name__ == "__main__":
    sys.exit(run_named("mapreduce", TESTS, sys.argv[1:]))
