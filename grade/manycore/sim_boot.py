"""Running a kernel in the simulator: the plugin, built for the QEMU that we run, and one boot a number of
cores."""
import hashlib
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import machine
from build import locked
from count import plugin_interface
from course import ROOT, Test
from elf_file import ElfFile, kernel_entries
from machine import Job
from machine_file import fit_machine, numa_arguments, smp_argument

SOURCES = ROOT / "grade" / "manycore"
FOLDER = ROOT / "build" / "manycore"
FLAGS = ("-std=gnu17", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-fvisibility=hidden")
SECONDS = 1800  # limit for one boot of a program that somebody wants to see on many cores
MEMORY = 1024   # MiB
RESULTS, DUMP = "simulated", "memory"  # files of a run: what the plugin says, and the guest's memory


@dataclass(frozen=True)
class Simulation:
    """What is simulated: the machine, the plugin's options mode, model, bandwidth and seed, the memory in MiB."""
    machine: object
    mode: str = "time"
    model: str = "blocking"
    bandwidth: bool = True
    seed: int = 0
    memory: int = MEMORY
    seconds: int = SECONDS # limit for a boot on a nominal host
    dump: bool = True     # whether the guest's memory is kept, for names:
    dump_at: str = "region"  # as it is when the last region ends that a marker ends, or at the "end" of all
    options: tuple = field(default_factory=tuple)  # more of the plugin's


def build_plugin():
    """The path of the plugin; built anew only when its sources, the compiler or the QEMU differ."""
    sources = sorted(SOURCES.glob("*.c"))
    if not sources:
        raise RuntimeError(f"no sources of the plugin in {SOURCES}")
    command = [os.environ.get("CC", "gcc"), *FLAGS, f"-DPLUGIN_API={plugin_interface()}"]
    marker = ROOT / "lab5-cores" / "user" / "marker.h"
    digest = hashlib.sha256(" ".join(command).encode())
    for path in [*sources, *sorted(SOURCES.glob("*.h")), marker]:
        digest.update(path.name.encode() + path.read_bytes())
    plugin = FOLDER / f"manycore-{digest.hexdigest()[:16]}.so"
    with locked("plugin.lock"):
        if not plugin.is_file():
            FOLDER.mkdir(parents=True, exist_ok=True)
            for old in FOLDER.glob("manycore-*.so"):
                old.unlink()
            new = plugin.with_suffix(".new")
            made = subprocess.run([*command, "-o", new, *sources, "-ldl"], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, errors="replace")
            if made.returncode:
                raise RuntimeError(f"the plugin does not build:\n{made.stdout.strip()}")
            new.replace(plugin)
    return plugin


def escaped(path):
    """A path within an argument of QEMU's, where a comma is two."""
    return str(path).replace(",", ",,")


def simulation_fields(simulation, cores, folder, plugin, begin, entries):
    """What a Job of machine.py, Corey's or the Linux peer's, must have to run in the simulator: {field: value}, memory
    and topology being those of its Test. `begin` is an address in hexadecimal, '' for the guest's first instruction;
    `entries` a file, as in README.md; what the plugin reads and leaves otherwise lies in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    fitted = fit_machine(simulation.machine, cores)
    memory = simulation.memory // fitted.sockets * fitted.sockets  # in even parts
    (folder / fitted.name).write_text(fitted.text, encoding="utf-8")
    for name in (RESULTS, DUMP):
        (folder / name).unlink(missing_ok=True)
    options = {"machine": folder / fitted.name, "out": folder / RESULTS, "begin": begin, "mode": simulation.mode,
               "model": simulation.model, "seed": simulation.seed, "size": memory, "entries": entries}
    if not begin:
        del options["begin"]
    if not simulation.bandwidth:
        options["bandwidth"] = "off"
    if simulation.dump:
        options.update(memory=folder / DUMP, memory_at=simulation.dump_at)
    argument = ",".join([escaped(plugin), *(f"{name}={escaped(value)}" for name, value in options.items() if value != ""),
                         *simulation.options])
    return {"memory": memory, "topology": smp_argument(fitted, cores), "plugin": argument, "single": True,
            "more": tuple(numa_arguments(fitted, cores, memory))}


def simulation_job(image, kernel, simulation, cores, words, folder, plugin):
    """Corey's boot: a Job for machine.Machine."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = folder / "entries"
    entries.write_text("".join(f"{address:x} {kind}\n" for address, kind in kernel_entries(kernel)), encoding="ascii")
    fields = simulation_fields(simulation, cores, folder, plugin, f"{kernel.address('kernel_main'):x}", entries)
    test = Test(words, memory=fields.pop("memory"), cores=cores, topology=fields.pop("topology"),
                seconds=simulation.seconds)
    return Job(image, test, folder, words=words, **fields)


def read_kernel(image):
    """The kernel's ELF file, which lies beside the image."""
    return ElfFile(Path(image).parent / "kernel.elf")


def program_path(image, name):
    """The file of a program; None: the image has none of this name."""
    kernel = Path(image).parent
    places = [kernel / "programs" / name, kernel.parent.parent / "programs" / name]
    return next((path for path in places if path.is_file()), None)


def qemu_said(folder):
    """What QEMU and the plugin said on their way."""
    return " ".join(machine.read_lines(folder / "qemu"))
