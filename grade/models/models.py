"""Models: the protocols by which cores watch each other and share, checked by Spin in every order in which things
can happen.

    models.py                     all models, and each without each thing that it needs
    models.py MODEL [REMOVED]     one run; where it fails, the steps that lead there

A model is a file *.pml here that no other one includes. Spin looks at every state that it can reach: it must hold as
it stands. machine.pml says how a model names what it needs; compiled without any one of these, it must fail. What is
named and not missed is a fault of the model, or of the protocol.
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
DEPTH = 100_000       # steps of one run, far more than any has; a run that is longer is an error of Spin's
MEGABYTES = 2_000
SECONDS = 120
# Every interleaving, none left out as equal to another; no cycles looked for: all waits are guards, so who waits for
# ever stands in an invalid end state.
FLAGS = ("-O1", "-w", "-DSAFETY", "-DNOREDUCE", f"-DMEMLIM={MEGABYTES}")
# Steps that a reader of a trail skips: what a store's and a buffer's single step consists of.
INNER_STEP = re.compile(r"\[buffer\[|\[\(\(buffer\[|\(:init:")
STEP = re.compile(r"^\s*\d+:\s+proc\s+\d+ \((\w+):\d+\) (\S+) \(state -?\d+\)\s*(\[.*\])?$")


class ModelError(Exception):
    """Spin, the compiler or the search has not done its work."""


def models():
    """{name: what it needs}, of every model."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*.pml"))}
    included = {name for text in texts.values() for name in INCLUDED.findall(text)}
    return {name[:-len(".pml")]: sorted(set(NAMED.findall(text)))
            for name, text in texts.items() if name not in included}


def run_tool(command, folder):
    """What it has said; ModelError when it fails."""
    try:
        run = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, timeout=SECONDS)
    except FileNotFoundError:
        raise ModelError(f"{command[0]} is not installed: make setup") from None
    except subprocess.TimeoutExpired:
        raise ModelError(f"{command[0]}: not done after {SECONDS} seconds") from None
    if run.returncode:
        raise ModelError(f"{command[0]}: {run.stdout.strip() or run.returncode}")
    return run.stdout


def search(model, removed, folder):
    """Looks at all states: '' when the model holds, else what Spin found first."""
    source = str(HERE / f"{model}.pml")
    run_tool(["spin", "-a", *([f"-DNO_{removed}"] if removed else []), source], folder)
    run_tool(["gcc", *FLAGS, "-o", "pan", "pan.c"], folder)
    said = run_tool(["./pan", f"-m{DEPTH}"], folder)
    errors = re.search(r"errors: (\d+)", said)
    if errors is None or "max search depth too small" in said or "out of memory" in said:
        raise ModelError(f"the search did not end: {said.strip()}")
    if errors.group(1) != "0":
        found = re.search(r"^pan:\d+: (assertion violated .*|invalid end state.*)$", said, re.MULTILINE)
        if found is None:
            raise ModelError(f"neither an assertion nor an end state: {said.strip()}")
        return found.group(1)
    if "Search not completed" in said:
        raise ModelError(f"the search did not end: {said.strip()}")
    return ""


def check_model(model, removed):
    """(passed, detail) of one run."""
    with tempfile.TemporaryDirectory(prefix="corey-model-") as folder:
        try:
            found = search(model, removed, folder)
        except ModelError as error:
            return False, str(error)
    if removed:
        return found != "", "it holds all the same"
    return found == "", found


def check_models():
    """(name, passed, detail) of every model, and of each without each thing that it needs."""
    runs = []
    for model, needs in models().items():
        if not needs:
            yield f"model {model}", False, "it names nothing that it needs"
        runs += [(model, removed) for removed in [None, *needs]]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = pool.map(lambda run: check_model(*run), runs)
        for (model, removed), (passed, detail) in zip(runs, results):
            yield f"model {model}{f' without {removed}' if removed else ''}", passed, detail


def print_trail(model, removed, folder):
    """The steps of each core and its buffer, to the state that Spin has found."""
    trail = run_tool(["spin", "-k", f"{model}.pml.trail", "-t", "-p",
                      *([f"-DNO_{removed}"] if removed else []), str(HERE / f"{model}.pml")], folder)
    for line in trail.splitlines():
        step = STEP.match(line)
        if step and step.group(3) and not INNER_STEP.search(line):
            process, place, what = step.groups()
            print(f"{process:<16} {os.path.basename(place):<16} {what}")


def main():
    if len(sys.argv) > 1:
        model, removed = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
        needs = models().get(model)
        if needs is None or (removed and removed not in needs):
            sys.exit(f"{model} needs: {' '.join(needs)}" if needs else f"models: {' '.join(models())}")
        with tempfile.TemporaryDirectory(prefix="corey-model-") as folder:
            try:
                found = search(model, removed, folder)
                if found:
                    print_trail(model, removed, folder)
            except ModelError as error:
                sys.exit(str(error))
        print(found or "holds")
        return 0
    results = list(check_models())
    for name, passed, detail in results:
        print(f"{'passed' if passed else 'FAILED'}: {name}" + ("" if passed else f": {detail}"))
    return 0 if all(passed for _, passed, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
