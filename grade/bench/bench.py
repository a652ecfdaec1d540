"""`make bench`: the main job, and the experiments as curves.

    bench.py [--experiments 'NAME …'] [--systems 'NAME …'] [--cores 'N …'] [--machine NAME] [--model NAME] [--full]
             [--base reference|own|all]

In plain QEMU: the words of a book and of generated text, counted and indexed on Corey and on this host's Linux, every
answer compared (plain.py). In the simulator: each system on each number of cores, one boot for all experiments
(simulated.py). Leaves results.jsonl, a measurement a line, figures/ and report.html in build/bench/. The exit status is 0
only when every answer and every boot was right, and came from as many cores as were asked for.
"""
import argparse
import json
import subprocess
import sys

from simulated import ROOT, Bench  # first: it says where the modules are

import plain
from curves import CURVES, SYSTEMS
from inputs import FOLDER, make_inputs
from kernel import kernel_version
from machine import end_on_sigterm
from machine_file import MachineError, machine_path, read_machine
from measures import lines_of, places_of
from progress import Progress
from html_report import PLACES, RESULTS, shown, write_report
from settings import kernel_words
from sim_boot import Simulation

CORES = {False: (1, 4, 16), True: (1, 2, 4, 8, 16, 32, 64)}
MODELS = {False: ("blocking",), True: ("blocking", "generous")}
MEMORY = {False: 1024, True: 2048}  # MiB
PLAIN_MOST = 4                      # cores in plain QEMU, where they take turns, while there is a simulator for more
ALL_SYSTEMS = tuple(dict.fromkeys([*SYSTEMS, *plain.SYSTEMS]))
ALL_EXPERIMENTS = tuple(dict.fromkeys([*plain.EXPERIMENTS, *CURVES]))


def made_by(base):
    """Which tree made a measurement: its commit, a + behind it when files differ from it."""
    def git(*words):
        return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True).stdout
    commit = git("rev-parse", "--short", "HEAD").strip() or "no commit"
    return f"{commit}{'+' if git('status', '--porcelain') else ''}, {base}"


def settings_of(system, simulation, maker):
    """What the lines of a system's boots have in common."""
    linux = bool(SYSTEMS[system].mode)
    return {"machine": simulation.machine.name, "model": simulation.model, "seed": simulation.seed,
            "bandwidth": simulation.bandwidth, "memory_mib": simulation.memory, "page_kib": plain.PAGE_KIB,
            "linux": kernel_version() if linux else "",
            "settings": " ".join(kernel_words("halt", False)) if linux else "release",
            "made_by": {"command": "make bench", "tree": maker}}


def print_boot(boot):
    cores = f"{boot.cores} core{'s' if boot.cores > 1 else ''}"
    said = boot.trouble or f"{boot.seconds:.0f} s, {boot.instructions / 1e6:,.0f} M instructions"
    print(f"{SYSTEMS[boot.system].title} on {cores}: {said}", flush=True)


def print_values(lines):
    """A row a system and region, a column a number of cores."""
    cores = sorted({line["cores"] for line in lines})
    rows = {}
    for line in lines:
        key = (list(CURVES).index(line["experiment"]), line["experiment"], line["region"], line["measure"], line["system"])
        rows.setdefault(key, {})[line["cores"]] = shown(line["value"])
    print(f"\n{'cores':<63}" + "".join(f"{number:>11}" for number in cores))
    place = {name: number for number, name in enumerate(SYSTEMS)}
    for key in sorted(rows, key=lambda key: (key[0], key[2], place[key[4]])):
        _, experiment, region, measure, system = key
        print(f"{experiment + ' ' + region:<20}{system:<12}{measure:<31}"
              + "".join(f"{rows[key].get(number, '–'):>11}" for number in cores))


