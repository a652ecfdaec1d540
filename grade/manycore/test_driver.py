"""Tests of what stands around the simulator's plugin: `test_driver.py`. No guest runs; results, memory and an ELF
file are small samples made here. Ends with `N passed, N failed`.
"""
import copy
import re
import sys
import tempfile
from pathlib import Path
from unittest import mock

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "bench"), str(Path(__file__).resolve().parents[1])]

import test_names
import test_why
from count import plugin_interface
from machine_file import FOLDER, KEYS, MachineError, fit_machine, numa_arguments, read_machine, smp_argument
from own_tests import run_tests
from samples import MACHINE, parse, refusal, reread, sample_line, sample_results
from sim_results import ResultsError, read_results

TESTS = []


def test(function):
    TESTS.append(function)
    return function


# --- machines ------------------------------------------------------------------------------------------------


@test
def every_committed_machine_is_read_and_names_its_sources():
    for path in sorted(FOLDER.iterdir()):
        machine = read_machine(path)
        for cores in range(1, machine.all_cores + 1):
            fitted = fit_machine(machine, cores)
            assert parse(fitted.text).values == fitted.values
            smp_argument(fitted, cores)
        explained = set(re.findall(r"(?m)^# (\[\w+\])", machine.text)) | {"[fault]", "[ipi]"}  # these in opteron16
        for line in machine.text.splitlines():
            value, _, source = line.partition("#")
            named = set(re.findall(r"\[[a-z]+\]", source)) if value.strip() else set()
            assert named <= explained, f"{path.name}: sources without explanation: {line}"
            assert not value.strip() or named or re.search(r"assumed|made up|as \w+\d", source), \
                f"{path.name}: no source: {line}"
    assert {"opteron16", "milan48", "icelake32", "cores64"} <= {path.name for path in FOLDER.iterdir()}


@test
def wrong_machines_are_refused_with_line_and_reason():
    lines = MACHINE.splitlines()
    number = {line.split()[0]: place for place, line in enumerate(lines, 1)}
    for key, value, said in (
            ("cores", "0", "above 0"), ("cores", "40", "at most 64"), ("clusters", "9", "at most 16"),
            ("near", "x", "'x' is not"), ("near", "1 2", "takes 1"), ("l2", "512K 8", "takes 3"),
            ("l1d", "48K 8 4", "power of two"), ("l3", "1000 16 46", "whole sets"),
            ("dtlb2", "1537 12 7", "whole sets"),
            ("l2", "512K 8 3", "less than l1d's"), ("socket", "150", "less than the one before"),
            ("memory", "330 250", "not nearer"), ("bandwidth", "0", "more than 0"), ("prefetch", "33", "at most 32")):
        changed = [f"{key} {value}" if line.split()[0] == key else line for line in lines]
        error = refusal(MachineError, parse, "\n".join(changed))
        assert said in error and error.startswith("sample:"), error
        assert key == "clusters" or f"sample:{number[key]}:" in error, error
    assert "no key 'fast'" in refusal(MachineError, parse, MACHINE + "\nfast 1")
    assert "stands twice" in refusal(MachineError, parse, MACHINE + "\nnear 100")
    for key in KEYS:
        rest = "\n".join(line for line in lines if line.split()[0] != key)
        assert f"missing: {key} " in refusal(MachineError, parse, rest)


@test
def topology_fills_clusters_and_sockets_in_order():
    machine = parse()
    for cores, sockets, smp in ((1, 1, "1,sockets=1,dies=1,cores=1,threads=1"),
                                (3, 1, "3,sockets=1,dies=1,cores=3,threads=1"),
                                (5, 1, "5,maxcpus=8,sockets=1,dies=2,cores=4,threads=1"),
                                (8, 1, "8,sockets=1,dies=2,cores=4,threads=1"),
                                (12, 2, "12,maxcpus=16,sockets=2,dies=2,cores=4,threads=1"),
                                (16, 2, "16,sockets=2,dies=2,cores=4,threads=1")):
        fitted = fit_machine(machine, cores)
        assert fitted.sockets == sockets and smp_argument(fitted, cores) == smp, smp_argument(fitted, cores)
    assert "16 cores, not 17" in refusal(MachineError, fit_machine, machine, 17)
    assert numa_arguments(fit_machine(machine, 8), 8, 1024) == []
    said = " ".join(numa_arguments(machine, 16, 1024))
    assert "id=node1,size=512M" in said and "nodeid=1,memdev=node1,cpus=8-15" in said and "src=0,dst=1,val=13" in said
    refusal(MachineError, numa_arguments, machine, 16, 4096)


# --- QEMU ----------------------------------------------------------------------------------------------------


@test
def a_qemu_that_does_not_do_is_named():
    with tempfile.TemporaryDirectory() as folder:
        qemu = Path(folder) / "qemu"
        for version, option, expected in (
                ("7.2.22 (Debian 1:7.2)", "-plugin", 1), ("8.2.1", "-plugin", 1), ("9.0.2", "-plugin", 2),
                ("9.1.0", "-plugin", 3), ("10.0.13", "-plugin", 3),
                ("6.2.0", "-plugin", "take QEMU 7.2 or later; this is QEMU emulator version 6.2"),
                ("10.0.13", "-pidfile", "QEMU emulator version 10.0 was built without plugins"),
                ("", "-plugin", "this is another program")):
            qemu.write_text(f"#!/bin/sh\necho 'QEMU emulator version {version}'\necho '{option} [file=]<file>'\n")
            qemu.chmod(0o755)
            with mock.patch("machine.QEMU", str(qemu)):
                if isinstance(expected, int):
                    assert plugin_interface() == expected, version
                else:
                    assert expected in refusal(RuntimeError, plugin_interface), version


# --- results ------------------------------------------------------------------------------------------------


@test
def results_are_read_strictly():
    good = sample_results(2, [sample_line(writers="3", by=["ffffffff80100000"])])
    line = reread(good)["regions"][0]["lines"][0]
    assert line["writers"] == 3 and line["by"] == [0xFFFFFFFF80100000] and line["virtual"] == 0x400000
    for change, said in (
            (lambda data: data.pop("seed"), "missing: seed"), (lambda data: data.update(more=1), "unknown: more"),
            (lambda data: data.update(mode="fast"), "mode: expected time or"),
            (lambda data: data.update(cores=3), "2 cores, and the machine has 3"),
            (lambda data: data["regions"][0].update(end=-1), "regions[0].end: expected a whole number"),
            (lambda data: data["regions"][0]["lines"][0].update(writers="x"), "lines[0].writers"),
            (lambda data: data["regions"][0]["cores"][0].pop("l1"), "cores[0]: missing: l1"),
            (lambda data: data["regions"][0].update(begin=5000), "ends before it begins")):
        wrong = copy.deepcopy(good)
        change(wrong)
        error = refusal(ResultsError, reread, wrong)
        assert said in error, error
    assert "no results" in refusal(ResultsError, read_results, "/nonexistent/results")
    assert "has worked" in refusal(ResultsError, reread, good, 1)
    assert "expected 3" in refusal(ResultsError, reread, good, 3)


if __name__ == "__main__":
    sys.exit(run_tests(TESTS + test_names.TESTS + test_why.TESTS))
