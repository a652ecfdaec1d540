"""What lay in the guest's memory at the end of a run, as Corey's kernel has it: the file that the plugin
leaves with memory=, read with the kernel's own symbols and types.

Addresses of the kernel are translated as lab1-boot/paging.h says: the image and the direct map by a
distance, the kernel's area by the tables of kernel_root. Blocks of slabs have no type of their own: they
get it from the pointers to them, starting with the headers of objects, which name their type.
"""
import struct
from functools import cached_property
from pathlib import Path

KERNEL_BASE = 0xFFFFFFFF80000000
KERNEL_AREA = 0xFFFFFF0000000000
DIRECT_MAP = 0xFFFF800000000000
AREA_SLOT = 510          # of the root table: where KERNEL_AREA lies
PAGE = 4096
CORES_MOST = 512         # CORE_MAX
FREE_MARK = 0x5AB1F4EEB10CF4EE  # slab.c
PRESENT, LARGE = 1, 1 << 7
ENTRY_ADDRESS = 0x000FFFFFFFFFF000
# The struct of each type of object, by its enumerator.
OBJECT_STRUCTS = {"OBJECT_SHARE": "share", "OBJECT_SEGMENT": "segment", "OBJECT_TREE": "tree",
                  "OBJECT_CORE": "core_object", "OBJECT_DEVICE": "device"}