def run_simulated(systems, experiments, cores, simulation, options, maker, progress):
    """(lines, places, number of boots that went wrong) in one model."""
    boots, lines = {system: [] for system in systems}, []

    def done(boot):
        progress.clear()
        print_boot(boot)
        if not boot.trouble:
            boots[boot.system].append(boot)
            lines.extend(lines_of(boot, settings_of(boot.system, simulation, maker)))

    Bench(simulation, options.full, options.base, progress).run(systems, experiments, cores, done)
    progress.clear()
    wrong = len(systems) * len(cores) - sum(map(len, boots.values()))
    if lines:
        print_values(lines)
    progress.show("naming what costs most")
    places = [place for system in systems if boots[system] for place in places_of(boots[system], simulation.machine)]
    return lines, places, wrong


def name_list(known):
    def read(words):
        names = words.replace(",", " ").split()
        unknown = [name for name in names if name not in known]
        if unknown or not names:
            raise argparse.ArgumentTypeError(f"no '{' '.join(unknown)}'; there are: {' '.join(known)}")
        return [name for name in known if name in names]
    return read


def core_list(words):
    numbers = tuple(sorted({int(word) for word in words.replace(",", " ").split()}))
    if not numbers or numbers[0] < 1:
        raise ValueError(words)
    return numbers


def read_options():
    parser = argparse.ArgumentParser(description="The main job, and the experiments as curves.")
    parser.add_argument("--experiments", type=name_list(ALL_EXPERIMENTS), default=list(ALL_EXPERIMENTS))
    parser.add_argument("--systems", type=name_list(ALL_SYSTEMS), default=list(ALL_SYSTEMS))
    parser.add_argument("--cores", type=core_list, default=(), metavar="'N …'")
    parser.add_argument("--machine", default="cores64")
    parser.add_argument("--model", choices=MODELS[True])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--base", default="reference", choices=("reference", "own", "all"))
    options = parser.parse_args()
    options.machine = read_machine(machine_path(options.machine))
    simulated = set(options.experiments) & set(CURVES)
    if simulated and options.cores and options.cores[-1] > options.machine.all_cores:
        raise MachineError(f"{options.machine.name} has {options.machine.all_cores} cores, not {options.cores[-1]}")
    return options


def simulate(options, maker, progress):
    """The simulated half; (lines, number of boots that went wrong). The report is another's."""
    systems = [name for name in options.systems if name in SYSTEMS
               and any(name in CURVES[curve].systems for curve in options.experiments if curve in CURVES)]
    experiments = [name for name in CURVES if name in options.experiments]
    machine = options.machine
    cores = options.cores or tuple(number for number in CORES[options.full] if number <= machine.all_cores)
    if not systems or not experiments:
        return [], 0
    lines, places, wrong = [], [], 0
    for model in [options.model] if options.model else MODELS[options.full]:
        simulation = Simulation(machine, model=model, memory=MEMORY[options.full])
        print(f"\nsimulated, machine {machine.name}, model {model}:", flush=True)
        more, found, bad = run_simulated(systems, experiments, cores, simulation, options, maker, progress)
        lines, places, wrong = lines + more, places or found, wrong + bad
    (FOLDER / PLACES).write_text(json.dumps(places, indent=1) + "\n", encoding="utf-8")
    return lines, wrong


def main():
    end_on_sigterm()
    options, progress, lines, wrong = read_options(), Progress(), [], 0
    maker = made_by(options.base)
    counted = [name for name in options.experiments if name in plain.EXPERIMENTS]
    curves = [name for name in options.experiments if name in CURVES]
    if counted:
        progress.show("preparing the inputs")
        cores = tuple(number for number in options.cores if number <= PLAIN_MOST or not curves)
        lines, wrong = plain.run_plain([name for name in options.systems if name in plain.SYSTEMS], make_inputs(), counted,
                                       cores, options.base, maker, progress)
    more, bad = simulate(options, maker, progress)
    results = FOLDER / RESULTS
    results.write_text("".join(json.dumps(line) + "\n" for line in lines + more), encoding="utf-8")
    print(f"\n{results.relative_to(ROOT)}: {len(lines) + len(more)} measurements")
    if more:
        print(f"{write_report(FOLDER).relative_to(ROOT)}: the report; figures/ beside it")
    if wrong + bad:
        print(f"{wrong + bad} runs were wrong", flush=True)
    return 1 if wrong + bad else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (MachineError, RuntimeError, ValueError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted")
