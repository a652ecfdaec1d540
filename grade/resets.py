"""Why a machine reset itself: what the processor could not get over.

A triple fault leaves nothing: who should have told of the first fault was not there. So a machine of one core whose
verdict it is runs once more, with QEMU writing down each exception (-d int) and the registers at it. That changes no
verdict; it adds where the first of the last three was.
"""
import re
from dataclasses import replace

from machine import run_jobs
from positions import kernel_names, mode_of, place_of, registers

# SDM vol. 3A, table 6-1
EXCEPTIONS = {0: "#DE", 1: "#DB", 2: "NMI", 3: "#BP", 4: "#OF", 5: "#BR", 6: "#UD", 7: "#NM", 8: "#DF", 10: "#TS",
              11: "#NP", 12: "#SS", 13: "#GP", 14: "#PF", 16: "#MF", 17: "#AC", 18: "#MC", 19: "#XM", 21: "#CP"}
ENTRY = re.compile(r"^ *\d+: v=([0-9a-f]{2}) e=([0-9a-f]+) .*?(IP=\S+ pc=\S+ SP=\S+).*\n((?:(?!check_exception).*\n)*)", re.M)
LOG = "exceptions"


def describe(log, elf):
    """(line, mode) of what began the fault that ended `log`, QEMU's; ("", "") where it does not say."""
    entries = ENTRY.findall(log)
    if not entries:
        return "", ""
    vector, code, _, text = next(entry for entry in entries if entry[2] == entries[-1][2])
    vector, code, value = int(vector, 16), int(code, 16), registers(text)
    mode, base = mode_of(text, value)
    address = base + int(value.get("RIP") or value["EIP"], 16)
    name = kernel_names(elf, [address]).get(address)
    where = name if name and not mode else place_of(address, mode, name)
    cause = EXCEPTIONS.get(vector, f"vector {vector}") + (f" at address {int(value['CR2'], 16):#x}" if vector == 14 else "")
    return f"it began with {cause} (error code {code:#x}) in {where}", mode


def explain_resets(reset):
    """Adds how it began to each verdict of [(job, verdict of a triple fault)]."""
    first = {job.nonce: (job, verdict) for job, verdict in reset}

    def done(again, outcome):
        job, verdict = first[again.nonce]
        log = job.folder / LOG
        if outcome.status == 0 and log.is_file():  # it did so again
            line, verdict.mode = describe(log.read_text(encoding="utf-8", errors="replace"), job.image.with_name("kernel.elf"))
            verdict.detail[:0] = [f"  {line}"] if line else []

    run_jobs([replace(job, folder=job.folder / "again", more=(*job.more, "-d", "int", "-D", str(job.folder / LOG)))
              for job, _ in reset], done)
