"""Where the cores of a machine stand that takes too long: asked of QEMU's monitor (QMP: QEMU's docs/interop/qmp-spec),
told in the kernel's names.

The monitor speaks over one half of a pair of sockets, of which QEMU inherits the other: no path, no port. A machine
that does not answer (it may be no QEMU, or hang itself) has no positions.
"""
import json
import re
import socket
import subprocess

from course import binutils

ANSWER = 3.0     # seconds for all that is asked
FRAMES = 6       # of a core's stack, at most
KERNEL = 1 << 63  # its addresses have this bit
REGISTERS = re.compile(r"CPU#(\d+)\n(.*?)(?=CPU#|\Z)", re.S)
MIB = 1 << 20
# Who has code below the kernel's addresses: first byte, byte after the last, words. given/boot/layout.inc, and where a PC
# has its firmware.
PLACES = ((0x7c00, 0x7e00, "in the boot sector, given/boot/boot.asm"),
          (0x8000, 0x8000 + 31 * 512, "in the loader: loader.asm, load.c and disk.c of given/boot"),
          (0xc0000, MIB, "in the firmware"),
          (0xffc00000, 1 << 32, "in the firmware"),
          (0, MIB, "in low memory, in neither boot sector nor loader"))
CR0_PE, EFER_LMA, SEGMENT_L = 1 << 0, 1 << 10, 1 << 21  # SDM vol. 3A, 2.5, 2.2.1, figure 5-1
TO_LONG_MODE = (("PG", "CR0", 31), ("PAE", "CR4", 5), ("LME", "EFER", 8), ("NXE", "EFER", 11))  # and table 9-1 of 9.8.5
WORDS = re.compile(r"0x([0-9a-f]{16})")


class Monitor:
    """A machine's monitor: `arguments` are QEMU's, `theirs` is the socket that it must inherit."""

    def __init__(self):
        self.ours, self.theirs = socket.socketpair()
        self.arguments = ["-chardev", f"socket,id=monitor,fd={self.theirs.fileno()}",
                          "-mon", "chardev=monitor,mode=control"]
        self.lines = self.ours.makefile("r", encoding="utf-8")

    def close(self):
        self.lines.close()
        self.ours.close()

    def execute(self, command, **arguments):
        """One command's answer; OSError or ValueError where none comes."""
        self.ours.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        for line in self.lines:
            answer = json.loads(line)
            if "error" in answer:
                raise ValueError(answer["error"].get("desc"))
            if "return" in answer:
                return answer["return"]  # what else comes are the greeting and events
        raise OSError("the monitor is closed")

    def await_event(self, name):
        """What an event says that is waited for; None when the machine ends without."""
        for line in self.lines:
            event = json.loads(line)
            if event.get("event") == name:
                return event["data"]
        return None

    def person(self, line, core=0):
        """The text that a person would get to see who types `line`."""
        return self.execute("human-monitor-command", **{"command-line": line, "cpu-index": core}).replace("\r", "")

    def stacks(self):
        """{core: (whether it is halted, ring, [addresses], mode)}, the innermost address first; of ring 3 that one alone."""
        self.ours.settimeout(ANSWER)
        self.execute("qmp_capabilities")
        self.execute("stop")
        found = {}
        for core, text in REGISTERS.findall(self.person("info registers -a")):
            value = registers(text)
            mode, base = mode_of(text, value)
            ring, address = int(value["CPL"]), base + int(value.get("RIP") or value["EIP"], 16)
            stack = [address] + (self.callers(int(core), int(value.get("RBP", "0"), 16)) if ring == 0 else [])
            found[int(core)] = value.get("HLT") == "1", ring, stack, mode
        return found

    def callers(self, core, frame):
        """Return addresses by the chain of saved rbp."""
        calls = []
        while frame & KERNEL and frame % 8 == 0 and len(calls) < FRAMES:
            words = WORDS.findall(self.person(f"x /2gx {frame:#x}", core))
            if len(words) != 2:
                break
            above, call = (int(word, 16) for word in words)
            if not call & KERNEL:
                break
            calls.append(call - 1)  # the call itself, not what follows it
            if above <= frame:
                break
            frame = above
        return calls


def registers(text):
    """{name: hexadecimal digits} of what QEMU prints of a processor."""
    return dict(re.findall(r"\b(\w+) ?= ?([0-9a-f]+)", text))


def mode_of(text, value):
    """(the processor's mode in words, '' for 64-bit mode; what its code's addresses count from)."""
    selector = re.search(r"^CS =\w+ (\w+) \w+ (\w+)", text, re.M)
    base, flags = (int(word, 16) for word in selector.groups()) if selector else (0, SEGMENT_L)
    word = {name: int(value.get(name, "0"), 16) for name in ("CR0", "CR4", "EFER")}
    if not word["CR0"] & CR0_PE:
        return "real mode", base
    if word["EFER"] & EFER_LMA and flags & SEGMENT_L:
        return "", 0
    bits = {name: bool(word[register] >> bit & 1) for name, register, bit in TO_LONG_MODE}
    told = [f"{' '.join(names)} {state}" for state, names in
            (("on", [name for name in bits if bits[name]]), ("off", [name for name in bits if not bits[name]])) if names]
    return f"32-bit code, {', '.join(told)}", base


def place_of(address, mode, name):
    """A low address in words: where that is, and what the processor takes code for there."""
    where = name or next((words for first, end, words in PLACES if first <= address < end), "where no code lies")
    far = "" if mode or name else ", not at the kernel's addresses"
    return f"{address:#x}, {where}{', ' + mode if mode else ''}{far}"


def kernel_names(elf, addresses):
    """{address: "function file:line"}, as far as binutils know."""
    if not addresses or not elf.exists():
        return {}
    try:
        said = subprocess.run([binutils("addr2line"), "-f", "-s", "-e", elf, *map(hex, addresses)], check=True,
                              capture_output=True, text=True).stdout.split("\n")
    except (OSError, subprocess.CalledProcessError):
        return {}
    pairs = zip(addresses, said[0::2], said[1::2])
    return {address: f"{function} {line.split(' ')[0]}".removesuffix(" ??:?")
            for address, function, line in pairs if function != "??"}


def describe(halted, ring, stack, mode, names):
    """One core's position, for people."""
    if ring == 0 and not stack[0] & KERNEL:
        return f"{'halted, ' if halted else ''}{place_of(stack[0], mode, names.get(stack[0]))}"
    if ring != 0:
        return f"ring {ring}, at {stack[0]:#x}"
    told = " < ".join(names.get(address, f"{address:#x}") for address in stack)
    return f"{'halted, ' if halted else ''}{told}"


def positions(monitor, elf):
    """(lines that say where each core stands, cores that stand alike on one; the mode of core 0, as mode_of). Nothing
    where the machine does not answer."""
    try:
        stacks = monitor.stacks()
    except (OSError, ValueError, KeyError):
        return [], ""
    kernel = {address for _, ring, stack, _ in stacks.values() if ring == 0 for address in stack if address >= MIB}
    names = kernel_names(elf, sorted(kernel))
    alike = {}
    for core, state in sorted(stacks.items()):
        alike.setdefault(describe(*state, names), []).append(str(core))
    lines = [f"core{'s' if len(cores) > 1 else ''} {' '.join(cores)}: {text}" for text, cores in alike.items()]
    return lines, stacks[0][3] if 0 in stacks else ""
