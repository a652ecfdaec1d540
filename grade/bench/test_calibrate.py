"""Tests of what `make calibrate` is made of: `test_calibrate.py`. Hosts of other kinds are small trees and registers made
here; what host_costs.c measures of this host is only held against what any host does. Ends with `N passed, N failed`.
"""
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "grade"), str(ROOT / "grade" / "manycore"), str(ROOT / "grade" / "linux")]

from calibrate import (RUNS, RUNS_MOST, Figure, conclusion, make_figures, phase_times, run_until_settled,
                       table)
from host_machine import Costs, host_base, machine_text
from host_topology import cpuid_tlbs, read_topology
from machine_file import parse_machine
from own_tests import run_tests
from records import Record, Records

MEASURED = {"cycle": 0.25, "l1d": 1.0, "l2": 4.0, "l3": 12.0, "memory": 100.0, "near": 25.0, "far": 50.0, "socket": None,
            "bandwidth": 20.0, "atomic": 5.0, "pause": 20.0}
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def host_make(folder, processors, caches):
    """A tree as /sys has it: processors {number: (socket, core, the list of those that share its L3)}."""
    for number, (socket, core, third) in processors.items():
        cpu = folder / f"cpu{number}"
        (cpu / "topology").mkdir(parents=True)
        (cpu / "topology" / "physical_package_id").write_text(f"{socket}\n")
        (cpu / "topology" / "core_id").write_text(f"{core}\n")
        for index, (level, kind, size, ways) in enumerate(caches):
            place = cpu / "cache" / f"index{index}"
            place.mkdir(parents=True)
            for name, value in (("level", level), ("type", kind), ("size", size), ("ways_of_associativity", ways),
                                ("shared_cpu_list", third if level == 3 else number)):
                (place / name).write_text(f"{value}\n")
    return read_topology(folder, processors)


