"""What `make bench` can be asked for, read strictly (bench.py says what it does)."""
import argparse

import plain
from curves import CURVES, SYSTEMS
from machine_file import MachineError, machine_path, read_machine

ANSWERS, SIZES = "answers", "sizes"  # beside the curves: the words in plain QEMU; small sizes beside larger ones
ALL_SYSTEMS = tuple(dict.fromkeys([*SYSTEMS, *plain.SYSTEMS]))
ALL_EXPERIMENTS = (ANSWERS, *CURVES, SIZES)
ALL_MODELS = ("blocking", "generous")


def name_list(known):
    """A reader of names of `known`, which come in its order."""
    def read(words):
        names = words.replace(",", " ").split()
        unknown = [name for name in names if name not in known]
        if unknown or not names:
            raise argparse.ArgumentTypeError(f"no '{' '.join(unknown)}'; there are: {' '.join(known)}")
        return tuple(name for name in known if name in names)
    return read


def core_list(words):
    numbers = words.replace(",", " ").split()
    if not numbers or not all(number.isdecimal() and int(number) > 0 for number in numbers):
        raise argparse.ArgumentTypeError(f"numbers of cores, as '1 4 16', not '{words}'")
    return tuple(sorted(set(map(int, numbers))))


def read_options(words=None):
    """The options; MachineError for a machine that is none, or too small. `cores` is () where nothing is said."""
    parser = argparse.ArgumentParser(prog="bench", description="The main job, and the experiments as curves.")
    parser.add_argument("--experiments", type=name_list(ALL_EXPERIMENTS))
    parser.add_argument("--systems", type=name_list(ALL_SYSTEMS), default=ALL_SYSTEMS)
    parser.add_argument("--cores", type=core_list, default=(), metavar="'N …'")
    parser.add_argument("--machine", default="cores64")
    parser.add_argument("--models", type=name_list(ALL_MODELS))
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--base", default="reference", choices=("reference", "own", "all"))
    options = parser.parse_args(words)
    options.experiments = options.experiments or tuple(name for name in ALL_EXPERIMENTS if options.full or name != SIZES)
    options.models = options.models or (ALL_MODELS if options.full else ALL_MODELS[:1])
    options.machine = read_machine(machine_path(options.machine))
    simulated = set(options.experiments) - {ANSWERS}
    if simulated and options.cores and options.cores[-1] > options.machine.all_cores:
        raise MachineError(f"{options.machine.name} has {options.machine.all_cores} cores, not {options.cores[-1]}")
    return options
