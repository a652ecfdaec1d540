"""Types of a program's data, from its debugging information: which field lies at an offset; and lines of its code.

`readelf --debug-dump=info` decodes DWARF of any version and compiler; here its text is read, and of it
only what describes data."""
import re
import subprocess
from dataclasses import dataclass, field
from functools import lru_cache

from course import binutils

ENTRY = re.compile(r"^ <(\w+)><(\w+)>: Abbrev Number: \d+ \((DW_TAG_\w+)\)")
ATTRIBUTE = re.compile(r"^    <\w+>\s+(DW_AT_\w+)\s*: ?(.*)$")
TEXT = re.compile(r"^\((?:indirect|indexed|alt)[^)]*\): ")
REFERENCE = re.compile(r"<0x(\w+)>")
ADDRESS = re.compile(r"DW_OP_addr: (\w+)\)")
RECORDS = ("DW_TAG_structure_type", "DW_TAG_union_type")
ALIASES = ("DW_TAG_typedef", "DW_TAG_const_type", "DW_TAG_volatile_type", "DW_TAG_atomic_type",
           "DW_TAG_restrict_type")
WANTED = {*RECORDS, *ALIASES, "DW_TAG_member", "DW_TAG_array_type", "DW_TAG_subrange_type", "DW_TAG_base_type",
          "DW_TAG_enumeration_type", "DW_TAG_pointer_type", "DW_TAG_variable", "DW_TAG_enumerator"}
KEPT = {"DW_AT_name", "DW_AT_type", "DW_AT_byte_size", "DW_AT_data_member_location", "DW_AT_data_bit_offset",
        "DW_AT_upper_bound", "DW_AT_count", "DW_AT_location", "DW_AT_specification", "DW_AT_const_value",
        "DW_AT_declaration"}
POINTER = 8  # bytes


@dataclass
class Entry:
    """An entry of the debugging information."""
    tag: str
    attributes: dict = field(default_factory=dict)
    children: list = field(default_factory=list)

    def number(self, name, default=None):
        text = self.attributes.get(name)
        try:
            return int(text.split()[0], 0)
        except (AttributeError, IndexError, ValueError):
            return default

    def reference(self, name):
        at = REFERENCE.match(self.attributes.get(name, ""))
        return int(at[1], 16) if at else None

    @property
    def name(self):
        return self.attributes.get("DW_AT_name", "")


def read_entries(lines):
    """{place: entry} of those that describe data."""
    entries, path, current = {}, [], None
    for line in lines:
        begins = ENTRY.match(line) if line.startswith(" <") else None
        if begins:
            depth = int(begins[1], 16)
            current = Entry(begins[3]) if begins[3] in WANTED else None
            del path[depth:]
            path += [None] * (depth - len(path))
            path.append(current)
            if current:
                entries[int(begins[2], 16)] = current
                if depth and path[depth - 1]:
                    path[depth - 1].children.append(current)
        elif current:
            attribute = ATTRIBUTE.match(line)
            if attribute and attribute[1] in KEPT:
                current.attributes[attribute[1]] = TEXT.sub("", attribute[2]).strip()
    return entries


