"""Tests of what stands around the simulator's plugin: `test_driver.py`. No guest runs; results, memory and an ELF
file are small samples made here. Ends with `N passed, N failed`.
"""
import copy
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "bench"), str(Path(__file__).resolve().parents[1])]

import test_why
from debug_types import read_types
from elf_file import ElfError, ElfFile
from guest_memory import DIRECT_MAP, GuestMemory
from line_names import LineNames, constants
from machine_file import (FOLDER, KEYS, MachineError, fit_machine, numa_arguments, read_machine, smp_argument)
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
        bare = [line for line in machine.text.splitlines() if line.split("#")[0].strip() and "#" not in line]
        assert not bare or path.name.startswith("small"), f"{path.name}: no source: {bare}"
    assert {"opteron16", "milan48", "icelake32", "cores64"} <= {path.name for path in FOLDER.iterdir()}


@test
def wrong_machines_are_refused_with_line_and_reason():
    lines = MACHINE.splitlines()
    number = {line.split()[0]: place for place, line in enumerate(lines, 1)}
    for key, value, said in (
            ("cores", "0", "above 0"), ("cores", "40", "at most 64"), ("clusters", "9", "at most 16"),
            ("near", "x", "'x' is not"), ("near", "1 2", "takes 1"), ("l2", "512K 8", "takes 3"),
            ("l1d", "48K 8 4", "power of two"), ("l3", "1000 16 46", "whole sets"), ("dtlb2", "1537 12 7", "whole sets"),
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


# --- names ----------------------------------------------------------------------------------------------------

SOURCE = r"""
typedef unsigned long word;
enum page_kind { PAGE_ABSENT, PAGE_FREE, PAGE_SLAB };
struct lock { unsigned next, serving; };
struct item { word pad; struct { struct lock lock; word list[3]; } inner[2]; union { word one; char bytes[8]; }; };
struct item table[4] = {{1}};
enum page_kind kind = PAGE_SLAB;
static word alone;
word beside;
int work(int n) { alone += n; return n + (int)alone; }
int main(void) { beside++; return work(3); }
"""


def with_program(use):
    """use() of a small program, compiled here with its debugging information."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program"
        subprocess.run(["gcc", "-g", "-O1", "-fno-inline", "-no-pie", "-x", "c", "-", "-o", path], input=SOURCE, text=True,
                       check=True)
        return use(ElfFile(path), read_types(path))


@test
def symbols_and_fields_are_found():
    def use(elf, types):
        assert elf.function_at(elf.address("work") + 1) == "work"
        assert elf.function_at(1) == ""
        item = types.records["item"]
        assert types.size(item) == 8 + 2 * 32 + 8
        assert types.path(item, 0) == ".pad" and types.path(item, 8 + 32 + 4) == ".inner[1].lock.serving"
        assert types.path(item, 8 + 8 + 16) == ".inner[0].list[2]"
        assert types.path(item, 8 + 64) in (".one", ".bytes[0]")
        assert types.offset("item", "one") == 72 and types.enumerators["PAGE_SLAB"] == 2
        names = LineNames(program=elf, program_types=types)
        at = elf.address("table") + types.size(item) * 2 + 12
        assert names.line(0, at).text.startswith("table[2].inner[0].lock.serving"), names.line(0, at)
        assert names.line(0, elf.address("alone")).text.startswith("alone"), names.line(0, elf.address("alone"))
        assert names.code(elf.address("main")) == "main (ring 3)"
        assert names.line(0, elf.address("main") + 2).text == "code of main (ring 3)"
    with_program(use)


@test
def what_is_no_elf_file_is_refused():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program"
        path.write_bytes(b"\x7fELF\x01\x01" + bytes(100))
        assert "not an ELF file" in refusal(ElfError, ElfFile, path)
        path.write_bytes(b"\x7fELF")
        assert "cut off" in refusal(ElfError, ElfFile, path)


@test
def parts_of_an_address_space_are_those_of_the_sources():
    known = constants("lab5-cores/user/runtime/platform.c")
    names = LineNames(cores=4)
    window = known["WINDOWS_BYTES"] // 4
    at = known["WINDOWS_BASE"] + 3 * window + 0x40
    assert names.line(0, at).text == "window of core 3 +40" and names.line(0, at).group == "windows of the cores"
    assert names.line(0, known["PRIVATE_BASE"]).text.startswith("private memory")
    assert names.line(0, 0x7FEFFFFFFFF8).text.startswith("stack")
    assert names.line(0, 0x660000000000).group == "ring 3, elsewhere"


class SampleKernel:
    """A kernel of which only the symbols are known."""
    places = {"kernel_root": 0xFFFFFFFF80002000, "core_count": 0xFFFFFFFF80002008, "core_distance": 0xFFFFFFFF80002010}

    def address(self, name):
        return self.places[name]


class SampleTypes:
    records = {"page": None}

    def size(self, kind):
        return 32


@test
def memory_is_read_by_the_kernels_own_tables():
    """A root at 0x3000, its slot 510 to tables at 0x4000, 0x5000, 0x6000; the area's third page is frame 0x77."""
    with tempfile.TemporaryDirectory() as folder:
        path, memory = Path(folder) / "memory", bytearray(0x8000)
        for at, value in ((0x2000, DIRECT_MAP + 0x3000), (0x2008, 2), (0x2010, DIRECT_MAP + 0x7000),
                          (0x3000 + 8 * 510, 0x4003), (0x4000, 0x5003), (0x5000, 0x6003), (0x6010, 0x77003),
                          (0x7008, 0x1234)):
            struct.pack_into("<Q", memory, at, value)
        path.write_bytes(memory)
        guest = GuestMemory(path, SampleKernel(), SampleTypes())
        assert guest.physical(0xFFFFFF0000002010) == 0x77010 and guest.physical(0xFFFFFF0000001000) is None
        assert guest.physical(DIRECT_MAP + 5) == 5 and guest.core_distances == [0, 0x1234]
        assert guest.read(0x7FFC, 8) == bytes(8), "beyond the file's end there are zeros"
        guest.close()


def main():
    tests, failed = TESTS + test_why.TESTS, 0
    for function in tests:
        try:
            function()
            print(f"PASS  {function.__name__}")
        except Exception as error:  # one test's failure is not the end of the others
            failed += 1
            print(f"FAIL  {function.__name__}: {type(error).__name__}: {error}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
