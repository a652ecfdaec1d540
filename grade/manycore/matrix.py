"""The conflict matrix: every pair of system calls, made by two cores that have nothing to do with each other, has no
line that one writes and the other touches.

    matrix.py [--show] [--readme] [--seed N]

One boot in the simulator, with mode=conflict, of lab6-devices/user/matrix.c: a region a pair. What two cores still
meet in stands in justified.txt, with the reason; anything else is a failure, as is an exception that no pair needs.
`--show` prints the matrix; `--readme` writes what it says into lab5-cores/README.md, which otherwise must say it
already. `--seed` has the cores take other turns: the matrix must be the same. Last line: `N passed, N failed`.
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "bench"), str(Path(__file__).resolve().parents[1])]

from build import Kernel
from conflicts import ListError, conflict_lines, conflicts_of, judge, matrix_lines, read_exceptions
from course import ROOT
from elf_file import ElfError
from machine import end_on_sigterm
from machine_file import MachineError, machine_path, read_machine
from progress import Progress
from sim import Simulator, Trouble
from sim_boot import Simulation
from sim_results import ResultsError

CORES = 5  # one that starts the others, two that make the calls, and a further one for each of these
GROUPS = (0b01010, 0b10100, 0b00001)  # sets of cores that belong together: what they share is their own affair
MEMORY = 256  # MiB
SECONDS = 180  # limit for the boot on a nominal host
JUSTIFIED = Path(__file__).resolve().parent / "justified.txt"
README = ROOT / "lab5-cores" / "README.md"
PLACE = re.compile(r"(?<=<!-- matrix.py writes this -->\n).*?(?=<!-- until here -->)", re.DOTALL)


def is_meeting(conflict):
    """Whether the cores that touch the line do not all belong together."""
    return not any((conflict.writers | conflict.readers) & ~group == 0 for group in GROUPS)


def read_pairs(run):
    """{(row, row): conflicts}, and {row that is left out: why}, of a run of the program."""
    rows = {record.data["number"]: record.data["name"] for record in run.records.of_kind("row", "u")}
    left = {record.data["name"]: record.data["why"] for record in run.records.of_kind("left", "u")}
    pairs = [(rows[record.data["first"]], rows[record.data["second"]]) for record in run.records.of_kind("pair", "u")]
    if len(pairs) != len(run.regions):
        raise Trouble(f"the program names {len(pairs)} pairs, and there are {len(run.regions)} regions")
    missing = {(one, other) for one in rows.values() for other in rows.values()} - set(pairs)
    if missing or not pairs:
        raise Trouble(f"no region for {len(missing)} pairs: {sorted(missing)[:3]}")
    return {pair: [conflict for conflict in conflicts_of(region.data, region.names) if is_meeting(conflict)]
            for pair, region in zip(pairs, run.regions)}, left


def readme_text(verdict, left):
    """What the handout says of the matrix."""
    rows = {row for pair in verdict.pairs for row in pair}
    free = sum(1 for found in verdict.pairs.values() if not found)
    yield (f"{len(rows)} rows make {len(verdict.pairs)} pairs. In {free} of them no line is written by one core and touched"
           " by\nthe other; in the rest these are, and why:\n")
    yield "| line | calls | why | pairs |\n|---|---|---|---|"
    for exception, pairs in verdict.used.items():
        one, other = ("any" if row == "*" else row for row in exception.rows)
        yield f"| `{exception.pattern}` | {one}, beside {other} | {exception.reason} | {len(pairs)} |"
    for name, why in left.items():
        yield f"\nLeft out is `{name}`: it {why}."


def readme_judge(verdict, left, write):
    """What is wrong with the handout; '' where nothing is."""
    text, wanted = README.read_text(encoding="utf-8"), "\n".join(readme_text(verdict, left)) + "\n"
    found = PLACE.search(text)
    if not found:
        return f"{README}: there is no place for the matrix"
    if write:
        README.write_text(text[:found.start()] + wanted + text[found.end():], encoding="utf-8")
        return ""
    return "" if found.group() == wanted else f"{README}: it says something else of the matrix: matrix.py --readme"


def report(verdict, trouble):
    """Prints what is wrong; how much."""
    for pair, conflicts in verdict.unexcused.items():
        print(f"{pair[0]} beside {pair[1]}:", *conflict_lines(conflicts), sep="\n")
    for exception in verdict.unused:
        print(f"justified.txt: no pair needs '{exception}'")
    if trouble:
        print(trouble)
    return len(verdict.unexcused) + len(verdict.unused) + bool(trouble)


def main():
    end_on_sigterm()
    parser = argparse.ArgumentParser(description="Which pairs of system calls have a line in common.")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--readme", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    options, progress = parser.parse_args(), Progress()
    exceptions = read_exceptions(JUSTIFIED)
    machine = read_machine(machine_path("cores64"))
    simulation = Simulation(machine, "conflict", seed=options.seed, memory=MEMORY, seconds=SECONDS,
                            dump_at="end")  # there are thousands of regions, and what they use lives until the end
    simulator = Simulator(Kernel(6, mode="release"), simulation, progress)
    run = simulator.boot("run=matrix", CORES)
    progress.clear()
    pairs, left = read_pairs(run)
    verdict = judge(pairs, exceptions)
    if options.show:
        print("\n".join(matrix_lines(verdict)))
    failed = report(verdict, readme_judge(verdict, left, options.readme))
    good = sum(1 for pair in pairs if pair not in verdict.unexcused)
    print(f"{run.results['instructions'] / 1e6:.0f} M instructions in {run.results['seconds']:.1f} s")
    print(f"{good + sum(1 for used in verdict.used.values() if used)} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Trouble, ListError, MachineError, ResultsError, ElfError, RuntimeError, OSError,
            subprocess.CalledProcessError) as error:
        sys.exit(f"matrix: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted")
