"""Tests of names: symbols, fields, and what lay in a kernel's memory. Programs and a small kernel are compiled here;
run by test_driver.py."""
import struct
import subprocess
import tempfile
from pathlib import Path

from debug_types import read_types
from elf_file import ElfError, ElfFile, MapFile
from guest_memory import DIRECT_MAP, FREE_MARK, KERNEL_AREA, KERNEL_BASE, PAGE, GuestMemory
from line_names import LineNames, constants
from samples import refusal

TESTS = []


def test(function):
    TESTS.append(function)
    return function


PROGRAM = r"""
typedef unsigned long word;
struct lock { unsigned next, serving; };
struct item { word pad; struct { struct lock lock; word list[3]; } inner[2]; union { word one; char bytes[8]; }; };
struct item table[4] = {{1}};
static word alone;
word beside;
int work(int n) { alone += n; return n + (int)alone; }
int main(void) { beside++; return work(3); }
"""

# As Corey's, as far as names are concerned.
KERNEL = r"""
typedef unsigned long word;
enum page_kind { PAGE_ABSENT, PAGE_FREE, PAGE_SLAB, PAGE_TABLE, PAGE_BUDGET };
enum object_type { OBJECT_NONE, OBJECT_SHARE, OBJECT_SEGMENT };
struct page { unsigned references; unsigned short home; unsigned char kind; word pad;
              union { word next; struct { word next_slab; unsigned short core, block; } slab; }; };
struct object { word id; unsigned references; unsigned short home; unsigned char type, flags; unsigned bytes; };
struct mapping { word start, end; };
struct segment { struct object object; word pages; struct mapping *mappings; word more[3]; };
struct account_budget { word unspent __attribute__((aligned(64))); };
struct core { struct core *self; word kernel_stack; word where __attribute__((aligned(64))); };
struct segment *segments; struct account_budget *budgets; enum page_kind kind = PAGE_FREE;
enum object_type type = OBJECT_SEGMENT;
struct page *page_table_all = (struct page *)0xffff800000020000; word page_limit = 64;
word *kernel_root = (word *)0xffff800000003000; long *core_distance = (long *)0xffff800000007000;
unsigned core_count = 2;
__attribute__((section(".percore"), aligned(64))) struct core core_words = {0};
word trap_stubs[256] = {0xffffffff80101000};
void start(void) { core_count++; }
"""
SCRIPT = """SECTIONS { . = 0xffffffff80008000; kernel_start = .; text_start = .; .text : { *(.text*) } text_end = .;
. = ALIGN(4096); .data : { *(.data*) *(.bss*) *(COMMON) } . = ALIGN(64);
.percore : { percore_start = .; *(.percore) . = ALIGN(64); percore_end = .; } kernel_end = .; }"""
AREA_FRAME = 0x11  # where core 1's per-core data lies; its stack lies in the frame behind
SLAB, TABLE, BUDGET, FREE = 0x30, 0x31, 0x32, 0x33  # frames


def compile_in(folder, source, *options):
    path = Path(folder) / "compiled"
    subprocess.run(["gcc", "-g", "-O1", "-fno-inline", *options, "-x", "c", "-", "-o", path], input=source, text=True,
                   check=True, stderr=subprocess.PIPE)
    return path


def sample_memory(kernel, types, path):
    """A guest's memory: two cores, a slab with a segment, its mapping and a free block."""
    memory = bytearray(64 * PAGE)

    def put(at, *values):
        struct.pack_into(f"<{len(values)}Q", memory, at, *(value % (1 << 64) for value in values))

    for section in kernel.sections:  # the image, at its distance
        address, size = section[3], section[5]
        if address:
            memory[address - KERNEL_BASE:address - KERNEL_BASE + size] = kernel.read(address, size)
    put(0x3000 + 8 * 510, 0x4003)  # the kernel's area: three levels, pages 2 and 3
    put(0x4000, 0x5003)
    put(0x5000, 0x6003)
    put(0x6000 + 8 * 2, AREA_FRAME * PAGE + 3, (AREA_FRAME + 1) * PAGE + 3)
    put(0x7008, KERNEL_AREA + 2 * PAGE - kernel.address("percore_start"))
    stack_top = KERNEL_AREA + 4 * PAGE
    put(AREA_FRAME * PAGE + types.offset("core", "kernel_stack"), stack_top)
    size = types.size(types.records["page"])
    for frame, kind in ((SLAB, 2), (TABLE, 3), (BUDGET, 4), (FREE, 1)):
        memory[0x20000 + frame * size + types.offset("page", "kind")] = kind
    struct.pack_into("<H", memory, 0x20000 + SLAB * size + types.offset("page", "slab.block"), 64)
    segment = SLAB * PAGE
    struct.pack_into("<QIHBBI", memory, segment, 77, 1, 1, 2, 0, 64)
    put(segment + types.offset("segment", "mappings"), DIRECT_MAP + segment + 128)
    put(segment + 192, FREE_MARK ^ (DIRECT_MAP + segment + 192))
    path.write_bytes(memory)


def with_kernel(use):
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script"
        script.write_text(SCRIPT)
        path = compile_in(folder, KERNEL, "-nostdlib", "-static", "-mcmodel=kernel", "-ffreestanding", "-fno-pie",
                          "-no-pie", "-fno-asynchronous-unwind-tables", "-Wl,--build-id=none", f"-Wl,-T,{script}",
                          "-Wl,-z,max-page-size=4096", "-Wl,-e,start", "-Wl,--no-warn-rwx-segments")
        kernel, types = ElfFile(path), read_types(path)
        sample_memory(kernel, types, Path(folder) / "memory")
        memory = GuestMemory(Path(folder) / "memory", kernel, types)
        use(kernel, types, memory)
        memory.close()


