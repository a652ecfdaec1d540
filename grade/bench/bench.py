"""`make bench`: the main job, and the experiments as curves.

    bench.py [--experiments 'NAME …'] [--systems 'NAME …'] [--cores 'N …'] [--machine NAME] [--models 'NAME …'] [--full]
             [--base reference|own|all]

In plain QEMU (`answers`): the words of a book and of generated text, counted and indexed on Corey and on this host's
Linux, every answer compared (plain.py). In the simulator: each system on each number of cores, one boot for all
experiments (simulated.py); and, `sizes`, some of them with small and large sizes beside each other. Leaves results.jsonl,
a measurement or a trouble a line, figures/ and report.html in build/bench/. A line is there when its boot has ended, so
an interrupted bench has lost the boots that ran, and no other. The exit status is 0 only when every answer and every boot
was right, and came from as many cores as were asked for.
"""
import json
import subprocess
import sys

from simulated import ROOT, Bench  # first: it says where the modules are

import machine as machines
import plain
from bench_options import ANSWERS, SIZES, read_options
from curves import CURVES, SIZED, SYSTEMS, Plan
from inputs import FOLDER, make_inputs
from kernel import kernel_version
from machine import end_on_sigterm
from machine_file import MachineError
from measures import lines_of, places_of
from progress import Progress
from html_report import MADE, RESULTS, write_report
from report_lines import print_sizes, print_values
from settings import kernel_words
from sim_boot import Simulation

CORES = {False: (1, 4, 16), True: (1, 2, 4, 8, 16, 32, 64)}
SIZES_CORES = (1, 4)
MEMORY = {False: 1024, True: 2048}  # MiB
PLAIN_MOST = 4                      # cores in plain QEMU, where they take turns, while there is a simulator for more


def made_by(base):
    """What made a measurement: the tree, its commit with a + behind it when files differ from it; and the QEMU."""
    def said(*command):
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    commit = said("git", "-C", ROOT, "rev-parse", "--short", "HEAD") or "no commit"
    changed = "+" if said("git", "-C", ROOT, "status", "--porcelain") else ""
    return {"command": "make bench", "tree": f"{commit}{changed}, {base}",
            "qemu": (said(machines.QEMU, "--version").splitlines() or ["QEMU"])[0]}


def settings_of(system, simulation, plan, maker):
    """What the lines of a system's boots have in common."""
    linux = bool(SYSTEMS[system].mode)
    return {"of": SIZES if plan.sizes else "curves", "machine": simulation.machine.name, "model": simulation.model,
            "seed": simulation.seed, "bandwidth": SYSTEMS[system].bandwidth, "memory_mib": simulation.memory,
            "page_kib": plain.PAGE_KIB, "linux": kernel_version() if linux else "",
            "settings": " ".join(kernel_words("halt", False)) if linux else "release", "made_by": maker}


def print_boot(boot):
    cores = f"{boot.cores} core{'s' if boot.cores > 1 else ''}"
    said = boot.trouble or f"{boot.seconds:.0f} s, {boot.instructions / 1e6:,.0f} M instructions"
    alone = f", {boot.commands[0]}" if len(boot.commands) == 1 else ""
    print(f"{SYSTEMS[boot.system].title} on {cores}{alone}: {said}", flush=True)


class Lines(list):
    """All lines so far, which are in the file as well."""

    def __init__(self, path):
        super().__init__()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(path, "w", encoding="utf-8", buffering=1)

    def add(self, lines):
        self.extend(lines)
        for line in lines:
            self.file.write(json.dumps(line) + "\n")


def simulate(simulation, plan, base, maker, progress, lines):
    """Adds the lines of a plan in one model; its places."""
    boots, measured = {system: [] for system in plan.systems}, []

    def done(boot):
        progress.clear()
        print_boot(boot)
        if boot.trouble:
            lines.add([{"system": boot.system, "cores": boot.cores, "model": simulation.model, "trouble": boot.trouble}])
            return
        boots[boot.system].append(boot)
        found = list(lines_of(boot, settings_of(boot.system, simulation, plan, maker)))
        measured.extend(found)
        lines.add(found)

    print(f"\nsimulated, machine {simulation.machine.name}, model {simulation.model}"
          f"{', in several sizes' if plan.sizes else ''}:", flush=True)
    Bench(simulation, plan, base, progress).run(done)
    progress.clear()
    (print_sizes if plan.sizes else print_values)(measured)
    if plan.sizes:
        return []
    progress.show("naming what costs most")
    return [{"model": simulation.model, **place} for system in plan.systems if boots[system]
            for place in places_of(boots[system], simulation.machine)]


def plans_of(options):
    """What is to be simulated: the curves, and the same experiments, or all, in several sizes."""
    curves = tuple(name for name in CURVES if name in options.experiments)
    sized = tuple(name for name in curves or CURVES if CURVES[name].sizes and SIZES in options.experiments)
    cores = options.cores or tuple(number for number in CORES[options.full] if number <= options.machine.all_cores)
    sizes_cores = options.cores if options.cores and options.experiments == (SIZES,) else SIZES_CORES
    for names, numbers, sizes in ((curves, cores, False), (sized, sizes_cores, True)):
        systems = tuple(name for name in options.systems if any(name in CURVES[curve].systems for curve in names)
                        and (name in SIZED or not sizes))
        if systems:
            yield Plan(systems, names, numbers, options.full, sizes)


def count_words(options, maker, progress):
    """The lines of the main job in plain QEMU and on this host."""
    progress.show("preparing the inputs")
    cores = tuple(number for number in options.cores if number <= PLAIN_MOST or options.experiments == (ANSWERS,))
    return plain.run_plain([name for name in options.systems if name in plain.SYSTEMS], make_inputs(), cores, options.base,
                           maker["tree"], progress)


def main():
    end_on_sigterm()
    options, progress, results, places = read_options(), Progress(), FOLDER / RESULTS, []
    lines, maker = Lines(results), made_by(options.base)
    if ANSWERS in options.experiments:
        lines.add(count_words(options, maker, progress))
    for model in options.models:
        for plan in plans_of(options):
            simulation = Simulation(options.machine, model=model, memory=MEMORY[options.full])
            places += simulate(simulation, plan, options.base, maker, progress, lines)
    print(f"\n{results.relative_to(ROOT)}: {len(lines)} lines")
    if any("region" in line for line in lines):
        made = {"machine": options.machine.name, "text": options.machine.text, "places": places}
        (FOLDER / MADE).write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        print(f"{write_report(FOLDER).relative_to(ROOT)}: the report; figures/ beside it")
    wrong = sum("trouble" in line for line in lines)
    if wrong:
        print(f"{wrong} runs were wrong", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (MachineError, RuntimeError, ValueError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted")
