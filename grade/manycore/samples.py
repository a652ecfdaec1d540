"""Samples for the tests: a machine, results as the plugin leaves them, lists of exceptions."""
import json
import tempfile
from pathlib import Path

from conflicts import read_exceptions
from machine_file import parse_machine
from sim_results import CORE_NUMBERS, read_results

MACHINE = "\n".join(f"{key} {value}" for key, value in {
    "sockets": "2", "clusters": "2", "cores": "4", "hertz": "2000000000", "instruction": "1", "l1d": "32K 8 4",
    "l1i": "32K 8", "l2": "512K 8 14", "l3": "8M 16 46", "near": "100", "far": "200", "socket": "300",
    "memory": "250 330", "bandwidth": "10", "prefetch": "8", "dtlb": "64 64", "dtlb_large": "32 32",
    "dtlb2": "1536 12 7", "atomic": "20", "pause": "10", "uncached": "200", "system_call": "80", "trap": "400",
    "interrupt": "800"}.items())


def refusal(error, function, *arguments):
    """What an error says; it must come."""
    try:
        function(*arguments)
    except error as said:
        return str(said)
    raise AssertionError(f"{function.__name__} accepts {arguments!r:.80}")


def parse(text=MACHINE):
    """A machine from its text."""
    return parse_machine("sample", "sample", text)


def sample_core(**more):
    return {**dict.fromkeys(CORE_NUMBERS, 0), **more}


def sample_line(**more):
    return {"physical": "1000", "virtual": "400000", "cycles": 0, "near": 0, "far": 0, "socket": 0, "memory": 0,
            "upgrades": 0, "invalidations": 0, "writers": "0", "readers": "0", "by": [], **more}


def sample_results(cores, lines=(), code=(), elapsed=1000, **more):
    """Results of one region in which every core has done the same."""
    core = sample_core(cycles=elapsed, instructions=800, **more)
    return {"machine": "sample", "cores": cores, "mode": "time", "model": "blocking", "seed": 0, "instructions": 1,
            "seconds": 0.5, "regions": [{"begin": 0, "end": elapsed, "cores": [core] * cores, "code": list(code),
                                         "lines": list(lines), "conflicts": []}]}


def reread(data, cores=None):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results"
        path.write_text(json.dumps(data))
        return read_results(path, cores)


def sample_list(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "justified.txt"
        path.write_text(text)
        return read_exceptions(path)
