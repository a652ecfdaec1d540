"""What a boot of the simulator says, as lines for build/bench/results.jsonl, and where the cycles of its regions went."""
from curves import CURVES, number_of, units_in, work_in
from diagnosis import diagnose
from sim_compare import compare, make_part

MISSES = ("l2", "l3", "near", "far", "socket", "memory", "memory_far", "prefetched", "upgrades", "invalidations")
PLACES = 5        # functions, and kinds of lines, that are named, at most
PLACE_LEAST = 1.0  # % of the cycles of all cores, of what is named beyond the first


def region_line(boot, ran, name, region, spent, settings):
    """One line; `spent` is [(cycles, sums)] of the phases that the region is made of."""
    cycles = sum(part for part, _ in spent)
    sums = {key: sum(sums[key] for _, sums in spent) for key in spent[0][1]}
    units = units_in(ran.results, region)
    return {"system": boot.system, "experiment": ran.experiment, "region": name, "cores": boot.cores, "cycles": cycles,
            "units": units, "value": number_of(region, cycles, units), "measure": region.measure,
            "instructions": sums["instructions"], "kernel_instructions": sums["kernel_instructions"],
            "misses": {key: sums[key] for key in MISSES}, "queued": sums["queued"], "walks": sums["walks"],
            "paused": sums["paused"], "waiting": sums["waiting"], "kernel": sums["kernel"],
            "system_calls": sums["system_calls"], "traps": sums["traps"], "interrupts": sums["interrupts"],
            "command": ran.command, **settings}


def lines_of(boot, settings):
    """Those of a boot; `settings` are the same for all of them: machine, model, what made them."""
    for ran in boot.ran:
        curve = CURVES[ran.experiment]
        parts = {name: make_part(region) for name, region in ran.regions.items() if name in curve.regions}
        spent = {name: (part.elapsed, part.sums) for name, part in parts.items()}
        for name, one in spent.items():
            yield region_line(boot, ran, name, curve.regions[name], [one], settings)
        if curve.together and spent:
            region = next(iter(curve.regions.values()))
            yield region_line(boot, ran, curve.together, region, list(spent.values()), settings)


def percent(cycles, part):
    """Of the cycles of all cores."""
    return round(100 * cycles / part.spent, 1) if part.spent else 0.0


def largest_places(costs, part):
    """The names that cost most, each with its part of all cores' cycles in %."""
    for number, cost in enumerate(costs[:PLACES]):
        if number == 0 or percent(cost.cycles, part) >= PLACE_LEAST:
            yield {"name": cost.name, "percent": percent(cost.cycles, part)}


def places_of(boots, machine):
    """Where the cycles go: for each region, of a system's boots the largest beside the smallest, in a few lines."""
    boots = sorted(boots, key=lambda boot: boot.cores)
    last = boots[-1]
    for ran in last.ran:
        for name in [name for name in CURVES[ran.experiment].regions if name in ran.regions]:
            first = next(one for boot in boots for one in boot.ran if one.experiment == ran.experiment and name in one.regions)
            pair = [ran] if first is ran else [first, ran]
            region = CURVES[ran.experiment].regions[name]
            parts = [make_part(one.regions[name], work_in(one.results, region, len(one.regions[name]["cores"])))
                     for one in pair]
            comparison = compare(name, parts, [one.names for one in pair])
            part = comparison.last
            yield {"system": last.system, "experiment": ran.experiment, "region": name, "cores": last.cores,
                   **{kind: percent(part.sums[kind], part) for kind in ("kernel", "waiting", "paused")},
                   "asleep": percent(part.spent - part.sums["cycles"], part),
                   "functions": list(largest_places(comparison.functions, part)),
                   "lines": list(largest_places(comparison.lines, part)),
                   "diagnosis": diagnose(comparison, machine) if len(pair) > 1 else []}

