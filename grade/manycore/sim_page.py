"""One page a region: what it costs on each number of cores, who spends it on the largest, and why."""
from sim_compare import cost_data

FUNCTIONS, LINES = 10, 10  # that are shown, at most
FEW, SMALL = 3, 0.005      # of these so many in any case, and others from this part of all cycles on
LABEL, COLUMN, NAME = 30, 10, 62

# Rows of the table: label, what of a part, how it is shown.
COUNTED = ("near", "far", "socket", "memory", "memory_far")
ROWS = (
    ("from L2", "l2"), ("from L3", "l3"), ("from a core: same cluster", "near"), ("  other cluster", "far"),
    ("  other socket", "socket"), ("from memory: own node", "memory"), ("  other node", "memory_far"),
    ("  prefetched", "prefetched"), ("writes to shared lines", "upgrades"), ("invalidations", "invalidations"),
    ("TLB misses", "walks"), ("atomic instructions", "atomics"), ("device accesses", "uncached"),
    ("system calls", "system_calls"), ("traps", "traps"), ("interrupts", "interrupts"))
PARTS = (("in the kernel", "kernel"), ("waiting in ring 3", "waiting"), ("pausing (locks, barriers)", "paused"),
         ("queued for lines, memory", "queued"), ("walking page tables", "walk_cycles"))
WORK = {"said": "work as the program counts it", "each": "each core does all of the work",
        "divided": "the cores divide the work",
        "unclear": "whether the cores divide the work is unclear; counted as if they did"}


def short(number):
    """A number in at most 8 places."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(number) >= 10 * size:
            return f"{number / size:.1f} {unit}" if abs(number) < 1000 * size else f"{number / size:.0f} {unit}"
    return f"{number:.0f}"


def row(label, cells):
    return f"{label:<{LABEL}}" + "".join(f"{cell:>{COLUMN}}" for cell in cells)


def table_lines(comparison):
    """The table over the numbers of cores; a row that is nothing but zeros is left out."""
    parts = comparison.parts
    yield row("cores", [part.cores for part in parts])
    yield row("cycles", [short(part.elapsed) for part in parts])
    if len(parts) > 1:
        yield row("speed-up", [f"{comparison.speed_up(part):.2f}" for part in parts])
    yield row("instructions, all cores", [short(part.sums["instructions"]) for part in parts])
    yield row("  in the kernel", [short(part.sums["kernel_instructions"]) for part in parts])
    for label, name in ROWS:
        if any(part.sums[name] for part in parts):
            yield row(label, [short(part.sums[name]) for part in parts])
    yield "of all cores' cycles, %"
    shares = [(label, [part.sums[name] for part in parts]) for label, name in PARTS]
    shares.append(("asleep or without work", [max(0, part.spent - part.sums["cycles"]) for part in parts]))
    for label, numbers in shares:
        if any(numbers):
            yield row("  " + label, [f"{100 * number / part.spent:.1f}" if part.spent else "-"
                                     for number, part in zip(numbers, parts)])


def cut(text, width):
    return text if len(text) <= width else text[:width - 1] + "…"


def shown(costs, most, part):
    """Those worth a line."""
    return [cost for number, cost in enumerate(costs[:most]) if number < FEW or cost.cycles >= SMALL * part.spent]


def share(cycles, part):
    return f"{100 * cycles / part.spent:5.1f}" if part.spent else "    -"


def function_lines(comparison):
    last = comparison.last
    yield f"{'functions on ' + str(last.cores) + ' cores':<{NAME}}{'cycles':>9}{'%':>6}{'beyond %':>9}{'paused':>9}"
    for cost in shown(comparison.functions, FUNCTIONS, last):
        yield (f"  {cut(cost.name, NAME - 3):<{NAME - 2}}{short(cost.cycles):>9}{share(cost.cycles, last):>6}"
               f"{share(cost.beyond, last):>9}{short(cost.numbers['paused']):>9}")


def line_lines(comparison):
    last = comparison.last
    yield (f"{'lines on ' + str(last.cores) + ' cores':<{NAME}}{'cycles':>9}{'%':>6}{'moved':>9}{'memory':>9}"
           f"{'lost':>8}  writers, readers")
    for cost in shown(comparison.lines, LINES, last):
        numbers = cost.numbers
        name = cost.name if numbers["lines"] == 1 else f"{cost.name}, {numbers['lines']} lines"
        yield (f"  {cut(name, NAME - 3):<{NAME - 2}}{short(cost.cycles):>9}{share(cost.cycles, last):>6}"
               f"{short(cost.moved):>9}{short(numbers['memory']):>9}{short(numbers['invalidations']):>8}"
               f"  {bin(cost.writers).count('1')}, {bin(cost.readers).count('1')}")
        if cost.by:
            yield f"      {', '.join(cost.by)}"


def page_lines(comparison, sentences):
    """The page of one region."""
    yield f"== {comparison.name}: {WORK[comparison.work]}" if len(comparison.parts) > 1 else f"== {comparison.name}"
    for lines in (table_lines, function_lines, line_lines):
        yield from lines(comparison)
        yield ""
    yield from sentences
    yield ""


def page_data(comparison, sentences):
    """The same for JSON."""
    return {"region": comparison.name, "work": comparison.work,
            "runs": [{"cores": part.cores, "cycles": part.elapsed, "speed_up": round(comparison.speed_up(part), 4),
                      **{f"sum_{name}": value for name, value in part.sums.items()}} for part in comparison.parts],
            "functions": [cost_data(cost) for cost in comparison.functions],
            "lines": [cost_data(cost) for cost in comparison.lines], "diagnosis": sentences}
