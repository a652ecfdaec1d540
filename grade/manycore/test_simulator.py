"""Tests the simulator: `test_simulator.py`. With small guests (test/guest.asm) on machines of round numbers.

Cycle counts of short sequences, against sums made by hand; what all cores do at once (test_shapes.py); time, and
equal runs; its parts without a guest (test/unit.c). Prints how fast it is.
Ends with `N passed, N failed`.
"""
import re
import resource
import struct
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent / "test"), str(Path(__file__).resolve().parents[1])]

from own_tests import run_findings
from simulation import CC, HERE, SIMULATOR, WARNINGS, Simulator, plugin_interface
from test_shapes import check_bandwidth, check_conflicts, check_shapes

BLOCKING = ("caches", "sharing", "processor", "translations")  # test/*.asm, as sequences.asm includes them
SEQUENCE = re.compile(r'^SEQUENCE (\w+), (\d+), (\d+)(?:, "([^"]*)")?', re.MULTILINE)
CORE_PAGE = 0x10000        # of the guest's first core
PAGE = 4096
MAPPED = 1 << 30           # guest.asm maps all memory below one to one; half of it is the second node's
TIMER = 1_000_000          # cycles that shapes.asm's `idle` sleeps
TIMERS_LATE = 10_000       # turns.c's TIMER_STEP
WORK = 400_000             # operations of some 150 instructions, to measure the simulator's own speed
SLOWEST = 1_000_000        # instructions a second, below which something is badly wrong


