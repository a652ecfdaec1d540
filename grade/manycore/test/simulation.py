"""Runs of the tests' guest (guest.asm) in the simulator: what it is built with, QEMU's arguments, what it leaves."""
import functools
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[0]), str(HERE.parents[1]), str(HERE.parents[1] / "bench")]

from count import plugin_interface
from machine import PASSED, PLUGIN_CACHE, QEMU
from machine_file import numa_arguments, read_machine

SIMULATOR = HERE.parent
CC = os.environ.get("CC", "gcc")
WARNINGS = ["-std=gnu17", "-Wall", "-Wextra", "-Werror"]
MEMORY = 1024        # MiB; holes, but for what a test touches
SECONDS = 60         # a run takes one or two
ENTRIES = {"system_call": "system_call", "trap": "trap", "interrupt": "interrupt", "timer": "interrupt"}


@dataclass
class Report:
    """What a run left: `text` is all of it but for the host's seconds; `symbols`, the guest's."""
    text: str
    said: dict
    symbols: dict

    @property
    def regions(self):
        return self.said["regions"]

    def length(self):
        """Cycles from the begin to the end of the only region."""
        region, = self.regions
        return region["end"] - region["begin"]

    def total(self, what):
        """A counter of the only region, over all cores."""
        region, = self.regions
        return sum(core[what] for core in region["cores"])


class Simulator:
    """The plugin, built in a folder where all runs leave what they do."""

    def __init__(self, folder):
        self.folder = folder
        self.plugin = self.build(sorted(SIMULATOR.glob("*.c")), plugin_interface())

    def build(self, sources, interface):
        plugin = self.folder / f"manycore{len(list(self.folder.glob('*.so')))}.so"
        subprocess.run([CC, *WARNINGS, "-O2", "-fPIC", "-shared", "-fvisibility=hidden", f"-I{SIMULATOR}",
                        f"-DPLUGIN_API={interface}", "-o", plugin, *sources], check=True)
        return plugin

    @functools.lru_cache(maxsize=None)
    def guest(self, test, cores, work, operations):
        """(ROM, {symbol: address}) of a guest."""
        folder = self.folder / f"{test}-{cores}-{work}-{operations}"
        folder.mkdir()
        subprocess.run(["nasm", "-f", "bin", "-i", f"{HERE}/", f"-DTEST={test}", f"-DCORES={cores}",
                        f"-DWORK={work}", f"-DOPERATIONS={operations}", HERE / "guest.asm", "-o", "guest.rom"],
                       check=True, cwd=folder)
        lines = (line.split() for line in (folder / "guest.map").read_text().splitlines())
        return folder / "guest.rom", {words[-1]: int(words[0], 16) for words in lines
                                      if len(words) in (2, 3) and re.fullmatch("[0-9A-F]+", words[0])}

    def machine(self, name, **changes):
        """A machine of this folder, with the values of some keys changed."""
        text = (HERE / name).read_text()
        for key, value in changes.items():
            text, count = re.subn(rf"^{key}\b.*$", f"{key} {value}", text, flags=re.MULTILINE)
            assert count == 1, key
        path = self.folder / f"{name}{len(list(self.folder.glob('*')))}"
        path.write_text(text)
        return path

    def run(self, test, cores=1, machine="flat", work="private_work", operations=100, begin="long_mode",
            nodes=False, device="", **options):
        """Its report; an option that is None is not given. With `nodes`, the guest's memory lies in one a socket."""
        rom, symbols = self.guest(test, cores, work, operations)
        out, entries = rom.with_name("out"), rom.with_name("entries")
        entries.write_text("".join(f"{symbols[f'{name}_entry']:x} {kind}\n" for name, kind in ENTRIES.items()))
        if "charge" in options:
            options["charge"] = f"{symbols[options['charge']]:x}"
        options = {"machine": HERE / machine, "out": out, "entries": entries,
                   "begin": f"{symbols[begin]:x}" if begin else None, "size": MEMORY, **options}
        more = numa_arguments(read_machine(options["machine"]), cores, MEMORY) if nodes else []
        said = self.start(cores, rom, options, more + (["-device", device] if device else []))
        if said.returncode != PASSED:
            raise RuntimeError(f"{test}: QEMU's status {said.returncode}; {said.stderr.strip()}")
        text = re.sub(r'"seconds": [\d.]+', "", out.read_text())
        return Report(text, json.loads(out.read_text()), symbols)

    def start(self, cores, rom, options, more=(), plugin=None):
        """QEMU, run to its end; `more` are arguments of its."""
        given = "".join(f",{key}={value}" for key, value in options.items() if value is not None)
        return subprocess.run(
            [QEMU, "-M", "q35", "-cpu", "max", "-accel", f"tcg,thread=single,tb-size={PLUGIN_CACHE}",
             "-plugin", f"{plugin or self.plugin}{given}", "-m", f"{MEMORY}M", "-smp", str(cores), "-nodefaults",
             "-display", "none", "-no-reboot", "-bios", rom, "-device", "isa-debug-exit,iobase=0xf4,iosize=4", *more],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=SECONDS)
