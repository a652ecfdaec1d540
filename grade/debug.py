"""`make gdb`: a machine of QEMU's that stands at its first instruction, and gdb at it.

    debug.py --kernel ELF [--symbols ELF …] [--helpers FILE …] [--stop FUNCTION] [--back IMAGE] -- QEMU …

With --stop it goes on to that function first. With --back the machine, which has one core and whose disk is IMAGE, is
recorded to its end first, and gdb stands there, at the end of the same run played again: from there reverse-stepi and
reverse-continue go back in time (QEMU's docs/system/replay.rst).
gdb is reached by a unix socket in a folder of its own; nothing is left behind.
"""
import argparse
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from positions import Monitor

LAST = "machine_off"  # where a kernel ends that ends by itself

# What gdb is to say where the machine has reset itself. After wrong page tables it finds no code, as the processor did.
LOOK = """python
print("The machine reset itself here: what came next was a triple fault, if the kernel did not ask for it.")
try:
    gdb.selected_inferior().read_memory(gdb.parse_and_eval("$pc"), 1)
except gdb.MemoryError:
    print("By its page tables there is no memory where its next instruction should be.")
try:
    gdb.execute("info frame", to_string=True)
except gdb.error:
    pass  # that was gdb's first look at such code: the next, which could be reverse-stepi's, does not fail any more
end
"""


def replayed(mode, folder):
    """QEMU's arguments for a run that can be repeated: time is counted in instructions, what the disk does is recorded,
    and there is no network. A way back begins with the snapshot `init`, in the disk's overlay. QEMU 7.2 hangs when it
    loads it while the processor has what KVM needs of its APIC (vapic)."""
    return ["-icount", f"shift=5,rr={mode},rrfile={folder}/recording,rrsnapshot=init",
            "-drive", f"file={folder}/disk,format=qcow2,if=none,id=image",
            "-drive", "driver=blkreplay,if=none,image=image,id=disk", "-device", "ide-hd,drive=disk",
            "-nic", "none", "-global", "apic.vapic=off"]


def record(image, qemu, folder):
    """Runs the machine to its end, or until Ctrl-C."""
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image.resolve(), folder / "disk"], check=True)
    print("recording; Ctrl-C ends it", flush=True)
    begin = time.monotonic()
    machine = subprocess.Popen(qemu + replayed("record", folder), stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        machine.wait()
    except KeyboardInterrupt:
        machine.send_signal(signal.SIGINT)  # QEMU closes the recording
        machine.wait()
    finally:
        machine.kill()
        machine.wait()
    if machine.returncode not in (0, 33, 35, 37, 39):
        sys.exit(f"QEMU ended with status {machine.returncode}: nothing to go back in")
    print(f"recorded {time.monotonic() - begin:.1f} seconds")


def end_of(qemu, folder):
    """gdb's commands that lead to the end of what is recorded: where the kernel ends the machine, or the last instruction
    before the machine reset itself or a person had enough."""
    monitor = Monitor()
    machine = subprocess.Popen(qemu + replayed("replay", folder) + ["-S", "-no-shutdown", *monitor.arguments],
                               stdin=subprocess.DEVNULL, start_new_session=True, pass_fds=[monitor.theirs.fileno()])
    monitor.theirs.close()
    try:
        monitor.execute("qmp_capabilities")
        monitor.execute("cont")  # not before: an end that came first would be told to nobody
        end = monitor.await_event("SHUTDOWN")
        if not end:
            return [f"thbreak {LAST}", "continue"]
        ends = [f"monitor replay_break {monitor.execute('query-replay')['icount'] - 1}", "continue"]
        if end["guest"]:
            (folder / "look").write_text(LOOK, encoding="utf-8")
            ends.append(f"source {folder}/look")
        return ends
    finally:
        machine.kill()
        machine.wait()
        monitor.close()


def debug(options, ends, folder):
    """Starts the machine and gdb; gdb's exit status."""
    socket = folder / "gdb"
    machine = subprocess.Popen(options.qemu + (replayed("replay", folder) if options.back else []) +
                               ["-S", "-chardev", f"socket,path={socket},server=on,wait=off,id=gdb", "-gdb", "chardev:gdb"],
                               stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        while not socket.exists():
            if machine.poll() is not None:
                sys.exit(f"QEMU ended with status {machine.returncode}")
            time.sleep(0.05)
        start = ["set confirm off", "set backtrace limit 32"] + ([] if sys.stdin.isatty() else ["set pagination off"])
        start += [f"file {options.kernel}", *(f"add-symbol-file {path}" for path in options.symbols)]
        start += [f"source {path}" for path in options.helpers]
        start += ["set architecture i386:x86-64", f"target remote {socket}"]
        # What gdb says to these is news to nobody, but for errors.
        commands = [f"python for command in {start}: gdb.execute(command, to_string=True)", *ends]
        signal.signal(signal.SIGINT, lambda *_: None)  # it is meant for gdb
        return subprocess.run([options.gdb, "-q", *(word for command in commands for word in ("-ex", command))]).returncode
    finally:
        machine.kill()
        machine.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kernel", type=Path, required=True)
    parser.add_argument("--symbols", type=Path, nargs="*", default=[])
    parser.add_argument("--helpers", type=Path, nargs="*", default=[])
    parser.add_argument("--stop")
    parser.add_argument("--gdb", default="gdb")
    parser.add_argument("--back", type=Path)
    parser.add_argument("qemu", nargs="+")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # which ends the machine, too
    with tempfile.TemporaryDirectory(prefix="corey-gdb-") as name:
        folder, ends = Path(name), [f"thbreak {options.stop}", "continue"] if options.stop else ["hbreak kernel_main"]
        if options.back:
            record(options.back, options.qemu, folder)
            ends = end_of(options.qemu, folder)
        return debug(options, ends, folder)


if __name__ == "__main__":
    sys.exit(main())
