"""Tests of the simulator in which all cores are at work (test/shapes.asm): the shapes of curves, from 1 to 64 cores,
the limit of bandwidth, and what cores are found to have in common. Run by test_simulator.py."""

OPERATIONS = 1280          # of all cores together, in a shape
TRANSFER = 100             # cycles, on the machine `flat`, until another core's line is there


def near(value, expected, part):
    return abs(value - expected) <= part * expected


# --- shapes ---------------------------------------------------------------------------------------------------------

def curve(simulator, work, numbers):
    """Cycles an operation, of OPERATIONS that so many cores divide among themselves."""
    return [simulator.run("shape", cores, work=work, operations=OPERATIONS // cores).length() / OPERATIONS
            for cores in numbers]


def check_shapes(simulator):
    private = [simulator.run("shape", cores, operations=1000).length() for cores in (1, 4, 16, 64)]
    yield "private work is flat", "" if near(max(private), min(private), 0.05) else f"{private} cycles"

    counter = curve(simulator, "counter", (1, 4, 16, 64))
    wrong = counter[0] < TRANSFER or any(not near(cost, TRANSFER, 0.02) for cost in counter[2:])
    yield "an atomic counter takes a transfer an operation", f"cycles an operation: {counter}" if wrong else ""

    test, ticket, queue = (curve(simulator, f"{lock}_lock", (1, 4, 16, 64)) for lock in ("test", "ticket", "queue"))
    for name, costs in ("test-and-test-and-set", test), ("ticket", ticket):
        wrong = not 3 <= costs[3] / costs[2] <= 8 or costs[3] < 12 * costs[0]
        yield f"a {name} lock is linear", f"cycles an operation: {costs}" if wrong else ""
    wrong = any(not near(cost, queue[1], 0.03) for cost in queue[2:])
    yield "an MCS lock is flat", f"cycles an operation: {queue}" if wrong else ""
    wrong = not test[3] > 2 * ticket[3] > 4 * queue[3]
    yield "the locks' order on 64 cores", f"{test[3]}, {ticket[3]}, {queue[3]}" if wrong else ""


def check_bandwidth(simulator):
    """Sixteen cores read cold memory of which the node serves a line in ten cycles."""
    slow, pages = simulator.machine("flat", bandwidth=6.4), 40
    lines = pages * 64 * 16
    alone, all_on, all_off = (simulator.run("shape", cores, slow, work="stream", operations=pages, bandwidth=bandwidth)
                              for cores, bandwidth in ((1, None), (16, None), (16, "off")))
    wrong = not near(all_on.length(), lines * 10, 0.05) or all_on.total("queued") == 0
    yield "bandwidth limits", f"{all_on.length()} cycles for {lines} lines" if wrong else ""
    small = simulator.machine("flat", bandwidth=6.4, l2="16K 8 20", l3="256K 16 50")
    for test, writers in ("shape", 16), ("shape_first_asleep", 15):
        written = simulator.run(test, 16, small, work="stream_written", operations=100)
        lines, held = 100 * 64 * writers, (writers * 16 + 256) * 1024 // 64  # the latter the caches keep
        wrong = not near(written.length(), (lines + lines - held) * 10, 0.05)
        yield f"what is written goes back to memory: {test}", f"{written.length()}, {lines} lines" if wrong else ""
    wrong = not near(all_off.length(), alone.length(), 0.1)
    yield "bandwidth=off", f"one core: {alone.length()} cycles; 16: {all_off.length()}" if wrong else ""


# --- what cores have in common --------------------------------------------------------------------------------------

def conflicts(report):
    """[(line, writers, {instruction})] of the region."""
    region, = report.regions
    return [(int(line["virtual"], 16) & -64, int(line["writers"], 16), {int(by, 16) for by in line["by"]})
            for line in region["conflicts"]]


def check_conflicts(simulator):
    for mode in "conflict", "time":
        for cores in 2, 16:
            private, counter, pair = (simulator.run("conflict", cores, work=work, mode=mode)
                                      for work in ("private_work", "counter", "false_sharing"))
            every, where = (1 << cores) - 1, f"on {cores} cores, mode={mode}"
            for name, report, expected in (
                    ("private work", private, []),
                    ("a shared counter", counter,
                     [(counter.symbols["data_first"], every, {counter.symbols["counter"]})]),
                    ("false sharing", pair,
                     [(pair.symbols["shared_pair"], every, {pair.symbols["even_count"], pair.symbols["odd_count"]})])):
                seen = conflicts(report)
                yield f"{name} {where}", "" if seen == expected else f"expected {expected}, seen {seen}"
            if mode == "time":
                dearest = int(pair.regions[0]["lines"][0]["virtual"], 16) & -64
                yield f"false sharing costs most {where}", f"{dearest:x}" if dearest != expected[0][0] else ""
