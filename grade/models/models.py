"""Models: the protocols by which cores watch each other and share, checked by Spin in every order in
which things can happen.

    models.py                     all models, and each without each thing that it needs
    models.py MODEL [REMOVED]     one run; where it fails, the steps that lead there

A model is a file *.pml here that no other one includes. Spin looks at every state that it can reach:
it must hold as it stands, and take every step that it has. machine.pml says how a model names what it
needs; compiled without any one of these, it must fail. What is named and not missed is a fault of the
model, or of the protocol.
"""
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMED = re.compile(r"\b(?:NEEDED|NEEDED_IF|EITHER|ORDER)\((\w+),")
INCLUDED = re.compile(r'^#include "(.+)"', re.MULTILINE)
SIDE_BY_SIDE = 2
DEPTH = 100_000  # steps in a row; more than any model has
MEGABYTES = 2_000
SECONDS = 120
# Every interleaving, none left out as equal to another; no cycles are looked for: all waits are guards,
# so who waits for ever stands in an invalid end state.
FLAGS = ("-w", "-DSAFETY", "-DNOREDUCE", f"-DMEMLIM={MEGABYTES}")
FOUND = re.compile(r"^pan:\d+: (assertion violated.*|invalid end state.*)$", re.MULTILINE)
ENDED_EARLY = re.compile(r"max search depth too small|out of memory|Search not completed")
# What a search says of a step that no run takes; ends, and what must never happen, are none.
UNTAKEN = re.compile(r"^\t(\S+:\d+), state \d+, \"(?!-end-|assert\(0\))(.*)\"$", re.MULTILINE)
STEP = re.compile(r"^\s*\d+:\s+proc\s+\d+ \((\w+):\d+\) (\S+) \(state -?\d+\)\s*\[(.*)\]$")
INNER_STEP = re.compile(r"^buffer\[|^\(\(buffer\[")  # what one store, or one step of a buffer, consists of
# machine.pml's SEES, expanded
SEES = re.compile(r"\( \(\(\(buffer\[\w+\]\.used==2\)&&.*?\(memory\[(.+?)\]\) \)\) \)")


class ModelError(Exception):
    """Spin, the compiler or the search has not done its work."""


def models(folder=HERE):
    """{path: what it needs}, of every model."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.pml"))}
    included = {name for text in texts.values() for name in INCLUDED.findall(text)}
    return {path: sorted(set(NAMED.findall(text)))
            for path, text in texts.items() if path.name not in included}


def run_tool(command, folder):
    """What it has said; ModelError when it fails."""
    try:
        run = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, timeout=SECONDS)
    except FileNotFoundError:
        raise ModelError(f"{command[0]} is not installed: make setup") from None
    except subprocess.TimeoutExpired:
        raise ModelError(f"{command[0]} is not done after {SECONDS} seconds") from None
    if run.returncode:
        raise ModelError(f"{command[0]}: {run.stdout.strip() or run.returncode}")
    return run.stdout


def without(removed):
    return [f"-DNO_{removed}"] if removed else []


def search(path, removed, folder, depth=DEPTH):
    """Looks at all states of a model: '' when it holds, else what Spin has found first."""
    run_tool(["spin", "-a", *without(removed), str(path)], folder)
    run_tool(["gcc", *FLAGS, "-o", "pan", "pan.c"], folder)
    said = run_tool(["./pan", f"-m{depth}", "-w20"], folder)
    found = FOUND.search(said)
    if found:
        return found.group(1)
    if "errors: 0" not in said or ENDED_EARLY.search(said):
        raise ModelError(f"the search has not come to its end: {said.strip()}")
    untaken = UNTAKEN.search(said)
    if untaken and not removed:
        raise ModelError(f"{os.path.basename(untaken.group(1))}: no run takes the step {untaken.group(2)}")
    return ""


def check_model(path, removed, depth=DEPTH):
    """(passed, detail) of one run."""
    with tempfile.TemporaryDirectory(prefix="corey-model-") as folder:
        try:
            found = search(path, removed, folder, depth)
        except ModelError as error:
            return False, str(error)
    if removed:
        return found != "", "it holds all the same"
    return found == "", found


# What check_model must say of a model of one step, as it stands or without `step`: (name, text, what is
# removed, most steps in a row, whether it passes).
SMALL_HEAD = f'#define CORES 1\n#define WORDS 1\n#include "{HERE / "machine.pml"}"\nbyte x;\n'
SMALL = [
    ("what is needed", "assert(x == 1)", "step", DEPTH, True),
    ("a model that holds", "assert(x == 1)", None, DEPTH, True),
    ("a model that fails", "assert(x == 2)", None, DEPTH, False),
    ("a wait for ever", "x == 2", None, DEPTH, False),
    ("what is not needed", "assert(x < 2)", "step", DEPTH, False),
    ("a search that ends early", "assert(x < 2)", None, 2, False),
    ("a step that no run takes", "if :: x == 2 -> x = 3 :: else fi", None, DEPTH, False),
]


def check_itself():
    """What this program must notice."""
    with tempfile.TemporaryDirectory(prefix="corey-model-") as folder:
        path = Path(folder) / "small.pml"
        for name, text, removed, depth, expected in SMALL:
            path.write_text(SMALL_HEAD + "active proctype small() { NEEDED(step, x = 1); STORE(0, 0, x); "
                            f"FENCE(0); {text} }}\n", encoding="utf-8")
            passed, detail = check_model(path, removed, depth)
            yield f"models.py notices {name}", passed == expected, detail or "it passed"


def check_models():
    """(name, passed, detail) of every model, and of each without each thing that it needs."""
    yield from check_itself()
    runs = []
    for path, needs in models().items():
        if not needs:
            yield f"model {path.stem}", False, "it names nothing that it needs"
        runs += [(path, removed) for removed in [None, *needs]]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = pool.map(lambda run: check_model(*run), runs)
        for (path, removed), (passed, detail) in zip(runs, results):
            yield f"model {path.stem}{f' without {removed}' if removed else ''}", passed, detail


def print_trail(path, removed, folder):
    """The steps of each process to the state that Spin has found."""
    trail = run_tool(["spin", "-k", f"{path.name}.trail", "-t", "-p", *without(removed), str(path)], folder)
    for step in filter(None, map(STEP.match, trail.splitlines())):
        process, place, what = step.groups()
        if not INNER_STEP.match(what):
            what = SEES.sub(r"SEES(\1)", what)
            print(f"{process:<16} {os.path.basename(place):<16} {what}")


def main():
    if len(sys.argv) == 1:
        results = list(check_models())
        for name, passed, detail in results:
            print(f"{'passed' if passed else 'FAILED'}: {name}" + ("" if passed else f": {detail}"))
        return 0 if all(passed for _, passed, _ in results) else 1

    path, removed = HERE / f"{sys.argv[1]}.pml", sys.argv[2] if len(sys.argv) > 2 else None
    needs = models().get(path)
    if needs is None:
        sys.exit(f"models: {' '.join(known.stem for known in models())}")
    if removed not in [None, *needs]:
        sys.exit(f"{path.stem} needs: {' '.join(needs)}")
    with tempfile.TemporaryDirectory(prefix="corey-model-") as folder:
        try:
            found = search(path, removed, folder)
            if found:
                print_trail(path, removed, folder)
        except ModelError as error:
            sys.exit(str(error))
    print(found or "it holds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