def run_unit(simulator):
    """test/unit.c, under the address and undefined behaviour sanitizers."""
    program = simulator.folder / "unit"
    subprocess.run([CC, *WARNINGS, "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-o",
                    program, HERE / "unit.c", SIMULATOR / "decode.c", SIMULATOR / "machine.c"], check=True)
    run = subprocess.run([str(program), simulator.machine("round")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True)
    yield "decoding, machine files, tags", "" if run.returncode == 0 else run.stdout.strip()


# --- sequences counted by hand --------------------------------------------------------------------------------------

def counted(region, number):
    """Cycles of a core in a region, and what else is not 0; `lost` are the lines that the other cores lost."""
    cores = region["cores"]
    seen = {key: value for key, value in cores[number].items() if value and key not in ("cycles", "instructions")}
    lost = sum(core["invalidations"] for core in cores) - cores[number]["invalidations"]
    return cores[number]["cycles"], {**seen, **({"lost": lost} if lost else {})}


def compare_sequences(sources, report):
    """(name, what is wrong) for each sequence of these sources: its second region counts."""
    sequences = [found for name in sources for found in SEQUENCE.findall((HERE / f"{name}.asm").read_text())]
    if not sequences or len(report.regions) != 2 * len(sequences):
        raise RuntimeError(f"{sources}: {len(sequences)} sequences, and {len(report.regions)} regions")
    for (name, core, cycles, events), region in zip(sequences, report.regions[1::2]):
        expected = int(cycles), {key: int(value) for key, value in map(str.split, filter(None, events.split(", ")))}
        seen = counted(region, int(core))
        yield name, "" if seen == expected else f"expected {expected}, seen {seen}"


def check_nodes(simulator):
    """Memory in a block of QEMU's for each node: counted where it is, and told by its address."""
    report = simulator.run("hand_counted_run", 8, "round", nodes=True)
    for name, trouble in compare_sequences(BLOCKING, report):
        yield f"{name}, with memory in nodes", trouble
    places = {(int(line["physical"], 16) // PAGE, int(line["virtual"], 16) // PAGE)
              for region in report.regions for line in region["lines"]}
    wrong = {(physical, virtual) for physical, virtual in places if physical != virtual and virtual < MAPPED // PAGE}
    second = sum(1 for physical, _ in places if physical >= MAPPED // PAGE // 2)
    yield "addresses in the second node", f"{second} seen; {wrong}" if wrong or not second else ""


def check_sequences(simulator):
    yield from compare_sequences(BLOCKING, simulator.run("hand_counted_run", 8, "round"))
    for name, trouble in compare_sequences(BLOCKING, simulator.run("hand_counted_run", 8, "round", begin=None)):
        if name != "walk_cold":  # the core has written the tables itself then
            yield f"{name}, from the reset on", trouble
    for name, trouble in compare_sequences(BLOCKING, simulator.run("hand_counted_run", 8, "round", begin=None,
                                                                   charge="hand_counted_run")):
        yield f"{name}, from the reset on and charged later", trouble
    yield from compare_sequences(["generous"], simulator.run("generous_run", 1, "round", model="generous",
                                                             bandwidth="off"))
    seen = counted(simulator.run("translated_before", 1, "round", begin="late_begin").regions[0], 0)
    expected = 10045, {"fetches": 6, "memory": 10, "l1": 4, "walks": 1, "walk_cycles": 3000}
    yield "translated_before", "" if seen == expected else f"expected {expected}, seen {seen}"


# --- time and equal runs --------------------------------------------------------------------------------------------

def kept_word(simulator):
    """What a guest has left for us in the first core's page, in the file of its memory."""
    with (simulator.folder / "memory").open("rb") as file:
        file.seek(CORE_PAGE + 0x80)
        return struct.unpack("<I", file.read(4))[0]


def check_devices(simulator):
    """Two lines that a device has written are found in memory, the third in the core's cache: 3 + 2 x 1000 + 3."""
    for nodes in False, True:
        report = simulator.run("device_writes", 8, "round", device="edu,addr=5", nodes=nodes)
        seen, expected = counted(report.regions[1], 0), (2006, {"l1": 2, "memory": 2})
        yield f"a device writes{' in nodes' * nodes}", f"expected {expected}, seen {seen}" if seen != expected else ""


def check_time(simulator):
    report = simulator.run("idle", 4)
    first, *others = report.regions[0]["cores"]
    wrong = abs(report.length() - TIMER) > TIMERS_LATE or first["interrupts"] != 1
    yield "all sleep until a timer", f"{report.length()} cycles, {first}" if wrong else ""
    wrong = (first["cycles"] + first["halted"] != report.length() or first["cycles"] > TIMERS_LATE or
             any(core["cycles"] for core in others))
    yield "who sleeps spends nothing", f"{first}" if wrong else ""
    report = simulator.run("ring", 4, operations=100)
    hop = report.length() / report.total("interrupts")  # 800, three times the APIC for 200, some twenty instructions
    wrong = not 1400 < hop < 1430 or report.total("interrupts") != 400
    yield "interrupts between cores that sleep", f"{hop} cycles" if wrong else ""
    report = simulator.run("timed", 4, work="queue_lock")
    code, = (region["code"] for region in report.regions)
    seen, expected = sum(block["cycles"] for block in code), report.total("cycles")
    yield "the code's cycles are the cores'", f"{seen} of {expected}" if seen != expected else ""
    seen = sum(block["instructions"] for block in code) - report.total("instructions")
    yield "the code's instructions are the cores'", f"{seen} too many" if seen else ""
    simulator.run("time_stamps", 1, "round", memory=simulator.folder / "memory")
    seen = kept_word(simulator)
    yield "the time stamp counter counts cycles", f"expected 1004, seen {seen}" if seen != 1004 else ""
    for when, expected in ("region", 1), ("end", 3):
        simulator.run("memory_kept", 1, "round", memory=simulator.folder / "memory", memory_at=when)
        seen = kept_word(simulator)
        yield f"memory_at={when}", f"expected {expected}, seen {seen}" if seen != expected else ""
    report = simulator.run("shape", mode="turns")
    wrong = report.total("cycles") - report.total("paused") != report.total("instructions")
    yield "mode=turns: an instruction is a cycle", f"{report.regions[0]['cores']}" if wrong else ""


def check_equal(simulator):
    """Three runs of each; and with seeds, that these differ."""
    runs = [(test, cores, {"work": "ticket_lock"}) for test in ("shape", "timed", "idle") for cores in (1, 4, 16)]
    runs += [("timed", 4, {"work": "queue_lock", "model": "generous"}), ("timed", 4, {"mode": "turns"}),
             ("conflict", 4, {"work": "counter", "mode": "conflict"}), ("ring", 16, {}),
             ("timed", 64, {"work": "queue_lock", "seed": 77, "operations": 10}),
             ("shape", 16, {"begin": None})]
    for test, cores, options in runs:
        texts = {simulator.run(test, cores, **options).text for _ in range(3)}
        yield f"three runs: {test} on {cores} cores", f"{len(texts)} different" if len(texts) != 1 else ""
    for test in "shape", "timed":
        texts = [{simulator.run(test, 4, work="ticket_lock", seed=seed).text for _ in range(3)} for seed in (0, 1, 2)]
        lengths = {re.search('"end": .*', text).group() for few in texts for text in few}
        wrong = any(len(few) != 1 for few in texts) or len(lengths) != 3
        yield f"seeds: {test}", f"{[len(few) for few in texts]} different, {lengths}" if wrong else ""


# --- mistakes, speed ------------------------------------------------------------------------------------------------

def check_mistakes(simulator):
    """What it does not take, it names, and does not begin."""
    rom, _ = simulator.guest("shape", 1, "private_work", 100)
    good = {"machine": HERE / "round", "out": simulator.folder / "none"}
    for cores, changed, said in ((1, {"color": "red"}, "no option 'color'"),
                                 (1, {"mode": "fast"}, "no option 'mode'"),
                                 (1, {"machine": simulator.folder / "absent"}, "absent"),
                                 (1, {"machine": simulator.machine("round", memory=5)}, "line 14"),
                                 (9, {}, "has 8 cores, and the guest has 9"),
                                 (1, {"out": None}, "out=FILE")):
        run = simulator.start(cores, rom, {**good, **changed})
        wrong = run.returncode != 1 or said not in run.stderr or good["out"].exists()
        yield f"refused: {said}", f"status {run.returncode}, {run.stderr}" if wrong else ""
    lacking = simulator.folder / "qemu.c"  # as if QEMU had none of these
    lacking.write_text((SIMULATOR / "qemu.c").read_text().replace('"cpu_exit"', '"cpu_exit_of_another"'))
    others = [path for path in sorted(SIMULATOR.glob("*.c")) if path.name != "qemu.c"]
    for sources, interface, said in (([*others, lacking], plugin_interface(), "this QEMU has no cpu_exit_of_another"),
                                     ([*others, SIMULATOR / "qemu.c"], 99, "requires API version 99")):
        run = simulator.start(1, rom, good, plugin=simulator.build(sources, interface))
        wrong = run.returncode != 1 or said not in run.stderr or good["out"].exists()
        yield f"refused: {said}", f"status {run.returncode}, {run.stderr}" if wrong else ""


def processor_seconds():
    """That our children have had of the host's processors: a crowded host changes nothing."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def check_speed(simulator):
    """Of private work on data that the first level holds."""
    for cores in 1, 16, 64:
        before = processor_seconds()
        report = simulator.run("shape", cores, operations=WORK // cores)
        speed = report.said["instructions"] / (processor_seconds() - before)
        print(f"{cores} cores: {speed / 1e6:.0f} million instructions a second of a host's core")
        yield f"speed on {cores} cores", f"{speed:.0f} instructions a second" if speed < SLOWEST else ""


CHECKS = (run_unit, check_sequences, check_nodes, check_shapes, check_bandwidth, check_conflicts, check_devices, check_time, check_equal,
          check_mistakes, check_speed)


def check_all(folder):
    simulator = Simulator(folder)
    for check in CHECKS:
        yield from check(simulator)


if __name__ == "__main__":
    sys.exit(run_findings("simulator", check_all))
