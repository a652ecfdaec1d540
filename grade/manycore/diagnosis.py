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
    """'all 16 cores', '3 cores', 'one core', of a set."""
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
        if cost.moved > cost.numbers["memory"]:
            yield cost.beyond, line_cause(cost, comparison.last.cores)


def memory_cause(comparison):
    """Of lines that come from memory, taken together."""
    lines = [cost for cost in comparison.lines if cost.numbers["memory"] >= max(1, cost.moved)]
    beyond = sum(cost.beyond for cost in lines)
    full = " (whose bandwidth is used up)" if comparison.more_of("queued") > beyond / 2 else ""
    names = " and ".join(f"`{cost.name}`" for cost in lines[:MANY_NAMES])
    return beyond, f"are spent on lines that come from memory{full}: {names}"


def waiting_cause(comparison):
    """Of pauses: in which code."""
    paused = sorted(((cost.numbers["paused"], cost.name) for cost in comparison.functions), reverse=True)
    names = " and ".join(name for cycles, name in paused[:MANY_NAMES] if cycles)
    return comparison.more_of("paused"), f"are waited away in pauses{f', in {names}' if names else ''}"


def idle_cause(comparison):
    return comparison.more(lambda part: part.spent - part.sums["cycles"]), "pass while cores sleep or have no work"


def instruction_cause(comparison, machine):
    """Of instructions that the smallest run does not need for the same work, pauses left out."""
    grown = sorted(comparison.functions, key=lambda cost: (cost.numbers["paused"] - cost.beyond, cost.name))
    names = " and ".join(cost.name for cost in grown[:MANY_NAMES])
    return (comparison.more_of("instructions") * machine.instruction,
            f"are instructions that the smaller run does not have; what grew most is {names}")


def entry_cause(comparison, machine):
    """Of entries into the kernel, by what the machine says that each costs."""
    costs = [(comparison.more_of(kind) * price, kind.replace("_", " ")) for kind, price in
             (("system_calls", machine.system_call), ("traps", machine.trap), ("interrupts", machine.interrupt))]
    return sum(cycles for cycles, _ in costs), f"go into entering the kernel, most for {max(costs)[1]}"


def walk_cause(comparison):
    return comparison.more_of("walk_cycles"), "are walks of page tables after misses of the TLB"


def diagnose(comparison, machine):
    """The sentences."""
    last, first = comparison.last, comparison.first
    if len(comparison.parts) == 1:
        return [f"{comparison.name}: one run only: with a second number of cores there is something to compare."]
    ideal, beyond = last.cores / first.cores, comparison.beyond(last)
    head = (f"{comparison.name}: {last.cores} cores do {comparison.speed_up(last):.2f} times the work of"
            f" {first.cores} in the same time, of {ideal:.0f} times at best")
    if beyond < GOOD * last.spent:
        return [f"{head}: it scales."]
    causes = [*line_causes(comparison), memory_cause(comparison), waiting_cause(comparison), idle_cause(comparison),
              instruction_cause(comparison, machine), entry_cause(comparison, machine), walk_cause(comparison)]
    causes = sorted((cause for cause in causes if cause[0] >= WORTH * beyond), key=lambda cause: -cause[0])
    said = [f"{head}."]
    what = f"of the cycles beyond those of {'one core' if first.cores == 1 else f'{first.cores} cores'} "
    for cycles, text in causes[:CAUSES_MOST]:
        said.append(f"{percent(min(cycles, beyond), beyond)} {what}{text}.")
        what = ""
    return said if causes else said + ["No single cause stands out: see the table."]
