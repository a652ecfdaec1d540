"""What a list of each core's own is worth: trips between cores that exercise 1.3's page lists cost lines of memory.

    lines.py [--tree DIR]     the page_list.c of DIR instead of the one in solutions/

Counted, not timed (lines.h): every machine says the same, whatever else it has to do.
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from race import CORES, HERE, LABS, PAGES, ROOT

FLAGS = ("-std=gnu17", "-O1", "-ffunction-sections", "-fno-builtin", "-Wall", "-Wextra", "-Werror",
         "-Wno-unused-parameter", "-Wno-unused-function", "-Wno-unused-variable")
MEASURED = ("lab1-boot/given/page.c", "lab1-boot/given/page_steal.c", "lab1-boot/given/lock.c")
UNDERNEATH = ("grade/race/page_lines.c", "grade/race/lines.c", "grade/race/host.c",
              *(name for name in (*CORES, *PAGES) if name not in MEASURED))
NUMBERS = (1, 2, 4, 8, 16)  # of cores, HOST_CORES_MOST of host.h at most
CASES = (("own", "a list each"), ("passed", "freed by the next"), ("one", "one for all"))


def compile_all(folder, sources, *flags):
    includes = [f"-I{ROOT / lab / part}" for lab in LABS for part in ("", "given", "given/abi")]
    for number, source in enumerate(sources):
        out = Path(folder) / f"{number}{'-'.join(flags)}.o"
        built = subprocess.run(["gcc", *FLAGS, *flags, *includes, f"-I{HERE}", "-c", ROOT / source, "-o", out],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if built.returncode:
            sys.exit(built.stdout)
        yield out


def build(exercise, folder):
    objects = [*compile_all(folder, (*MEASURED, exercise), "-fsanitize=thread", "-Wno-tsan"),
               *compile_all(folder, UNDERNEATH)]
    program = Path(folder) / "page_lines"
    command = ["gcc", "-pthread", "-Wl,--gc-sections", f"-Wl,-T,{HERE / 'host.ld'}", *objects, "-o", program]
    linked = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if linked.returncode:
        sys.exit(linked.stdout)
    return program


def trips(program, cores, case):
    """Of a page that is taken and given back."""
    run = subprocess.run([program, str(cores), case], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(run.stderr.strip() or f"ended with status {run.returncode}")
    return run.stdout.strip()


def main():
    parser = argparse.ArgumentParser(description="Trips that page lists have lines of memory make between cores.")
    parser.add_argument("--tree", type=Path)
    options = parser.parse_args()
    exercise = (options.tree or ROOT / "solutions").resolve() / "lab1-boot" / "page_list.c"
    with tempfile.TemporaryDirectory(prefix="corey-lines-") as folder:
        program = build(exercise, folder)
        print("trips of a line between cores, for a page taken and given back")
        print(" ".join(["cores", *(f"{title:>18}" for _, title in CASES)]))
        for cores in NUMBERS:
            print(" ".join([f"{cores:>5}", *(f"{trips(program, cores, case):>18}" for case, _ in CASES)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
