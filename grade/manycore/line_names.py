"""What a line of memory is, and what code an address belongs to, in the words of the sources.

A line is known by its physical address and by the last address that it was touched at. Of the kernel's
memory the names come from symbols, debugging information and what lay in memory (guest_memory.py); of a
program's, from its symbols and from where the C sources say that stack, heap and windows lie.
"""
import re
from dataclasses import dataclass

from course import ROOT
from debug_types import source_lines
from elf_file import ElfFile
from guest_memory import KERNEL_AREA, KERNEL_BASE, PAGE

LINE = 64
STACK_PAGES = 8  # CORE_STACK_PAGES
USER_END = 1 << 47
KINDS = {  # of pages: one, and many
    "table": ("page table", "page tables"), "node": ("inner node of a segment", "inner nodes of segments"),
    "share": ("page of a share's table", "pages of shares' tables"), "module": ("boot module", "boot modules"),
    "kernel": ("page of the kernel's own", "pages of the kernel's own"),
    "absent": ("no page of ours", "no pages of ours"),
    "data": ("page of a segment, by the kernel", "pages of segments, by the kernel"),
    "free": ("page that is free at the end", "pages that are free at the end")}
# Parts of a program's address space: name, file and macro of its start, macro of its size.
PARTS = (("heap", "lab7-libos/given/memory/heap.c", "HEAP_BASE", "HEAP_MOST"),
         ("private memory", "lab5-cores/user/runtime/platform.c", "PRIVATE_BASE", "PRIVATE_BYTES"),
         ("windows", "lab5-cores/user/runtime/platform.c", "WINDOWS_BASE", "WINDOWS_BYTES"),
         ("shared memory", "lab5-cores/user/runtime/platform.c", "ALONE_BASE", "ALONE_BYTES"))
STACK_FILE = "lab4-addrtree/given/abi/trap_area.h"


@dataclass(frozen=True)
class Name:
    """A line's name; `group` is the same without what tells it from its like on other cores. `plain` where nothing
    is known of what lies there but the kind of its page: then lines of one group have nothing else in common."""
    text: str
    group: str
    plain: bool = False

    def beside(self, others):
        more = f" (with {', '.join(others)})" if others else ""
        return Name(self.text + more, self.group + more, self.plain)


def one(text):
    return Name(text, text)


def constants(path):
    """{name: value} of the plain numbers that a C source defines."""
    found = {}
    source = (ROOT / path).read_text(encoding="utf-8")
    for name, text in re.findall(r"^#define\s+(\w+)\s+([^\n/]*)", source, re.MULTILINE):
        text = re.sub(r"(?<=[0-9a-fA-F])[uUlL]+\b", "", text).strip()
        shifted = re.fullmatch(r"\(?(0x[0-9a-fA-F]+|\d+)(?:\s*<<\s*(\d+))?\)?", text)
        if shifted:
            found[name] = int(shifted[1], 0) << int(shifted[2] or 0)
    return found


