"""The symbols of the peer's kernel, and where traps, interrupts and system calls enter it.

Debian's package holds no System.map (only that of the debug symbols does, which is forty times as
large). The kernel knows its symbols itself: it is booted once, init prints /proc/kallsyms, and that
is kept as build/linux/kernel/System.map until another kernel is fetched. The addresses are good since
peer.py boots it with nokaslr.
"""
import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kernel import fetch_kernel
from machine import PASSED
from peer import OUTPUT, boot, build_programs, peer_job, write_archive, Peer

LINE = re.compile(r"^([0-9a-f]{16}) (\w) (\S+)$")
# Kinds as the simulator's option `entries` has them. A device's interrupt comes through one of 200 stubs, which all
# lead to asm_common_interrupt; all others have an entry of their own.
ENTRIES = (
    ("system_call", re.compile(r"entry_SYSCALL_64|entry_SYSCALL_compat|entry_SYSENTER_compat"
                               r"|entry_INT80_compat|asm_int80_emulation")),
    ("interrupt", re.compile(r"asm_sysvec_\w+|asm_common_interrupt|asm_spurious_interrupt")),
    ("trap", re.compile(r"asm_exc_\w+")),
)
BEGIN = "__x64_sys_ioperm"  # init's first system call, and nobody else's
NEEDED = {BEGIN, "entry_SYSCALL_64", "asm_exc_page_fault", "asm_common_interrupt", "asm_sysvec_apic_timer_interrupt"}


def ask_kernel():
    """What /proc/kallsyms says, as lines `address type name`."""
    kernel = fetch_kernel() / "vmlinuz"
    init = build_programs()["init"]
    peer = Peer(kernel, write_archive("symbols", {"init": init}, {}))
    with tempfile.TemporaryDirectory(prefix="linux-symbols-") as folder:
        job = peer_job(peer, ["symbols"], Path(folder), memory=256)
        outcome = boot(job)
        text = (job.folder / OUTPUT).read_text(encoding="utf-8", errors="replace")
        if outcome.status != PASSED:
            raise RuntimeError(f"Linux has not told its symbols: QEMU's status is {outcome.status} "
                               + " ".join(outcome.console[-3:]))
    return [line for line in text.splitlines() if LINE.match(line) and not line.startswith("0" * 16)]


def write_atomically(path, lines):
    new = path.with_name(f"{path.name}.new")
    new.write_text("".join(f"{line}\n" for line in lines))
    new.replace(path)


def system_map():
    """The path of System.map, made unless it is there: lines `address type name`, ascending."""
    path = fetch_kernel() / "System.map"
    if not path.exists():
        write_atomically(path, sorted(ask_kernel()))
    return path


def read_symbols():
    """{name: address, in hexadecimal} of the kernel."""
    found = {name: address for address, _, name in (line.split() for line in system_map().read_text().splitlines())}
    missing = NEEDED - set(found)
    if missing:
        raise RuntimeError(f"this Linux has no symbol {min(missing)}")
    return found


def begin_address():
    """For the simulator's option `begin`: where the kernel is when it has started init, and no program yet."""
    return read_symbols()[BEGIN]


def read_entries(names):
    """The entries among the kernel's symbols, as lines `address kind`."""
    return sorted(f"{address} {kind}" for name, address in names.items() for kind, pattern in ENTRIES
                  if pattern.fullmatch(name))


def entries_file():
    """The path of a file for the simulator's option `entries`: lines `address kind`."""
    path, lines = fetch_kernel() / "entries", read_entries(read_symbols())
    if not path.exists() or path.read_text().splitlines() != lines:
        write_atomically(path, lines)
    return path


if __name__ == "__main__":
    try:
        print(system_map(), entries_file(), begin_address())
    except (RuntimeError, OSError) as error:
        sys.exit(f"linux: {error}")
