"""What a region costs on each number of cores, and who: code and lines, compared with the smallest run.

All is in cycles of all cores together: what a run on N cores has spent *beyond* the smallest one is N times its
length, less the length of the smallest by as much work as was done.
"""
from collections import defaultdict
from dataclasses import dataclass, field

from sim_results import CORE_NUMBERS, members

DIVIDED, EACH = 0.4, 0.75  # powers of the number of cores, to which instructions grow


@dataclass
class Part:
    """A region of one run: its length in cycles, and the sums over the cores."""
    cores: int
    elapsed: int
    sums: dict
    region: dict
    work: int = 0  # units that the program says it has done; 0: it does not say

    @property
    def spent(self):
        """Cycles of all cores, whatever they did. In a short region the cores' own may be more than its length says: it
        ends on one core's clock, and others are ahead of that by what they wait for."""
        return max(self.cores * self.elapsed, self.sums["cycles"])

    def worked(self, in_kernel):
        """Instructions of the kernel's or of ring 3's work; those that ring 3 spends waiting are left out, by the part
        of its cycles that it waits."""
        if in_kernel:
            return self.sums["kernel_instructions"]
        cycles = self.sums["cycles"] - self.sums["kernel"]
        waits = min(1.0, self.sums["waiting"] / cycles) if cycles else 0.0
        return (self.sums["instructions"] - self.sums["kernel_instructions"]) * (1 - waits)


@dataclass
class Cost:
    """What a function or a kind of lines has cost: in this run, and beyond the smallest one."""
    name: str
    cycles: int = 0
    beyond: float = 0
    numbers: dict = field(default_factory=lambda: defaultdict(int))
    writers: int = 0
    readers: int = 0
    by: list = field(default_factory=list)

    @property
    def moved(self):
        """Times that a line came from another core, or had to be taken from others to be written."""
        return sum(self.numbers[name] for name in ("near", "far", "socket", "upgrades"))


@dataclass
class Comparison:
    """A region on several numbers of cores, the smallest first."""
    name: str
    parts: list
    work: str       # how much the cores do: "said" by the program; "each", "divided", "unclear" by the instructions
    functions: list
    lines: list

    @property
    def first(self):
        return self.parts[0]

    @property
    def last(self):
        return self.parts[-1]

    def factor(self, part):
        """How many times the smallest run's work a run does."""
        if self.work == "said":
            return part.work / self.first.work
        return part.cores / self.first.cores if self.work == "each" else 1

    def speed_up(self, part):
        return self.factor(part) * self.first.elapsed / part.elapsed if part.elapsed else 0.0

    def more(self, number):
        """How much more of something the largest run has than the smallest for the same work; number(part)."""
        return number(self.last) - self.factor(self.last) * number(self.first)

    def more_of(self, name):
        return self.more(lambda part: part.sums[name])

    def beyond(self, part):
        """Cycles beyond the smallest run's for the same work."""
        return part.spent - self.factor(part) * self.first.spent


def make_part(region, work=0):
    return Part(len(region["cores"]), region["end"] - region["begin"],
                {name: sum(core[name] for core in region["cores"]) for name in CORE_NUMBERS}, region, work)


def work_of(first, last):
    """Whether each core does all of the work, or they divide it. Where the program does not say: by the instructions,
    the kernel's or ring 3's, whichever are more to begin with."""
    if first.work and last.work:
        return "said"
    in_kernel = 2 * first.sums["kernel_instructions"] > first.sums["instructions"]
    cores, before = last.cores / first.cores, first.worked(in_kernel)
    more = last.worked(in_kernel) / before if before else 1.0
    if cores == 1 or more < cores ** DIVIDED:
        return "divided"
    return "each" if more > cores ** EACH else "unclear"


def function_costs(region, names):
    """{function: Cost} of a region's code."""
    costs = {}
    for block in region["code"]:
        cost = costs.setdefault(names.code(block["address"]), None) or Cost(names.code(block["address"]))
        costs[cost.name] = cost
        cost.cycles += block["cycles"]
        for name in ("instructions", "paused"):
            cost.numbers[name] += block[name]
    return costs


def line_costs(lines, names):
    """{group of lines: Cost}, the lines of one group taken together; but plain ones that cores share stand alone."""
    costs, texts, by = {}, defaultdict(set), defaultdict(lambda: defaultdict(int))
    for line in lines:
        name = names.line(line["physical"], line["virtual"])
        shared = line["writers"] and len(members(line["writers"] | line["readers"])) > 1
        group = name.text if name.plain and shared else name.group
        cost = costs.setdefault(group, Cost(group))
        cost.cycles += line["cycles"]
        for number in ("near", "far", "socket", "memory", "upgrades", "invalidations"):
            cost.numbers[number] += line[number]
        cost.numbers["lines"] += 1
        cost.writers |= line["writers"]
        cost.readers |= line["readers"]
        texts[group].add(name.text)
        for rank, address in enumerate(line["by"]):
            by[group][names.place(address)] += line["cycles"] >> rank
    for group, cost in costs.items():
        if len(texts[group]) == 1:
            cost.name = next(iter(texts[group]))
        cost.by = sorted(by[group], key=lambda code: (-by[group][code], code))[:3]
    return costs


def compare(name, parts, names):
    """The Comparison of one region over the runs, as Parts; `names` are the LineNames of each."""
    comparison = Comparison(name, parts, work_of(parts[0], parts[-1]), [], [])
    scale = comparison.factor(parts[-1]) if len(parts) > 1 else 0
    for kind, costs_of in (("functions", lambda part, named: function_costs(part.region, named)),
                           ("lines", lambda part, named: line_costs(part.region["lines"], named))):
        costs, before = costs_of(parts[-1], names[-1]), costs_of(parts[0], names[0])
        for group, cost in costs.items():
            cost.beyond = cost.cycles - scale * (before[group].cycles if group in before else 0)
        setattr(comparison, kind, sorted(costs.values(), key=lambda cost: (-cost.cycles, cost.name)))
    return comparison


def cost_data(cost):
    """A Cost for JSON."""
    data = {"name": cost.name, "cycles": cost.cycles, "beyond": round(cost.beyond), **cost.numbers}
    if cost.writers or cost.readers:
        data.update(writers=members(cost.writers), readers=members(cost.readers), by=cost.by)
    return data
