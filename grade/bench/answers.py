"""The answers of wc and wri, found once more and independently: `answers.py wc|wri FILE`.

A word is a maximal run of the letters A-Z and a-z, lower-cased. A line a word, in their order: how
often it comes and, for wri, the FNV-1a-64 of its ascending offsets, each as eight little-endian bytes.
"""
import re
import sys
from array import array
from collections import defaultdict

BASIS, PRIME, MASK = 0xCBF29CE484222325, 0x100000001B3, 0xFFFFFFFFFFFFFFFF


def places_of(text):
    """{word: the offsets at which it stands in `text`, a bytes object; ascending}."""
    found = defaultdict(lambda: array("Q"))  # 8 bytes a place: a text may have many millions
    for match in re.finditer(rb"[A-Za-z]+", text):
        found[match.group().lower()].append(match.start())
    return found


def digest(offsets):
    """The high bytes that are zero in all offsets take one multiplication together: without them in
    the way, FNV-1a's step (value ^ byte) * PRIME is a multiplication."""
    low = (max(offsets).bit_length() + 7) // 8
    rest = pow(PRIME, 8 - low, MASK + 1)
    value = BASIS
    for offset in offsets:
        for byte in offset.to_bytes(low, "little"):
            value = (value ^ byte) * PRIME & MASK
        value = value * rest & MASK
    return value


def answers(program, places):
    """The lines that `program` must print for a text with these places_of()."""
    for word, offsets in sorted(places.items()):
        line = f"{word.decode()} {len(offsets)}"
        yield line if program == "wc" else f"{line} {digest(offsets):016x}"


if __name__ == "__main__":
    with open(sys.argv[2], "rb") as file:
        for line in answers(sys.argv[1], places_of(file.read())):
            print(line)
