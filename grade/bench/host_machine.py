"""A machine file of the host that this runs on: from what it says of itself (host_topology.py), and from what host_costs.c
measures. What neither says is taken from a committed machine of the same maker, and marked as assumed.

    costs, topology = Costs(folder), read_topology()
    text = machine_text(topology, cpuid_tlbs(costs.maker(), costs.cpuid), measure(costs, topology), base, "what it is")
"""
import os
import subprocess

from course import ROOT
from machine_file import KEYS, machine_path, read_machine

SOURCE = ROOT / "grade" / "bench" / "host_costs.c"
BASES = {"AuthenticAMD": "milan48"}  # by the maker that cpuid names; of all others, icelake32
STREAMED = 64 << 20  # bytes that each core reads, to measure the bandwidth
STREAMS = 9          # how often: the best counts
PAIRS_MOST = 16      # of processors of one kind of distance that pass lines to each other: the nearest counts


# --- what is measured --------------------------------------------------------------------------------------------


class Costs:
    """host_costs.c, built."""

    def __init__(self, folder):
        self.program = folder / "host_costs"
        subprocess.run([os.environ.get("CC", "gcc"), "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o",
                        self.program, SOURCE], check=True)

    def words(self, *arguments, cpu=None):
        run = subprocess.run([self.program, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True,
                             preexec_fn=None if cpu is None else lambda: os.sched_setaffinity(0, {cpu}))
        return run.stdout.split()

    def number(self, *arguments, cpu=None):
        return float(self.words(*arguments, cpu=cpu)[0])

    def cpuid(self, leaf, part):
        return [int(word, 16) for word in self.words("cpuid", leaf, part)]

    def maker(self):
        _, one, three, two = self.cpuid(0, 0)
        return b"".join(word.to_bytes(4, "little") for word in (one, two, three)).decode()


def pass_nanoseconds(costs, processors, same):
    """A line's way between two processors of which same(place, place) holds; None: there are no two."""
    pairs = [(one, other) for i, (one, *place) in enumerate(processors) for other, *there in processors[i + 1:]
             if same(place, there)]
    return min((costs.number("pass", one, other) for one, other in pairs[:PAIRS_MOST]), default=None)


def measure(costs, topology):
    """Nanoseconds {name: …} but for `bandwidth`, in bytes a nanosecond; None: cannot be measured here."""
    cpu, size = topology.processors[0][0], {name: bytes_ for name, (bytes_, _) in topology.caches.items()}
    second = size.get("l2", 1 << 20)
    third = size.get("l3", 32 << 20)
    on_first = {"cycle": ["cycle"], "atomic": ["atomic"], "pause": ["pause"],
                "l1d": ["chase", size.get("l1d", 32 << 10) // 2], "l2": ["chase", second // 2],
                "l3": ["chase", min(4 * second, third // 2)], "memory": ["chase", max(8 * third, 256 << 20)]}
    found = {name: costs.number(*what, cpu=cpu) for name, what in on_first.items()}
    found["near"] = pass_nanoseconds(costs, topology.processors, lambda one, other: one == other)
    found["far"] = pass_nanoseconds(costs, topology.processors, lambda one, other: one[0] == other[0] and one != other)
    found["socket"] = pass_nanoseconds(costs, topology.processors, lambda one, other: one[0] != other[0])
    cpus = [number for number, *_ in topology.processors][:topology.sockets * topology.clusters * topology.cores]
    found["bandwidth"] = max(costs.number("stream", STREAMED, *cpus) for _ in range(STREAMS)) / topology.sockets
    return found


# --- the file ----------------------------------------------------------------------------------------------------


def size_text(size):
    return f"{size >> 10}K" if size % 1024 == 0 else str(size)


def whole_sets(size, ways):
    """Whether a first level of these is sets of lines whose number is a power of two."""
    sets = size // (ways * 64) if ways else 0
    return sets > 0 and sets * ways * 64 == size and sets & (sets - 1) == 0


def base_lines(base):
    """{key: (values, source)} of all keys, all of them assumed."""
    return {key: (" ".join(size_text(value) if kind == "size" else f"{value:g}"
                           for kind, value in zip(kinds.split(), base.values[key])), f"assumed: as {base.name} has it")
            for key, (kinds, _) in KEYS.items()}


def cache_lines(topology, cycles, base):
    """Those of the caches. No level is faster than the one before."""
    least = 0
    for name in ("l1d", "l2", "l3", "l1i"):
        size, ways = topology.caches.get(name, (0, 0))
        good = size and ways and size % (ways * 64) == 0 and (name in ("l2", "l3") or whole_sets(size, ways))
        shape = f"{size_text(size)} {ways}" if good else " ".join(base_lines(base)[name][0].split()[:2])
        source = "from /sys" if good else f"size and ways assumed: as {base.name} has them"
        if name == "l1i":
            yield name, (shape, source)
        else:
            least = max(least, cycles(name))
            yield name, (f"{shape} {least}", f"{source}; cycles measured on this host: a chain of loads")


def distance_lines(measured, cycles, base):
    """Those of a line's way from core to core. No distance is shorter than the one before."""
    least, last = 0, ""
    for name in ("near", "far", "socket"):
        if measured[name] is not None:
            least, last = max(least, cycles(name)), name
            yield name, (str(least), "measured on this host: a line passed to and fro")
        elif last:
            yield name, (str(least), f"as {last}: no two cores are so far from each other")
        else:
            least = round(base.values[name][0])
            last = name if name == "near" else last
            yield name, (str(least), f"assumed: as {base.name} has it; no two cores here are so near")


def memory_line(topology, cycles, base):
    own = max(cycles("memory"), cycles("l3"))
    if topology.sockets == 1:
        return f"{own} {own}", "measured on this host: a chain of loads; there is no other node"
    near, far = base.values["memory"]
    return f"{own} {round(own * far / near)}", ("measured on this host: a chain of loads; another node's assumed, in "
                                               f"{base.name}'s proportion")


def machine_lines(topology, tlbs, measured, base):
    """[(key, values, source)] of all keys."""
    def cycles(name):
        return max(1, round(measured[name] / measured["cycle"]))

    lines = base_lines(base)
    for key in ("sockets", "clusters", "cores"):
        lines[key] = str(getattr(topology, key)), "from /sys: topology, and who shares an L3"
    lines["hertz"] = str(round(1e9 / measured["cycle"])), "measured on this host: a chain of additions, one a cycle"
    lines.update(cache_lines(topology, cycles, base))
    lines.update(distance_lines(measured, cycles, base))
    lines["memory"] = memory_line(topology, cycles, base)
    lines["bandwidth"] = (f"{measured['bandwidth'] * measured['cycle']:.2f}",
                          "measured on this host: all its cores read; what the node could give to more is not known")
    for key in ("atomic", "pause"):
        lines[key] = str(cycles(key)), "measured on this host"
    for key, (entries, ways) in tlbs.items():
        cost = f" {base.values['dtlb2'][2]:g}" if key == "dtlb2" else ""
        lines[key] = f"{entries} {ways}{cost}", "from cpuid" + (f"; cycles assumed: as {base.name}" if cost else "")
    return [(key, *lines[key]) for key in KEYS]


def machine_text(topology, tlbs, measured, base, host):
    """The machine file; `host` says in words what it is."""
    body = "\n".join(f"{f'{key} {values}':<24}# {source}" for key, values, source in
                     machine_lines(topology, tlbs, measured, base))
    return f"# {host}\n\n{body}\n"


def host_base(maker):
    return read_machine(machine_path(BASES.get(maker, "icelake32")))
