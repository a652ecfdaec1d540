"""Makes the kernel's table of names and lines (symbols.c has its form) for the second link.

    symbols.py KERNEL.elf OUT.asm     from the first link
    symbols.py --empty OUT.asm        for the first link

Names come from `nm`, lines from `objdump --dwarf=decodedline`; CROSS is the prefix of both, as in the Makefile.
"""
import os
import re
import subprocess
import sys

CROSS = os.environ.get("CROSS", "")
KERNEL_BASE = 0xFFFFFFFF80000000
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROW = re.compile(r"^(\S+)\s+(\d+|-)\s+(?:0x)?([0-9a-f]+)(?:\[\d+\])?(?:\s+\d+)?(?:\s+x)?(\s+END)?\s*$")
HEADING = re.compile(r"^(?:CU: )?(\S+):(?:\[\+\+\])?$")


def read_functions(kernel, text):
    """{offset: name} of all code; where several names stand at one address, the last global one. nasm's local labels,
    `parent.label`, are part of their parent."""
    functions, parent = {}, ""
    listing = subprocess.run([CROSS + "nm", "-n", kernel], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        address, kind, name = line.split(maxsplit=2)
        offset = int(address, 16) - KERNEL_BASE
        if parent and name.startswith(parent + "."):
            continue
        parent = name
        if kind in "tTwW" and offset in text and (offset not in functions or kind in "TW"):
            functions[offset] = name
    return functions


def read_text_range(kernel):
    listing = subprocess.run([CROSS + "nm", kernel], check=True, capture_output=True, text=True).stdout
    ends = {line.split()[2]: int(line.split()[0], 16) - KERNEL_BASE for line in listing.splitlines()}
    return range(ends["text_start"], ends["text_end"])


def read_lines(kernel, text):
    """{offset: (file, line)}; line 0 where a piece of known code ends."""
    lines, path = {}, ""
    listing = subprocess.run([CROSS + "objdump", "-w", "--dwarf=decodedline", kernel], check=True, capture_output=True,
                             text=True).stdout
    for row in listing.splitlines():
        heading, match = HEADING.match(row), ROW.match(row)
        if heading:
            # nasm knows where the file lies, before which objdump may put "./"; gcc was told to leave the tree's own
            # place out
            path = os.path.relpath(os.path.join(ROOT, heading[1].removeprefix("./")), ROOT)
        elif match:
            offset = int(match[3], 16) - KERNEL_BASE
            if offset not in text:
                continue
            if match[2] == "-" or match[4]:
                lines.setdefault(offset, ("", 0))
            else:
                name = path if os.path.basename(path) == os.path.basename(match[1]) else match[1]
                lines[offset] = (name, int(match[2]))  # of several at one address the last is the code's
    return lines


def merge_equal(lines):
    """Only where file or line change; sorted."""
    merged, last = [], None
    for offset, line in sorted(lines.items()):
        if line != last:
            merged.append((offset, *line))
        last = line
    return merged


def write_table(out, functions, lines):
    strings, text = {}, []

    def place(string):
        if string not in strings:
            strings[string] = sum(len(s) + 1 for s in strings)
            text.append(f"        db `{string}`, 0")
        return strings[string]

    files = {name: number for number, name in enumerate(dict.fromkeys(file for _, file, _ in lines))}
    rows = [f"        dd {offset}, {place(name)}" for offset, name in sorted(functions.items())]
    rows += [f"        dd {offset}\n        dw {files[file]}, {min(line, 0xFFFF)}" for offset, file, line in lines]
    rows += [f"        dd {place(name)}" for name in files]
    header = f"        section .symbols progbits alloc noexec nowrite align=8\n        dd {len(functions)}, {len(lines)}, {len(files)}"
    out.write("\n".join([header, *rows, *text, ""]))


def main():
    kernel, out_path = sys.argv[1:]
    functions, lines = {}, []
    if kernel != "--empty":
        text = read_text_range(kernel)
        functions, lines = read_functions(kernel, text), merge_equal(read_lines(kernel, text))
    with open(out_path, "w", encoding="ascii") as out:
        write_table(out, functions, lines)


if __name__ == "__main__":
    main()
