"""The answers of wc and wri, found once more and independently: `answers.py wc|wri FILE`.

A word is a maximal run of the letters A-Z and a-z, lower-cased. A line a word, in their order: how
often it comes and, for wri, the FNV-1a-64 of its ascending offsets, each as eight little-endian bytes.
"""
import re
import sys
from collections import defaultdict


def digest(offsets):
    value = 0xCBF29CE484222325
    for offset in offsets:
        for byte in offset.to_bytes(8, "little"):
            value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def answers(program, text):
    """The lines that `program` must print for `text`, a bytes object."""
    found = defaultdict(list)
    for match in re.finditer(rb"[A-Za-z]+", text):
        found[match.group().lower()].append(match.start())
    for word, offsets in sorted(found.items()):
        line = f"{word.decode()} {len(offsets)}"
        yield line if program == "wc" else f"{line} {digest(offsets):016x}"


if __name__ == "__main__":
    with open(sys.argv[2], "rb") as file:
        for line in answers(sys.argv[1], file.read()):
            print(line)
