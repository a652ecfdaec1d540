"""Why a region does not scale, in a few plain sentences, by rules over a Comparison (sim_compare.py).

Each cause is named with its part of the cycles beyond the smallest run's. Parts may overlap: who waits for a lock
also fetches the lock's line.
"""
GOOD = 0.10      # of all cycles: so few beyond the smallest run's, and it scales
WORTH = 0.08     # of those beyond: a smaller part is not named
CAUSES_MOST = 3
MANY_NAMES = 2


def percent(part, whole):
    return f"{100 * part / whole:.0f} %" if whole else "-"


def cores_of(count, number):
    """'all 16 cores', '3 cores', 'one core'."""
    many = bin(count).count("1")
    return "one core" if many == 1 else f"all {many} cores" if many == number else f"{many} cores"


def line_cause(cost, cores):
    lines = f"the {cost.numbers['lines']} lines" if cost.numbers["lines"] > 1 else "line"
    who = f"written by {cores_of(cost.writers, cores)}" if cost.writers else "written by none"
    if cost.readers:
        who += f" and read by {cores_of(cost.readers, cores)}"
    where = f", in {' and '.join(cost.by[:MANY_NAMES])}" if cost.by else ""
    return f"are spent on {lines} `{cost.name}`, {who}{where}"


def line_causes(comparison):
    """Of lines that move between cores."""
    for cost in comparison.lines:
        moved = cost.numbers["near"] + cost.numbers["far"] + cost.numbers["socket"] + cost.numbers["upgrades"]
        if moved > cost.numbers["memory"]:
            yield cost.beyond, line_cause(cost, comparison.last.cores)


def memory_cause(comparison):
    """Of lines that come from memory, taken together."""
    lines = [cost for cost in comparison.lines if cost.numbers["memory"] >
             cost.numbers["near"] + cost.numbers["far"] + cost.numbers["socket"] + cost.numbers["upgrades"]]
    sums = comparison.last.sums
    queued = sums["queued"] - comparison.factor(comparison.last) * comparison.first.sums["queued"]
    why = " (the memory's bandwidth is used up)" if lines and queued > sum(cost.beyond for cost in lines) / 2 else ""
    names = " and ".join(f"`{cost.name}`" for cost in lines[:MANY_NAMES])
    return sum(cost.beyond for cost in lines), f"are spent on lines that come from memory{why}: {names}"


def waiting_cause(comparison):
    """Of pauses: who waits, and in which code."""
    paused = [(cost.numbers["paused"], cost.name) for cost in comparison.functions if cost.numbers["paused"]]
    more = comparison.last.sums["paused"] - comparison.factor(comparison.last) * comparison.first.sums["paused"]
    names = " and ".join(name for _, name in sorted(paused, reverse=True)[:MANY_NAMES])
    return more, f"are waited away in pauses{f', in {names}' if names else ''}"


def idle_cause(comparison):
    def idle(part):
        return part.spent - part.sums["cycles"]
    more = idle(comparison.last) - comparison.factor(comparison.last) * idle(comparison.first)
    return more, "pass while cores sleep or have no work"


def instruction_cause(comparison, machine):
    """Of instructions that the smallest run does not need for the same work; the plainest are where code grew most."""
    more = comparison.last.sums["instructions"] - comparison.factor(comparison.last) * comparison.first.sums["instructions"]
    names = sorted(comparison.functions, key=lambda cost: (-cost.numbers["instructions"], cost.name))[:MANY_NAMES]
    return more * machine.instruction, (f"are instructions that the smaller run does not have; most are in "
                                        f"{' and '.join(cost.name for cost in names)}")


def entry_cause(comparison, machine):
    more, most = 0, []
    for kind, price in (("system_calls", machine.system_call), ("traps", machine.trap), ("interrupts", machine.interrupt)):
        extra = comparison.last.sums[kind] - comparison.factor(comparison.last) * comparison.first.sums[kind]
        more += extra * price
        most.append((extra * price, kind.replace("_", " ")))
    return more, f"go into entering the kernel, most for {max(most)[1]}"


def walk_cause(comparison):
    more = comparison.last.sums["walk_cycles"] - comparison.factor(comparison.last) * comparison.first.sums["walk_cycles"]
    return more, "are walks of page tables after misses of the TLB"


def diagnose(comparison, machine):
    """The sentences."""
    last, first = comparison.last, comparison.first
    if len(comparison.parts) == 1:
        return [f"{comparison.name}: one run only: with a second number of cores there is something to compare."]
    ideal, beyond = last.cores / first.cores, comparison.beyond(last)
    head = (f"{comparison.name}: {last.cores} cores do {comparison.speed_up(last):.2f} times the work of {first.cores}"
            f" in the same time, of {ideal:.0f} times at best")
    if beyond < GOOD * last.spent:
        return [f"{head}: it scales."]
    causes = [*line_causes(comparison), memory_cause(comparison), waiting_cause(comparison), idle_cause(comparison),
              instruction_cause(comparison, machine), entry_cause(comparison, machine), walk_cause(comparison)]
    causes = sorted((cause for cause in causes if cause[0] >= WORTH * beyond), key=lambda cause: -cause[0])
    said = [f"{head}."]
    for number, (cycles, text) in enumerate(causes[:CAUSES_MOST]):
        what = f"of the cycles beyond those of {first.cores} {'core' if first.cores == 1 else 'cores'} " if not number else ""
        said.append(f"{percent(min(cycles, beyond), beyond)} {what}{text}.")
    return said if causes else said + ["No single cause stands out: see the table."]