class GuestMemory:
    """The memory of a guest; `kernel` is its ElfFile, `types` the DebugTypes of that."""

    def __init__(self, path, kernel, types):
        self.kernel, self.types = kernel, types
        self.path = Path(path)
        self.file = open(path, "rb")
        self.page_struct = types.records["page"]
        self.page_size = types.size(self.page_struct)

    def close(self):
        self.file.close()

    # --- bytes ---------------------------------------------------------------------------------------

    def read(self, physical, size):
        """Bytes of physical memory; zeros where the file has none, as it leaves out what is zero."""
        self.file.seek(physical)
        return self.file.read(size).ljust(size, b"\0")

    def word(self, physical):
        return int.from_bytes(self.read(physical, 8), "little")

    def physical(self, address):
        """Where an address of the kernel lies; None: nowhere."""
        if address >= KERNEL_BASE:
            return address - KERNEL_BASE
        if KERNEL_AREA <= address:
            page = self.area_pages.get(address // PAGE)
            return None if page is None else page * PAGE + address % PAGE
        return address - DIRECT_MAP if address >= DIRECT_MAP else None

    def number(self, address, size=8):
        """The number at an address of the kernel."""
        at = self.physical(address)
        return 0 if at is None else int.from_bytes(self.read(at, size), "little")

    @cached_property
    def area_pages(self):
        """{page of the kernel's area: frame}, by number."""
        root = self.number(self.kernel.address("kernel_root")) - DIRECT_MAP
        tables, base = {KERNEL_AREA // PAGE: self.word(root + 8 * AREA_SLOT)}, 9 * 3
        while base:
            base -= 9
            below = {}
            for page, entry in tables.items():
                if entry & PRESENT and not (base < 18 and entry & LARGE):
                    words = struct.unpack("<512Q", self.read(entry & ENTRY_ADDRESS, PAGE))
                    below.update({page + (slot << base): word for slot, word in enumerate(words) if word & PRESENT})
            tables = below
        return {page: (entry & ENTRY_ADDRESS) // PAGE for page, entry in tables.items()}

    @cached_property
    def area_addresses(self):
        """{frame: page of the kernel's area}."""
        return {frame: page for page, frame in self.area_pages.items()}

    # --- cores ---------------------------------------------------------------------------------------

    @cached_property
    def core_count(self):
        return min(self.number(self.kernel.address("core_count"), 4), CORES_MOST)

    @cached_property
    def core_distances(self):
        table = self.number(self.kernel.address("core_distance"))
        return [self.number(table + 8 * core) for core in range(self.core_count)]

    def own_address(self, core, name):
        """Where core's copy of a per-core variable lies."""
        return (self.kernel.address(name) + self.core_distances[core]) % (1 << 64)

    @cached_property
    def stack_tops(self):
        """The top of each core's stack."""
        at = self.types.offset("core", "kernel_stack")
        return [self.number(self.own_address(core, "core_words") + at) for core in range(self.core_count)]

    # --- pages ---------------------------------------------------------------------------------------

    @cached_property
    def records_start(self):
        """Where the descriptors lie: in one piece of physical memory."""
        return self.physical(self.number(self.kernel.address("page_table_all")))

    @cached_property
    def page_records(self):
        """All descriptors, as bytes."""
        return self.read(self.records_start, self.number(self.kernel.address("page_limit")) * self.page_size)

    @cached_property
    def page_kinds(self):
        """{value: name} of enum page_kind, in small letters."""
        return {value: name.removeprefix("PAGE_").lower() for name, value in self.types.enumerators.items()
                if name.startswith("PAGE_")}

    def page_field(self, frame, field, size):
        at = frame * self.page_size + self.types.offset("page", field)
        return int.from_bytes(self.page_records[at:at + size], "little")

    def page_kind(self, frame):
        """The name of a page's kind; 'absent' where there is no such page."""
        return self.page_kinds.get(self.page_field(frame, "kind", 1), "absent")

    # --- blocks of slabs -----------------------------------------------------------------------------

    @cached_property
    def block_types(self):
        """{physical address of a block: its struct}, for all that can be told."""
        kinds = self.page_records[self.types.offset("page", "kind")::self.page_size]
        slab = self.types.enumerators["PAGE_SLAB"]
        found = {}
        frame = kinds.find(slab)
        while frame >= 0:
            size = self.page_field(frame, "slab.block", 2)
            for at in range(frame * PAGE, (frame + 1) * PAGE, size or PAGE):
                kind = self.object_struct(at, size)
                if kind and not self.block_is_free(at):
                    found[at] = kind
            frame = kinds.find(slab, frame + 1)
        queue = list(found.items())
        while queue:
            queue += self.follow_pointers(*queue.pop(), found)
        return found

    def object_struct(self, physical, size):
        """The struct that an object's header at this place names; None: it is no header."""
        header, types = self.types.records["object"], self.types
        if size < types.size(header):
            return None
        bytes_of = self.read(physical, types.size(header))

        def value(field, length):
            at = types.offset("object", field)
            return int.from_bytes(bytes_of[at:at + length], "little")

        names = {types.enumerators.get(name): struct_name for name, struct_name in OBJECT_STRUCTS.items()}
        kind = types.records.get(names.get(value("type", 1), ""))
        fits = kind and size // 2 < types.size(kind) <= size and size == value("bytes", 4)
        return kind if fits and value("home", 2) < self.core_count else None

    def follow_pointers(self, physical, kind, found):
        """The blocks that a struct points to, which had no type yet: [(block, struct)]."""
        more = []
        for offset, target in self.pointers(kind):
            to = self.word(physical + offset) - DIRECT_MAP
            size = self.types.size(target)
            if 0 < to < 1 << 46 and to not in found and size and self.block_at(to) and self.block_at(to)[0] == to:
                if size <= self.block_at(to)[1]:
                    found[to] = target
                    more.append((to, target))
        return more

    def pointers(self, kind):
        """[(offset, struct)] of the pointers to structs within a struct."""
        found = []
        for _, offset, member in self.types.members(kind):
            entry = self.types.resolve(member)
            if entry and entry.tag == "DW_TAG_pointer_type":
                target = self.types.resolve(entry.reference("DW_AT_type"))
                if target and target.tag == "DW_TAG_structure_type" and target.name != "object":
                    found.append((offset, target))
            elif entry and entry.tag == "DW_TAG_structure_type":
                found += [(offset + at, target) for at, target in self.pointers(entry)]
        return found

    def block_is_free(self, physical):
        """Whether the block that begins here is on its slab's list (lab2-segments/given/slab.c, L2)."""
        return self.word(physical) == FREE_MARK ^ (DIRECT_MAP + physical)

    def block_at(self, physical):
        """(start, bytes) of the slab's block at this place; None: there is no slab."""
        if self.page_kind(physical // PAGE) != "slab":
            return None
        size = self.page_field(physical // PAGE, "slab.block", 2)
        return (physical - physical % size, size) if size else None