class DebugTypes:
    """Types by name, and those of variables by address and by name."""

    def __init__(self, lines):
        self.entries = read_entries(lines)
        self.records, self.enumerators, self.by_address, self.by_name = {}, {}, {}, {}
        for entry in self.entries.values():
            if entry.tag in RECORDS and entry.name and "DW_AT_declaration" not in entry.attributes:
                self.records.setdefault(entry.name, entry)
            elif entry.tag == "DW_TAG_enumerator":
                self.enumerators.setdefault(entry.name, entry.number("DW_AT_const_value"))
            elif entry.tag == "DW_TAG_variable" and "DW_AT_location" in entry.attributes:
                self.add_variable(entry)

    def add_variable(self, entry):
        declared = self.entries.get(entry.reference("DW_AT_specification"), entry)
        kind = entry.reference("DW_AT_type") or declared.reference("DW_AT_type")
        at = ADDRESS.search(entry.attributes["DW_AT_location"])
        if at:
            self.by_address[int(at[1], 16)] = kind
        elif "addrx" not in entry.attributes["DW_AT_location"]:
            return  # in a register, or on a stack
        if entry.name or declared.name:
            self.by_name.setdefault(entry.name or declared.name, kind)

    def resolve(self, kind):
        """The entry of a type (a place or an entry), without names and qualifiers for it."""
        entry = self.entries.get(kind) if isinstance(kind, int) else kind
        while entry and entry.tag in ALIASES:
            entry = self.entries.get(entry.reference("DW_AT_type"))
        return entry

    def size(self, kind):
        """Bytes of a type; 0 where that is open."""
        entry = self.resolve(kind)
        if not entry:
            return 0
        if entry.tag == "DW_TAG_array_type":
            size = self.size(entry.reference("DW_AT_type"))
            for count in self.bounds(entry):
                size *= count
            return size
        return entry.number("DW_AT_byte_size", POINTER if entry.tag == "DW_TAG_pointer_type" else 0)

    @staticmethod
    def bounds(entry):
        """The numbers of elements of an array, one a dimension; 0 where that is open."""
        counts = []
        for child in entry.children:
            count = child.number("DW_AT_count")
            counts.append(count if count is not None else child.number("DW_AT_upper_bound", -1) + 1)
        return counts

    def members(self, kind):
        """[(name, offset, type)] of a struct or union."""
        entry = self.resolve(kind)
        found = []
        for child in entry.children if entry and entry.tag in RECORDS else []:
            if child.tag == "DW_TAG_member":
                bits = child.number("DW_AT_data_bit_offset")
                at = bits // 8 if bits is not None else child.number("DW_AT_data_member_location", 0)
                found.append((child.name, at, child.reference("DW_AT_type")))
        return found

    def path(self, kind, offset):
        """The field of a type that holds the byte at an offset, as C writes it: '.lock.next', '[3].first'."""
        entry = self.resolve(kind)
        if entry and entry.tag == "DW_TAG_array_type":
            return self.element_path(entry, offset)
        for name, start, member in reversed(self.members(entry)):
            size = self.size(member)
            if start <= offset and (offset < start + size or not size):
                return (f".{name}" if name else "") + self.path(member, offset - start)
        return ""

    def element_path(self, entry, offset):
        text, element = "", entry.reference("DW_AT_type")
        counts, size = self.bounds(entry), self.size(element)
        for number in range(len(counts)):
            span = size
            for count in counts[number + 1:]:
                span *= count
            if not span:
                return text
            text, offset = f"{text}[{offset // span}]", offset % span
        return text + self.path(element, offset)

    def offset(self, kind, path):
        """Where a field lies in a struct, by its name: offset('page', 'slab.block')."""
        at, entry = 0, self.records[kind] if isinstance(kind, str) else kind
        for word in path.split("."):
            found = self.find_member(entry, word)
            if not found:
                raise KeyError(f"{kind} has no {path}")
            at, entry = at + found[0], found[1]
        return at

    def find_member(self, kind, wanted):
        for name, start, member in self.members(kind):
            if name == wanted:
                return start, member
            inner = None if name else self.find_member(member, wanted)
            if inner:
                return start + inner[0], inner[1]
        return None


def read_types(path):
    """The types of an ELF file; where it has no debugging information, none."""
    said = subprocess.run([binutils("readelf"), "--debug-dump=info", path], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, errors="replace", check=True)
    return DebugTypes(said.stdout.splitlines())


@lru_cache(maxsize=None)
def source_lines(path):
    """The SourceLines of a file, of which one is enough."""
    return SourceLines(path)


class SourceLines:
    """Files and lines of code, asked of addr2line, one address after another."""

    def __init__(self, path):
        self.path, self.known, self.process = path, {}, None

    def line(self, address):
        """'file.c:12', or '' where that is not known."""
        if address not in self.known:
            self.process = self.process or subprocess.Popen([binutils("addr2line"), "-e", self.path], bufsize=1, text=True,
                                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.process.stdin.write(f"{address:x}\n")
            said = self.process.stdout.readline().split(" (")[0].strip()
            self.known[address] = "" if "?" in said else said.rpartition("/")[2]
        return self.known[address]

    def __del__(self):
        if self.process:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait()