CACHES = [(1, "Data", "48K", 12), (1, "Instruction", "32K", 8), (2, "Unified", "1024K", 16), (3, "Unified", "32M", 16)]
# Two sockets of two clusters of two cores of two threads: threads 8 to 15 are the second ones.
LARGE = {number: (number % 8 // 4, number % 8, f"{number % 8 // 2 * 2}-{number % 8 // 2 * 2 + 1}") for number in range(16)}


@test
def sockets_clusters_and_cores_are_told_apart_and_threads_are_not_cores():
    with tempfile.TemporaryDirectory() as folder:
        seen = host_make(Path(folder), LARGE, CACHES)
    assert (seen.sockets, seen.clusters, seen.cores) == (2, 2, 2), seen
    assert [number for number, *_ in seen.processors] == list(range(8)), seen
    assert seen.caches == {"l1d": (48 << 10, 12), "l1i": (32 << 10, 8), "l2": (1 << 20, 16), "l3": (32 << 20, 16)}, seen


@test
def a_host_that_is_too_large_is_cut_to_what_can_be_simulated():
    many = {number: (number // 96, number, f"{number // 8 * 8}-") for number in range(192)}
    with tempfile.TemporaryDirectory() as folder:
        seen = host_make(Path(folder), many, CACHES)
    assert (seen.sockets, seen.clusters, seen.cores) == (1, 12, 5), seen
    parse_machine("host", "host", machine_text(seen, {}, MEASURED, host_base("AuthenticAMD"), "a host"))


@test
def a_machine_file_has_all_keys_and_names_their_sources():
    with tempfile.TemporaryDirectory() as folder:
        seen = host_make(Path(folder), LARGE, CACHES)
    text = machine_text(seen, {"dtlb": (72, 72)}, MEASURED, host_base("AuthenticAMD"), "a host")
    machine = parse_machine("host", "host", text)
    expected = {"sockets": (2,), "clusters": (2,), "cores": (2,), "hertz": (4000000000,), "l1d": (48 << 10, 12, 4),
                "l2": (1 << 20, 16, 16), "l3": (32 << 20, 16, 48), "near": (100,), "far": (200,), "socket": (200,),
                "bandwidth": (5,), "atomic": (20,), "pause": (80,), "dtlb": (72, 72)}
    assert {key: machine.values[key] for key in expected} == expected, machine.values
    assert machine.values["memory"][0] == 400 < machine.values["memory"][1]
    sources = dict(line.split("#", 1) for line in text.splitlines()[2:])
    assert all(source.split()[0] in ("measured", "from", "assumed:", "as") for source in sources.values()), sources


@test
def what_a_host_does_not_say_is_assumed_and_said_so():
    with tempfile.TemporaryDirectory() as folder:
        seen = host_make(Path(folder), {0: (0, 0, "0")}, [(1, "Data", "48K", 10), (2, "Unified", "2048K", "")])
    assert (seen.sockets, seen.clusters, seen.cores) == (1, 1, 1), seen
    alone = {**MEASURED, "near": None, "far": None, "l2": 0.5}
    text = machine_text(seen, {}, alone, host_base("GenuineIntel"), "a host")
    machine = parse_machine("host", "host", text)
    assert machine.values["l1d"] == (48 << 10, 12, 4) and machine.values["near"] == (133,), machine.values
    assert machine.values["l2"][2] == 4, "no level is faster than the one before"
    said = {line.split()[0]: line for line in text.splitlines()[2:]}
    assert "size and ways assumed: as icelake32" in said["l1d"] and "no two cores here are so near" in said["near"], text


@test
def translations_are_read_from_cpuid():
    amd = {(0x80000005, 0): (0xff48ff40, 0xff48ff40, 0, 0), (0x80000006, 0): (0, 0x6c006400, 0, 0)}
    assert cpuid_tlbs("AuthenticAMD", lambda *leaf: amd[leaf]) == {
        "dtlb": (72, 72), "dtlb_large": (72, 72), "dtlb2": (3072, 8)}
    small = {**amd, (0x80000006, 0): (0, 0x60804040, 0, 0)}
    assert "dtlb2" not in cpuid_tlbs("AuthenticAMD", lambda *leaf: small[leaf])
    intel = {(0x18, 0): (3, 0, 0, 0), (0x18, 1): (3, 4 << 16 | 1, 16, 1 << 5 | 4), (0x18, 2): (3, 4 << 16 | 2, 8, 1 << 5 | 1),
             (0x18, 3): (3, 8 << 16 | 3, 128, 2 << 5 | 3)}
    assert cpuid_tlbs("GenuineIntel", lambda *leaf: intel[leaf]) == {
        "dtlb": (64, 4), "dtlb_large": (32, 4), "dtlb2": (1024, 8)}
    assert cpuid_tlbs("Another", None) == {}


@test
def a_host_is_measured():
    with tempfile.TemporaryDirectory() as folder:
        costs = Costs(Path(folder))
        cycle, near, far = costs.number("cycle"), costs.number("chase", 16 << 10), costs.number("chase", 256 << 20)
        assert 0.05 < cycle < 5 and 2 * cycle < near < far / 5, (cycle, near, far)
        assert costs.number("atomic") > cycle and costs.number("pause") > cycle
        assert costs.number("stream", 1 << 20, min(os.sched_getaffinity(0))) > 0 and len(costs.maker()) == 12


@test
def phases_last_until_the_next_begins():
    records = Records([Record(0, 0, "u", "metric", {"name": f"begin_{name}", "value": value, "unit": "us"})
                       for name, value in (("touch", 100), ("check", 350), ("end", 400))])
    assert phase_times("memclone", records) == {"touch": 250}


@test
def native_runs_go_on_until_none_is_better():
    times = iter([400, 300, 299, *[350] * 10, 100, *[120] * (RUNS - 1), 99, *[500] * RUNS])
    runs = run_until_settled(lambda: {"touch": next(times)})
    assert len(runs) == 14 + RUNS and runs[-1] == {"touch": 99}, runs
    falling = iter(0.9 ** power for power in range(2 * RUNS_MOST))
    assert len(run_until_settled(lambda: {"touch": next(falling)})) == RUNS_MOST


@test
def figures_stand_side_by_side_and_are_summed_up():
    native = {("memclone", 1): [{"touch": time} for time in (300, 100, 110)],
              ("memclone", 2): [{"touch": time} for time in (100, 100, 100)]}
    simulated = {("blocking", "memclone", 1): {"touch": 200}, ("blocking", "memclone", 2): {"touch": 800},
                 ("generous", "memclone", 1): {"touch": 50}, ("generous", "memclone", 2): {"touch": 110}}
    figures = make_figures(native, simulated)
    assert figures[0] == Figure("memclone", "touch", 1, 100, 110, {"blocking": 200, "generous": 50})
    lines = list(table(figures))
    assert lines[1].split() == ["memclone", "touch", "1", "100", "110", "200", "2.00", "50", "0.50"], lines
    said, *more = conclusion(figures)
    assert "4.00 times the native time" in said and "0.74 times" in said and "0 and 1 of them are within 25%" in said, said
    assert "1 lie between" in said and "memclone touch on 1 (2.00 and 0.50)" in said and not more, (said, more)
    _, busy = conclusion([replace(figures[0], median=150), figures[1]])
    assert "in 1 phases" in busy


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
