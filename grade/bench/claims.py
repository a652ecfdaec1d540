"""What the curves are to show, each claim with the number that decides it: a conclusion is one only where every model of
the simulator comes to it."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """`number(table)` is None where the table lacks a point; `holds` judges it; `form` shows it."""
    text: str
    number: callable
    holds: callable
    form: str


@dataclass(frozen=True)
class Verdict:
    """A claim by model: {model: (number shown, whether it holds)}."""
    claim: Claim
    by_model: dict

    @property
    def word(self):
        """What is to be said of it over all models."""
        held = [model for model, (_, holds) in self.by_model.items() if holds]
        if held and len(held) < len(self.by_model):
            return f"holds only in the model {' and '.join(held)}: no conclusion"
        alone = "" if len(self.by_model) > 1 else " in this model"
        return f"{'holds' if held else 'does not hold'}{alone}"


class Table:
    """The values of one model's lines by (experiment, region), system and number of cores."""

    def __init__(self, lines, machine):
        self.machine = machine
        self.values = {(line["experiment"], line["region"], line["system"], line["cores"]): line["value"] for line in lines}

    def value(self, experiment, region, system, cores):
        return self.values.get((experiment, region, system, cores))

    def cores(self, experiment, region, system):
        """Numbers of cores that have a value, ascending."""
        return sorted(key[3] for key, value in self.values.items() if key[:3] == (experiment, region, system) and value)

    def ratio(self, experiment, region, cores, system, other, less=0):
        """How many times the other system's value ours is; `less` is taken from both before."""
        one, two = (self.value(experiment, region, name, cores) for name in (system, other))
        return (one - less) / (two - less) if one and two and two > less else None

    def growth(self, experiment, region, system, first, last):
        """How many times the value on `first` cores that on `last` is."""
        one, many = (self.value(experiment, region, system, cores) for cores in (first, last))
        return many / one if one and many else None


def largest_ratio(experiment, region, system, other):
    """The worst of all numbers of cores."""
    def number(table):
        ratios = [table.ratio(experiment, region, cores, system, other) for cores in table.cores(experiment, region, system)]
        return max((ratio for ratio in ratios if ratio), default=None)
    return number


def grown_beyond(experiment, region, system):
    """By how much a unit of work costs more on the most cores than on one."""
    def number(table):
        cores = table.cores(experiment, region, system)
        grown = table.growth(experiment, region, system, 1, cores[-1]) if len(cores) > 1 else None
        return grown - 1 if grown else None
    return number


def each_core_counts(experiment, region):
    """How much of a core's worth each of the most cores has, in a rate."""
    def number(table):
        cores = table.cores(experiment, region, "corey")
        grown = table.growth(experiment, region, "corey", 1, cores[-1]) if len(cores) > 1 else None
        return grown / cores[-1] if grown else None
    return number


def spread_of_global(table):
    """By how much the throughput of one share for all differs from 4 cores on."""
    values = [table.value("shares", "global", "corey", cores) for cores in table.cores("shares", "global", "corey") if cores >= 4]
    return max(values) / min(values) - 1 if len(values) > 1 else None


def speed_up(system, cores=16):
    def number(table):
        grown = table.growth("wri", "total", system, 1, cores)
        return 1 / grown if grown else None
    return number


def beside(experiment, region, cores, *others, cost=None):
    """Corey's value as part of another system's, of several the one that does best; the machine's `cost` is taken from both."""
    def number(table):
        less = getattr(table.machine, cost) if cost else 0
        ratios = [table.ratio(experiment, region, cores, "corey", other, less) for other in others]
        return max((ratio for ratio in ratios if ratio), default=None)
    return number


CLAIMS = (
    Claim("memclone: were memory's bandwidth not limited, a page would cost Corey on the most cores what it costs on one,"
          " within 5 %", grown_beyond("memclone", "touch", "unlimited"), lambda more: abs(more) <= 0.05, "{:+.1%}"),
    Claim("memclone: Corey is below Linux processes on every number of cores",
          largest_ratio("memclone", "touch", "corey", "processes"), lambda ratio: ratio < 1, "at most {:.2f} of theirs"),
    Claim("memclone: on 16 cores a page costs Corey at most a third of what it costs Linux threads",
          beside("memclone", "touch", 16, "threads"), lambda ratio: ratio <= 1 / 3, "{:.3f} of theirs"),
    Claim("mempass: on 16 cores Corey is at least twice as fast as Linux processes",
          beside("mempass", "pass", 16, "processes"), lambda ratio: ratio <= 0.5, "{:.2f} of their cycles"),
    Claim("mempass: on 16 cores Corey is not slower than Linux threads",
          beside("mempass", "pass", 16, "threads"), lambda ratio: ratio <= 1, "{:.2f} of their cycles"),
    Claim("shares: with a share for each core, every core does at least 60/64 of what one does alone",
          each_core_counts("shares", "own"), lambda part: part >= 60 / 64, "{:.2f} of it on the most cores"),
    Claim("segments: every core does at least 60/64 of what one does alone",
          each_core_counts("segments", "segments"), lambda part: part >= 60 / 64, "{:.2f} of it on the most cores"),
    Claim("shares: one share for all has the same throughput from 4 cores on, within 20 %",
          spread_of_global, lambda spread: spread <= 0.2, "within {:.0%}"),
    Claim("wri: 16 cores are at least 12 times as fast as one", speed_up("corey"), lambda times: times >= 12, "{:.1f} times"),
    Claim("wri: on 16 cores Corey is not slower than Linux threads",
          beside("wri", "total", 16, "threads"), lambda ratio: ratio <= 1, "{:.2f} of their cycles"),
    Claim("calls: on one core a null system call costs at most 0.7 of Linux's (threads or processes, whichever is faster),"
          " without the trap itself",
          beside("calls", "null", 1, "threads", "processes", cost="system_call"), lambda ratio: ratio <= 0.7, "{:.2f} of it"),
    # fault_all: for fault_one Corey takes pages that are still in its caches.
    Claim("calls: on one core a page fault costs at most 0.7 of Linux's (threads or processes, whichever is faster),"
          " without the trap itself",
          beside("calls", "fault_all", 1, "threads", "processes", cost="trap"), lambda ratio: ratio <= 0.7, "{:.2f} of it"),
)


def judge(lines, machine):
    """A Verdict for each claim that every model has the points for."""
    tables = {model: Table([line for line in lines if line["model"] == model], machine)
              for model in dict.fromkeys(line["model"] for line in lines)}
    for claim in CLAIMS:
        numbers = {model: claim.number(table) for model, table in tables.items()}
        if numbers and None not in numbers.values():
            yield Verdict(claim, {model: (claim.form.format(number), bool(claim.holds(number)))
                                  for model, number in numbers.items()})
