"""What `make bench` simulates: the systems, the experiments with their sizes, and how a region of each becomes a number.

A region's number says what the experiment is about: cycles for a unit of work, or units in a thousand cycles. `per` says
which units count:

    core    those of one core: all cores do as many side by side
    all     those of all cores together
    rate    all of them, in a thousand cycles
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class System:
    """`word` stands behind each command on Corey; `mode` is the Linux peer's, '' on Corey; `bandwidth`: whether memory has
    its limit."""
    name: str
    title: str
    word: str = ""
    mode: str = ""
    bandwidth: bool = True


SYSTEMS = {system.name: system for system in (
    System("corey", "Corey"),
    System("everything", "Corey, everything shared", word="sharing=everything"),
    System("threads", "Linux threads", mode="threads"),
    System("processes", "Linux processes", mode="processes"),
    System("unlimited", "Corey, memory without a limit", bandwidth=False),
)}
ALL = ("corey", "everything", "threads", "processes")  # those that an experiment of memory and calls has
SIZED = ("corey", "threads", "processes")                # whose sizes are compared


@dataclass(frozen=True)
class Region:
    """What is measured of a phase: the result that counts its units on core 0 (`units`; `units_core_N` where each core
    says its own), the unit's name, and `per`."""
    title: str
    units: str
    unit: str
    per: str

    @property
    def measure(self):
        return f"{self.unit} a kilocycle" if self.per == "rate" else f"cycles {self.unit}"


@dataclass(frozen=True)
class Curve:
    """An experiment: arguments of a small run and of the whole one, the systems that have it, the phases that it marks,
    and what is measured of which. `together`: the regions' sum is a region, too. `sizes`: arguments of runs that are held
    against each other, ascending: what a small one says of a large one, up to the paper's."""
    program: str
    small: str
    full: str
    systems: tuple
    phases: tuple
    regions: dict
    together: str = ""
    sizes: tuple = ()

    def commands(self, system, plan):
        """What the kernel, or init, is told to run."""
        sizes = self.sizes if plan.sizes else (self.full if plan.full else self.small,)
        return [" ".join(word for word in (self.program, size, SYSTEMS[system].word) if word) for size in sizes]


WORDS = {"/books/words-4M.txt": 4 << 20, "/books/words-32M.txt": 32 << 20}  # what wri reads, in bytes
SMALL_WORDS, FULL_WORDS = (f"-q {name}" for name in WORDS)
BUFFERS = ("4M", "100M")  # the larger is the paper's

CURVES = {curve.program: curve for curve in (
    Curve("memclone", "4M", "4M", (*ALL, "unlimited"), ("touch", "check", "end"),
          {"touch": Region("fill pages of its own", "pages_core_0", "a page", "core")}, sizes=BUFFERS),
    # 4M stay in the last cache from core to core; the paper's 100M do not, and cost all systems as much more.
    Curve("mempass", "4M", "100M", ALL, ("pass", "check", "end"),
          {"pass": Region("touch each page in turn", "pages", "a page and core", "all")}, sizes=BUFFERS),
    Curve("shares", "8000", "8000", ("corey", "everything"), ("global", "settle", "own", "check", "end"),
          {"global": Region("one share for all", "times", "operations", "rate"),
           "own": Region("a share for each core", "times", "operations", "rate")}, sizes=("2000", "8000")),
    Curve("segments", "1000", "2000", ("corey", "everything"), ("segments", "check", "end"),
          {"segments": Region("make a segment, give it up", "times", "operations", "rate")}, sizes=("1000", "2000")),
    Curve("locks", "16384", "16384", ("corey", "threads"), ("ticket", "mcs", "readers", "end"),
          {"ticket": Region("ticket lock", "acquisitions", "an acquisition", "all"),
           "mcs": Region("MCS lock", "acquisitions", "an acquisition", "all"),
           "readers": Region("read-write lock", "acquisitions", "an acquisition", "all")}, sizes=("16384", "65536")),
    # As many pages as mempass has: so core 0 alone takes, in fault_one, those that all caches still have a copy of, and
    # fault_all is as long as makes its beginning and its end weigh little.
    Curve("calls", "2000 1024", "10000 1024", ALL, ("null", "fault_one", "fault_all", "check", "end"),
          {"null": Region("null system call", "calls", "a call", "core"),
           "fault_one": Region("page fault, one core alone", "pages_core_0", "a fault", "all"),
           "fault_all": Region("page fault, on all cores", "pages_core_0", "a fault", "core")}, sizes=("2000 256", "2000 1024", "10000 1024")),
    Curve("forks", "5 64K", "20 64K", ("corey", "everything", "processes"), ("forks", "end"),
          {"forks": Region("fork, exit, wait", "times", "a copy", "core")}, sizes=("5 64K", "20 64K")),
    # In the small input a row has few words, so reduce, which looks into each core's rows, costs more the more cores.
    Curve("wri", SMALL_WORDS, FULL_WORDS, ALL,
          ("sample", "map", "reduce", "merge", "end"),
          {"sample": Region("sample", "words", "a word", "all"), "map": Region("map", "words", "a word", "all"),
           "reduce": Region("reduce", "words", "a word", "all"), "merge": Region("merge", "words", "a word", "all")},
          together="total", sizes=(SMALL_WORDS, FULL_WORDS)),
)}


@dataclass(frozen=True)
class Plan:
    """What is to be simulated. `full`: whole sizes; `sizes`: each experiment in all of its sizes."""
    systems: tuple
    experiments: tuple
    cores: tuple
    full: bool = False
    sizes: bool = False

    def commands(self, system):
        """All that a system runs, in order."""
        return [command for name in self.experiments if system in CURVES[name].systems
                for command in CURVES[name].commands(system, self)]

    def boots(self, system):
        """The commands of each boot. Sizes are compared in boots of their own: behind another size a run would find memory
        that is still in the caches, and be the faster for it."""
        commands = self.commands(system)
        return [[command] for command in commands] if self.sizes else [commands]

    @property
    def words(self):
        """What wri reads: names in the guest."""
        commands = " ".join(command for system in self.systems for command in self.commands(system))
        return [name for name in WORDS if name in commands.split()]


def units_in(results, region):
    """How many units of work a region's number is about."""
    if region.per == "core" or f"{region.units}_core_0" not in results:
        return results.get(region.units, 0)
    return sum(value for name, value in results.items() if name.startswith(f"{region.units}_core_"))


def work_in(results, region, cores):
    """How many units all cores together have done."""
    units = units_in(results, region)
    return units * results.get("parents", cores) if region.per == "core" else units


def number_of(region, cycles, units):
    """The region's number; None where nothing was done."""
    if not units or not cycles:
        return None
    return 1000 * units / cycles if region.per == "rate" else cycles / units