class LineNames:
    """`kernel` and `program` are ElfFiles, either may be None, with their types; `memory` is a Corey's GuestMemory, or
    None: then the kernel may be Linux's MapFile; `cores` says how many the program has."""

    def __init__(self, kernel=None, kernel_types=None, memory=None, program=None, program_types=None, cores=1):
        self.kernel, self.kernel_types, self.memory = kernel, kernel_types, memory
        self.program, self.program_types, self.cores = program, program_types, cores
        self.kernel_lines = source_lines(kernel.path) if isinstance(kernel, ElfFile) else None
        self.program_lines = source_lines(program.path) if program else None
        self.parts = []
        for name, path, base, size in PARTS:
            if (ROOT / path).is_file():
                known = constants(path)
                self.parts.append((name, known[base], known[size]))
        known = constants(STACK_FILE) if (ROOT / STACK_FILE).is_file() else {}
        if known:
            self.parts.append(("stack", known["USER_STACK_TOP"] - known["USER_STACK"], known["USER_STACK"]))
            self.parts.append(("boot page", known["USER_BOOT_PAGE"], PAGE))

    def forget_memory(self):
        """Removes the file that the guest's memory lies in: it is large."""
        if self.memory:
            self.memory.close()
            self.memory.path.unlink(missing_ok=True)

    # --- code ------------------------------------------------------------------------------------------

    def code(self, address):
        """The function that holds an instruction."""
        if address >> 63:
            return (self.kernel.function_at(address) if self.kernel else "") or f"kernel {address:x}"
        name = self.program.function_at(address) if self.program else ""
        return f"{name or f'{address:x}'} (ring 3)"

    def place(self, address):
        """The same, with file and line."""
        lines = self.kernel_lines if address >> 63 else self.program_lines
        line = lines.line(address) if lines else ""
        return f"{self.code(address)} {line}".rstrip()

    # --- lines -----------------------------------------------------------------------------------------

    def line(self, physical, virtual):
        """The name of the line at a physical address, last touched at a virtual one."""
        if virtual < USER_END:
            return self.user_line(virtual)
        at = physical - physical % LINE + virtual % LINE  # the byte that was touched
        if self.memory is None:
            return self.other_line(at, virtual)
        if self.kernel.address("kernel_start") <= at + KERNEL_BASE < self.kernel.address("kernel_end"):
            return self.image_line(at + KERNEL_BASE)
        if 0 <= at - self.memory.records_start < len(self.memory.page_records):
            return self.record_line(at - self.memory.records_start)
        area = self.memory.area_addresses.get(at // PAGE)
        if area is not None:
            return self.area_line(area * PAGE + at % PAGE)
        kind = self.memory.page_kind(at // PAGE)
        if kind == "slab":
            return self.block_line(at)
        if kind == "budget":
            return self.budget_line(at)
        single, many = KINDS.get(kind, (f"page of kind {kind}", f"pages of kind {kind}"))
        return Name(f"{single} {at & -PAGE:x}+{at % PAGE:x}", many, True)

    def other_line(self, at, virtual):
        """Of a kernel whose memory is not at hand: by the address that was used."""
        if self.kernel and self.kernel.function_at(virtual):
            return one(f"code of {self.code(virtual)}")
        name = self.variable(self.kernel, self.kernel_types, virtual) if self.kernel else None
        return name or Name(f"kernel's memory {at:x}", "kernel's memory", True)

    def field(self, types, symbol, address):
        """A variable and the field of it that an address lies in."""
        kind = types.by_address.get(symbol.address, types.by_name.get(symbol.name)) if types else None
        inner = types.path(kind, address - symbol.address) if kind is not None else ""
        return symbol.name.split(".")[0] + inner

    def variable(self, elf, types, address):
        """The name of the variable at an address, and those of the others in its line; None: there is none."""
        symbol = elf.object_at(address)
        if symbol is None:
            return None
        start = address & -LINE
        others = [other.name.split(".")[0] for other in elf.objects_in(start, start + LINE) if other != symbol]
        return one(self.field(types, symbol, address)).beside(others[:3])

    def image_line(self, address):
        kernel = self.kernel
        if kernel.address("text_start") <= address < kernel.address("text_end"):
            return one(f"code of {self.code(address)}")
        name = self.variable(kernel, self.kernel_types, address)
        if kernel.address("percore_start") <= address < kernel.address("percore_end"):
            return self.own(name, 0)
        return name or one(f"kernel {address:x}")

    @staticmethod
    def own(name, core):
        text = name.text if name else "per-core data"
        return Name(f"{text} of core {core}", f"{text} of each core")

    def area_line(self, address):
        """In the kernel's area: per-core data, a stack, or the table of where the first is."""
        memory, kernel = self.memory, self.kernel
        start, end = kernel.address("percore_start"), kernel.address("percore_end")
        for core, distance in enumerate(memory.core_distances):
            at = (address - distance) % (1 << 64)
            if start <= at < end:
                return self.own(self.variable(kernel, self.kernel_types, at), core)
        for core, top in enumerate(memory.stack_tops):
            if top - STACK_PAGES * PAGE <= address < top:
                return Name(f"stack of core {core}", "stack of each core")
        table = memory.number(kernel.address("core_distance"))
        if table <= address < table + PAGE:
            return one("core_distance")
        return Name(f"kernel's area {address - KERNEL_AREA:x}", "kernel's area")

    def record_line(self, offset):
        frame = offset // self.memory.page_size
        field = self.kernel_types.path(self.memory.page_struct, offset % self.memory.page_size)
        kind = self.memory.page_kind(frame)
        return Name(f"descriptor{field} of page {frame:x} ({kind})", f"descriptors of pages ({kind})")

    def block_line(self, at):
        block = self.memory.block_at(at)
        if block is None:
            return Name(f"slab {at:x}", "slabs")
        start, size = block
        kind = None if self.memory.block_is_free(start) else self.memory.block_types.get(start)
        if self.memory.block_is_free(start):
            return Name(f"block {start:x} of {size} bytes that is free at the end, +{at - start}",
                        f"blocks of {size} bytes that are free at the end", True)
        if kind is None:
            return Name(f"block {start:x} of {size} bytes, +{at - start}", f"blocks of {size} bytes", True)
        field = self.kernel_types.path(kind, at - start) or f"+{at - start}"
        return Name(f"{kind.name}{field} ({start:x})", f"{kind.name}{field}")

    def budget_line(self, at):
        """In a page of an account's budgets: one for each core."""
        kind = self.kernel_types.records["account_budget"]
        core, offset = divmod(at % PAGE, self.kernel_types.size(kind))
        field = self.kernel_types.path(kind, offset)
        return Name(f"account_budget{field} of core {core} ({at & -PAGE:x})", f"account_budget{field} of each core")

    def user_line(self, address):
        if self.program and self.program.function_at(address):
            return one(f"code of {self.code(address)}")
        name = self.variable(self.program, self.program_types, address) if self.program else None
        if name:
            return Name(f"{name.text} (ring 3)", f"{name.group} (ring 3)")
        for part, base, size in self.parts:
            if base <= address < base + size:
                return self.part_line(part, address - base, size)
        return Name(f"ring 3 {address:x}", "ring 3, elsewhere", True)

    def part_line(self, part, offset, size):
        if part != "windows":
            return Name(f"{part} +{offset:x} (ring 3)", f"{part} (ring 3)", True)
        each = size // self.cores // (2 << 20) * (2 << 20)
        return Name(f"window of core {offset // each} +{offset % each:x}", "windows of the cores", True)
