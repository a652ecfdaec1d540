"""Symbols of the guest: which one an address belongs to. ELF files, kernel and programs, are read directly
(64 bits, little endian, linked at fixed addresses: System V ABI, chapter 4), and so is Linux's System.map."""
import bisect
import struct
from dataclasses import dataclass
from pathlib import Path

HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SECTION = struct.Struct("<IIQQQQIIQQ")
SYMBOL = struct.Struct("<IBBHQQ")
TABLE, NO_BITS = 2, 8          # types of sections
CODE = 4                       # flag of a section
NO_TYPE, OBJECT, FUNCTION = 0, 1, 2  # types of symbols
ABSOLUTE = 0xFF00              # numbers of sections from here on are none


class ElfError(Exception):
    """A file that is no ELF file of a guest."""


@dataclass(frozen=True)
class Symbol:
    """A name for [address, address + size); `code` where it lies in a section of code."""
    name: str
    address: int
    size: int
    code: bool


class SymbolTable:
    """Symbols by address and by name."""

    def __init__(self, path, symbols):
        self.path, self.by_name = Path(path), {}
        self.functions = with_sizes([symbol for symbol in symbols if symbol.code])
        self.objects = with_sizes([symbol for symbol in symbols if not symbol.code])
        for symbol in symbols:
            self.by_name.setdefault(symbol.name, symbol)
        self.function_starts = [symbol.address for symbol in self.functions]
        self.object_starts = [symbol.address for symbol in self.objects]

    def address(self, name):
        """Where a symbol lies."""
        if name not in self.by_name:
            raise ElfError(f"{self.path}: no symbol {name}")
        return self.by_name[name].address

    def function_at(self, address):
        """The name of the function that holds an address, or ''."""
        symbol = symbol_at(self.functions, self.function_starts, address)
        return symbol.name.split(".")[0] if symbol else ""

    def object_at(self, address):
        """The symbol of the data that holds an address, or None."""
        return symbol_at(self.objects, self.object_starts, address)

    def objects_in(self, start, end):
        """The symbols of data with a byte in [start, end)."""
        first = max(0, bisect.bisect_right(self.object_starts, start) - 1)
        found = []
        for symbol in self.objects[first:]:
            if symbol.address >= end:
                break
            if symbol.address + symbol.size > start:
                found.append(symbol)
        return found


class ElfFile(SymbolTable):
    def __init__(self, path):
        self.bytes = Path(path).read_bytes()
        try:
            header = HEADER.unpack_from(self.bytes)
            if header[0][:6] != b"\x7fELF\x02\x01":
                raise ElfError(f"{path}: not an ELF file of 64 bits")
            start, size, count = header[6], header[11], header[12]
            self.sections = [SECTION.unpack_from(self.bytes, start + size * number) for number in range(count)]
            super().__init__(path, list(self.read_symbols()))
        except struct.error as error:
            raise ElfError(f"{path}: cut off: {error}") from error

    def read_symbols(self):
        """Every named symbol that lies in a section."""
        for section in self.sections:
            if section[1] != TABLE:
                continue
            strings = self.sections[section[6]][4]
            for at in range(section[4], section[4] + section[5], SYMBOL.size):
                name, info, _, number, address, size = SYMBOL.unpack_from(self.bytes, at)
                if not name or not 0 < number < ABSOLUTE or info & 15 > FUNCTION:
                    continue
                end = self.bytes.index(0, strings + name)
                text = self.bytes[strings + name:end].decode(errors="replace")
                code = bool(self.sections[number][2] & CODE)
                yield Symbol(text, address, size, code or info & 15 == FUNCTION)

    def read(self, address, size):
        """The bytes that the file gives an address, zeros where it gives none."""
        for section in self.sections:
            if section[3] and section[3] <= address and address + size <= section[3] + section[5]:
                at = section[4] + address - section[3]
                return bytes(size) if section[1] == NO_BITS else self.bytes[at:at + size]
        raise ElfError(f"{self.path}: nothing at {address:x}")


class MapFile(SymbolTable):
    """Linux's System.map: lines `address type name`. What lies below its upper half is an offset, no address."""

    def __init__(self, path):
        rows = [line.split() for line in Path(path).read_text().splitlines()]
        super().__init__(path, [Symbol(name, int(address, 16), 0, kind in "tTwW") for address, kind, name in rows
                                if int(address, 16) >> 63])


def with_sizes(symbols):
    """One symbol an address, in order; one without a size (assembly) reaches to the next. Of several at an
    address the one that has a size; labels within a function, `function.label`, are part of it."""
    ordered = sorted(symbols, key=lambda symbol: (symbol.address, -symbol.size, symbol.name))
    kept = []
    for symbol in ordered:
        if kept and (symbol.address == kept[-1].address or symbol.name.startswith(kept[-1].name + ".")):
            continue
        kept.append(symbol)
    ends = [symbol.address for symbol in kept[1:]] + [kept[-1].address + 1 if kept else 0]
    return [symbol if symbol.size else Symbol(symbol.name, symbol.address, end - symbol.address, symbol.code)
            for symbol, end in zip(kept, ends)]


def symbol_at(symbols, starts, address):
    at = bisect.bisect_right(starts, address) - 1
    if at < 0 or address >= symbols[at].address + symbols[at].size:
        return None
    return symbols[at]


# --- what is special about Corey's kernel ---------------------------------------------------------------

VECTORS = 256
FIRST_INTERRUPT = 32  # vectors below are the processor's own: SDM vol. 3A, 6.2


def kernel_entries(kernel):
    """[(address, kind)] of where the processor enters the kernel, kinds as the plugin names them."""
    table = struct.unpack(f"<{VECTORS}Q", kernel.read(kernel.address("trap_stubs"), 8 * VECTORS))
    entries = [(address, "trap" if vector < FIRST_INTERRUPT else "interrupt") for vector, address in enumerate(table)]
    if "syscall_entry" in kernel.by_name:  # from lab 4 on
        entries.append((kernel.address("syscall_entry"), "system_call"))
    return entries
