"""What our loader says of a disk, a machine or a map of memory that is not good: each for real, by a disk image that was
damaged at one place, or a processor that lacks something. It must stop with its words, and never enter the kernel.

As a program: its last line is `N passed, N failed`.
"""
import struct
import sys

from build import Kernel, build_kernels
from course import Test
from machine import PANIC, Job, run_jobs
from own_tests import run_findings

SECTOR = 512
DIRECTORY = 32 * SECTOR  # mkimage.py: a head of 576 bytes, then records of name, sector and bytes
COUNT, RECORDS, RECORD = DIRECTORY + 8, DIRECTORY + 576, struct.Struct("<48sQQ")
HEADERS = struct.Struct("<QQQQQQ")  # of a program header behind type and flags: offset to align


class Disk:
    """A disk image, to be damaged."""

    def __init__(self, content):
        self.content = bytearray(content)

    def put(self, at, kind, value):
        struct.pack_into(kind, self.content, at, value)

    def record(self, number, **changes):
        """Changes `sector` or `bytes` of a file in the directory."""
        name, sector, count = RECORD.unpack_from(self.content, RECORDS + number * RECORD.size)
        RECORD.pack_into(self.content, RECORDS + number * RECORD.size, name, changes.get("sector", sector),
                         changes.get("bytes", count))

    @property
    def kernel(self):
        """Where the kernel's file begins."""
        return RECORD.unpack_from(self.content, RECORDS)[1] * SECTOR

    def segment(self, **changes):
        """Changes the kernel's first segment, by the field's names."""
        at = self.kernel + struct.unpack_from("<Q", self.content, self.kernel + 32)[0] + 8
        names = ("offset", "virtual", "physical", "file_bytes", "memory_bytes", "align")
        fields = dict(zip(names, HEADERS.unpack_from(self.content, at)), **changes)
        HEADERS.pack_into(self.content, at, *fields.values())


BEYOND = 1 << 30  # a sector that no disk of ours has
MISFORTUNES = {  # name: (what is done to the disk, words in its last line)
    "no directory": (lambda disk: disk.put(DIRECTORY, "8s", b"SOMETHIN"), "the disk's directory is damaged"),
    "a directory of nothing": (lambda disk: disk.put(COUNT, "<I", 0), "the disk's directory is damaged"),
    "a directory that is too long": (lambda disk: disk.put(COUNT, "<I", 56), "the disk's directory is damaged"),
    "a kernel beyond the disk": (lambda disk: disk.record(0, sector=BEYOND), "at or after sector 40000000"),
    "a kernel that is no ELF file": (lambda disk: disk.put(disk.kernel, "4s", b"#!/b"), "not an ELF executable"),
    "a kernel of 32 bits": (lambda disk: disk.put(disk.kernel + 4, "B", 1), "not an ELF executable"),
    "a kernel of a few bytes": (lambda disk: disk.record(0, bytes=10), "not an ELF executable"),
    "a kernel without segments": (lambda disk: disk.put(disk.kernel + 56, "<H", 0), "ELF file is damaged"),
    "headers out of reach": (lambda disk: disk.put(disk.kernel + 32, "<Q", 1 << 40), "ELF file is damaged"),
    "too many headers": (lambda disk: disk.put(disk.kernel + 56, "<H", 1000), "ELF file is damaged"),
    "a segment beyond the file": (lambda disk: disk.segment(offset=1 << 30), "ELF file is damaged"),
    "a segment whose end overflows": (lambda disk: disk.segment(offset=(1 << 64) - 1), "ELF file is damaged"),
    "a segment with more in the file": (lambda disk: disk.segment(memory_bytes=1), "ELF file is damaged"),
    "a segment in low memory": (lambda disk: disk.segment(physical=0x8000), "no memory where the kernel belongs"),
    "a segment over devices": (lambda disk: disk.segment(physical=0xfec00000), "no memory where the kernel belongs"),
    "a segment above 4 GiB": (lambda disk: disk.segment(physical=5 << 30), "no memory where the kernel belongs"),
    "a segment at the end of 64 bits": (lambda disk: disk.segment(physical=(1 << 64) - 16),
                                        "no memory where the kernel belongs"),
    "a module larger than memory": (lambda disk: disk.record(1, bytes=512 << 20), "too little memory"),
    "a module larger than 4 GiB": (lambda disk: disk.record(1, bytes=5 << 30), "too little memory"),
    "a module beyond the disk": (lambda disk: disk.record(1, sector=BEYOND), "at or after sector 40000000"),
}
LACKING = {"lm": "this processor has no 64-bit mode", "nx": "this processor has no no-execute pages"}


def said_by(outcome, words):
    """'' when the loader has stopped with these words, as its last line."""
    last = (outcome.console or [""])[-1]
    if outcome.status != PANIC or not last.startswith("boot: ") or words not in last:
        return f"status {outcome.status}, last line {last!r}"
    return ""


def find(folder):
    """(name, trouble) for every misfortune."""
    kernel = Kernel(4)  # its programs are modules
    built = build_kernels([kernel], lambda *state: None)[kernel]
    if built.error:
        yield "the image is built", built.error
        return
    content, jobs = built.image.read_bytes(), {}
    for number, (name, (damage, words)) in enumerate(MISFORTUNES.items()):
        disk, image = Disk(content), folder / f"{number}.img"
        damage(disk)
        image.write_bytes(disk.content)
        jobs[name] = words, Job(image, Test("boot_info"), folder / str(number))
    for feature, words in LACKING.items():
        more = ("-cpu", f"max,-{feature}")  # QEMU takes the last of two
        jobs[f"a processor without {feature}"] = words, Job(built.image, Test("boot_info"), folder / feature, more=more)
    outcomes = {}
    run_jobs([job for _, job in jobs.values()], lambda job, outcome: outcomes.update({id(job): outcome}))
    for name, (words, job) in jobs.items():
        yield name, said_by(outcomes[id(job)], words)


if __name__ == "__main__":
    sys.exit(run_findings("loader", find))
