"""Commands of gdb's that know the kernel of lab 1: `help corey` lists them. Sourced by `make gdb`; a later lab adds its own in
a file corey_NAME.py of its folder given/gdb, with the functions here."""
import struct

import gdb


def value(expression):
    """What an expression of C is."""
    return gdb.parse_and_eval(expression)


def core_variable(name, core):
    """A core's copy of a per-core variable: core.h, CORE_AT."""
    one = value(f"&{name}")
    return gdb.Value(int(one) + int(value("core_distance")[core])).cast(one.type).dereference()


def corey_command(name):
    """Makes of a function the command `corey NAME`; its text is the command's help."""
    def make(function):
        class Command(gdb.Command):
            __doc__ = function.__doc__

            def __init__(self):
                super().__init__(f"corey {name}", gdb.COMMAND_DATA)

            def invoke(self, argument, from_tty):
                try:
                    function()
                except gdb.MemoryError:
                    print("the processor cannot reach the kernel's memory here")

        Command()
        return function
    return make


class Corey(gdb.Command):
    """What stands in the kernel's structures."""

    def __init__(self):
        super().__init__("corey", gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


Corey()


def enumerators(name):
    """{number: name in small letters} of an enum, without what all its names begin with."""
    fields = gdb.lookup_type(f"enum {name}").fields()
    return {field.enumval: field.name.split("_", 1)[1].lower() for field in fields}


@corey_command("boot")
def boot_print():
    """What the boot loader has told the kernel, and what the kernel has taken since: boot_info.h."""
    info, types = value("boot"), enumerators("memory_type")
    if int(info["magic"]) == 0:
        print("nothing yet: boot_info_copy has not been reached")
        return
    print(f"command line: {info['command'].string()}")
    screen = info["framebuffer"]
    what = "characters" if int(screen["bits"]) == 0 else f"pixels of {int(screen['bits'])} bits"
    print(f"screen: {int(screen['width'])} x {int(screen['height'])} {what}, at {int(screen['start']):#x}"
          if int(screen["width"]) else "screen: none")
    print(f"ACPI root pointer: {int(info['rsdp_bytes'])} bytes")
    for number in range(int(info["map_count"])):
        entry = info["map"][number]
        start, length, kind = (int(entry[field]) for field in ("start", "length", "type"))
        print(f"{start:#014x} to {start + length:#014x}  {length / 1024:>12.1f} KiB  {types.get(kind, f'type {kind}')}")
    for number in range(int(info["module_count"])):
        module = info["module"][number]
        print(f"module {module['name'].string()}: {int(module['bytes'])} bytes at {int(module['start']):#x}")


@corey_command("pages")
def pages_print():
    """How many pages there are of each kind, and the list of each core: page.h."""
    table, limit = value("page_table_all"), int(value("page_limit"))
    if int(table) == 0:
        print("no pages yet: page_begin has not been reached")
        return
    page = gdb.lookup_type("struct page")
    at = next(field.bitpos // 8 for field in page.fields() if field.name == "kind")
    memory = gdb.selected_inferior().read_memory(int(table), limit * page.sizeof).tobytes()
    kinds = memory[at::page.sizeof]
    for number, name in enumerators("page_kind").items():
        if kinds.count(number):
            print(f"{kinds.count(number):>8} {name}")
    for core in range(int(value("core_count"))):
        pages = core_variable("page_list", core)
        first, lock = int(pages["first"]), int(pages["lock"]["holder"])
        frame = f"first frame {(first - int(table)) // page.sizeof:#x}" if first else "empty"
        print(f"core {core}: a list of {int(pages['count'])}, {frame}" + (f", locked by core {lock - 1}" if lock else ""))