@test
def a_kernels_memory_gives_names():
    def use(kernel, types, memory):
        names = LineNames(kernel, types, memory)

        def line(physical):
            return names.line(physical, DIRECT_MAP + physical)

        where = types.offset("core", "where")
        own = kernel.address("core_words") - KERNEL_BASE
        assert line(own + where).text == "core_words.where of core 0", line(own + where)
        assert line(AREA_FRAME * PAGE + where).text == "core_words.where of core 1", line(AREA_FRAME * PAGE + where)
        assert line(own + where).group == line(AREA_FRAME * PAGE + where).group
        assert line((AREA_FRAME + 1) * PAGE + 8).text == "stack of core 1"
        assert line(kernel.address("page_limit") - KERNEL_BASE).text.startswith("page_limit")
        assert line(kernel.address("start") - KERNEL_BASE).text == "code of start"
        record = 0x20000 + TABLE * types.size(types.records["page"])
        assert line(record).text == f"descriptor.references of page {TABLE:x} (table)", line(record)
        segment = SLAB * PAGE
        assert line(segment + types.offset("segment", "pages")).group == "segment.pages"
        assert line(segment + 128 + 8).group == "mapping.end", line(segment + 136)
        assert line(segment + 192 + 4).group == "blocks of 64 bytes that are free at the end"
        assert line(segment + 256).group == "blocks of 64 bytes"
        assert line(TABLE * PAGE).group == "page tables"
        assert line(FREE * PAGE).group == "pages that are free at the end"
        assert line(BUDGET * PAGE + 3 * 64).text.startswith("account_budget.unspent of core 3")
    with_kernel(use)


@test
def memory_is_read_by_the_kernels_own_tables():
    def use(kernel, types, memory):
        assert memory.physical(KERNEL_AREA + 2 * PAGE + 16) == AREA_FRAME * PAGE + 16
        assert memory.physical(KERNEL_AREA + PAGE) is None and memory.physical(DIRECT_MAP + 5) == 5
        assert memory.core_distances == [0, KERNEL_AREA + 2 * PAGE - kernel.address("percore_start") & (1 << 64) - 1]
        assert memory.read(64 * PAGE - 4, 8) == bytes(8), "beyond the file's end there are zeros"
    with_kernel(use)


@test
def symbols_and_fields_are_found():
    with tempfile.TemporaryDirectory() as folder:
        path = compile_in(folder, PROGRAM, "-no-pie")
        elf, types = ElfFile(path), read_types(path)
        assert elf.function_at(elf.address("work") + 1) == "work" and elf.function_at(1) == ""
        item = types.records["item"]
        assert types.size(item) == 8 + 2 * 32 + 8
        assert types.path(item, 0) == ".pad" and types.path(item, 8 + 32 + 4) == ".inner[1].lock.serving"
        assert types.path(item, 8 + 8 + 16) == ".inner[0].list[2]"
        assert types.path(item, 8 + 64) in (".one", ".bytes[0]") and types.offset("item", "one") == 72
        names = LineNames(program=elf, program_types=types)
        at = elf.address("table") + types.size(item) * 2 + 12
        assert names.line(0, at).text.startswith("table[2].inner[0].lock.serving"), names.line(0, at)
        assert names.line(0, elf.address("alone")).text.startswith("alone"), names.line(0, elf.address("alone"))
        assert names.code(elf.address("main")) == "main (ring 3)"
        assert names.line(0, elf.address("main") + 2).text == "code of main (ring 3)"
        place = names.place(elf.address("work"))
        assert place.startswith("work (ring 3)") and ":8" in place, place


@test
def what_is_no_elf_file_is_refused():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program"
        path.write_bytes(b"\x7fELF\x01\x01" + bytes(100))
        assert "not an ELF file" in refusal(ElfError, ElfFile, path)
        path.write_bytes(b"\x7fELF")
        assert "cut off" in refusal(ElfError, ElfFile, path)


@test
def linux_is_named_by_its_map():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "System.map"
        path.write_text("0000000000001000 A offset\nffffffff81000000 T one\nffffffff81000040 t two\n"
                        "ffffffff82000000 D data\nffffffff82000100 B rest\n")
        names = LineNames(MapFile(path))
        assert names.code(0xFFFFFFFF81000044) == "two" or names.code(0xFFFFFFFF81000020) == "one"
        assert names.line(0x1000, 0xFFFFFFFF82000040).text == "data"
        assert names.line(0x1000, 0xFFFF888000001000).group == "kernel's memory"


@test
def parts_of_an_address_space_are_those_of_the_sources():
    known = constants("lab5-cores/user/runtime/platform.c")
    names = LineNames(cores=4)
    window = known["WINDOWS_BYTES"] // 4
    at = known["WINDOWS_BASE"] + 3 * window + 0x40
    assert names.line(0, at).text == "window of core 3 +40" and names.line(0, at).group == "windows of the cores"
    assert names.line(0, known["PRIVATE_BASE"]).text.startswith("private memory")
    assert names.line(0, 0x7FEFFFFFFFF8).text.startswith("stack")
    assert names.line(0, 0x660000000000).group == "ring 3, elsewhere"
