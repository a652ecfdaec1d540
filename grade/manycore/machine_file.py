"""Machine files: what a simulated machine is made of (README.md says what each key means), read and
checked, and the arguments by which QEMU gives the guest the same topology.

A run on fewer cores than the machine has fills clusters and sockets in order. The guest's memory then
lies in the sockets that have a core, as a system that knows of nodes would place it: fit_machine().
"""
import re
from dataclasses import dataclass, replace
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "machines"
CORES_MOST = 64     # of the plugin, and so are the next two
CLUSTERS_MOST = 16
STREAMS_MOST = 32
LINE = 64           # bytes
MEMORY_MOST = 2048  # MiB: beyond, the PC's memory has a hole, and nodes no longer lie one after another
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20}

# What stands behind each key: kinds of values, and in words.
KEYS = {
    "sockets": ("count", "how many"), "clusters": ("count", "how many in a socket"),
    "cores": ("count", "how many in a cluster"), "hertz": ("count", "cycles a second"),
    "instruction": ("time", "cycles"),
    "l1d": ("size count time", "size, ways, cycles"), "l1i": ("size count", "size, ways"),
    "l2": ("size count time", "size, ways, cycles"), "l3": ("size count time", "size, ways, cycles"),
    "near": ("time", "cycles"), "far": ("time", "cycles"), "socket": ("time", "cycles"),
    "memory": ("time time", "cycles of the own node, of another"),
    "bandwidth": ("rate", "bytes a cycle"), "prefetch": ("number", "streams, or 0"),
    "dtlb": ("count count", "entries, ways"), "dtlb_large": ("count count", "entries, ways"),
    "dtlb2": ("count count time", "entries, ways, cycles"),
    "atomic": ("time", "cycles"), "pause": ("time", "cycles"), "uncached": ("time", "cycles"),
    "system_call": ("time", "cycles"), "trap": ("time", "cycles"), "interrupt": ("time", "cycles"),
}
FORMS = {  # form of a value, and what it is in words
    "count": (re.compile(r"[1-9]\d{0,14}"), "a whole number above 0"),
    "number": (re.compile(r"\d{1,15}"), "a whole number"),
    "size": (re.compile(r"[1-9]\d{0,9}[KM]?"), "a size in bytes, K or M"),
    "time": (re.compile(r"\d{1,9}(\.\d+)?"), "a number of cycles"),
    "rate": (re.compile(r"\d{1,9}(\.\d+)?"), "a number of bytes"),
}


class MachineError(Exception):
    """A machine file, or a number of cores, that is none."""


@dataclass(frozen=True)
class MachineFile:
    """A machine: {key: values} as numbers, sizes in bytes; `text` is what the file says."""
    name: str
    values: dict
    text: str

    def __getattr__(self, name):
        if name in KEYS and len(KEYS[name][0].split()) == 1:
            return self.values[name][0]
        raise AttributeError(name)

    @property
    def socket_cores(self):
        return self.clusters * self.cores

    @property
    def all_cores(self):
        return self.sockets * self.socket_cores


def machine_path(name):
    """The file of a machine: a name of machines/, or a path with a slash in it."""
    path = Path(name) if "/" in name else FOLDER / name
    if not path.is_file():
        known = ", ".join(sorted(file.name for file in FOLDER.iterdir()))
        raise MachineError(f"no machine '{name}'; there are {known}, or give a path")
    return path


def read_machine(path):
    """The machine in a file, or MachineError with file, line and what is expected."""
    return parse_machine(Path(path).name, str(path), Path(path).read_text(encoding="utf-8"))


def parse_machine(name, where, text):
    values, lines = {}, {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].split()
        if words:
            read_line(f"{where}:{number}", words, values)
            lines[words[0]] = number
    missing = [key for key in KEYS if key not in values]
    if missing:
        raise MachineError(f"{where}: missing: {', '.join(f'{key} ({KEYS[key][1]})' for key in missing)}")
    machine = MachineFile(name, values, text)
    check_machine(machine, lambda key: f"{where}:{lines[key]}: {key}")
    return machine


def read_line(place, words, values):
    """Enters the values of one line."""
    key, given = words[0], words[1:]
    if key not in KEYS:
        raise MachineError(f"{place}: no key '{key}'; the keys are {', '.join(KEYS)}")
    if key in values:
        raise MachineError(f"{place}: {key} stands twice")
    kinds = KEYS[key][0].split()
    if len(given) != len(kinds):
        raise MachineError(f"{place}: {key} takes {len(kinds)}: {KEYS[key][1]}; not {len(given)}")
    for kind, word in zip(kinds, given):
        if not FORMS[kind][0].fullmatch(word):
            raise MachineError(f"{place}: {key} ({KEYS[key][1]}): '{word}' is not {FORMS[kind][1]}")
    values[key] = tuple(read_value(kind, word) for kind, word in zip(kinds, given))


def read_value(kind, word):
    if kind == "size":
        return int(word.rstrip("KM")) * UNITS[word.lstrip("0123456789")]
    return float(word) if "." in word else int(word)


def check_machine(machine, place):
    """What each key must be by itself and beside others; place(key) says where it stands."""
    def require(right, key, text):
        if not right:
            raise MachineError(f"{place(key)}: {text}")

    require(machine.sockets * machine.clusters <= CLUSTERS_MOST, "clusters",
            f"the machine has {machine.sockets * machine.clusters}; at most {CLUSTERS_MOST} can be simulated")
    require(machine.all_cores <= CORES_MOST, "cores",
            f"the machine has {machine.all_cores}; at most {CORES_MOST} can be simulated")
    require(machine.instruction > 0, "instruction", "more than 0")
    require(machine.bandwidth > 0, "bandwidth", "more than 0; a run may do without the limit: bandwidth=off")
    require(machine.prefetch <= STREAMS_MOST, "prefetch", f"at most {STREAMS_MOST} streams")
    for key in ("l1d", "l1i", "l2", "l3"):
        size, ways = machine.values[key][:2]
        require(size % (ways * LINE) == 0, key, f"{size} bytes are no whole sets of {ways} lines of {LINE} bytes")
        sets = size // (ways * LINE)
        require(key in ("l2", "l3") or sets & (sets - 1) == 0, key, f"{sets} sets are no power of two")
    for key in ("dtlb", "dtlb_large", "dtlb2"):
        entries, ways = machine.values[key][:2]
        require(entries % ways == 0, key, f"{entries} entries are no whole sets of {ways}")
    memory = machine.values["memory"]
    require(0 < memory[0] <= memory[1], "memory", "another node is not nearer than the own")
    order = [("l1d", machine.values["l1d"][2]), ("l2", machine.values["l2"][2]), ("l3", machine.values["l3"][2])]
    for (one, low), (two, high) in zip(order, order[1:]):
        require(low <= high, two, f"{high} cycles are less than {one}'s {low}")
    require(machine.near <= machine.far <= machine.socket, "socket",
            "near, far, socket: none is less than the one before")


# --- what the guest sees -----------------------------------------------------------------------------------


def fit_machine(machine, cores):
    """The machine with the sockets that a run on so many cores needs, and no others."""
    if not 1 <= cores <= machine.all_cores:
        raise MachineError(f"{machine.name} has {machine.all_cores} cores, not {cores}")
    sockets = -(-cores // machine.socket_cores)
    text = re.sub(r"(?m)^(\s*sockets\s+)\d+", rf"\g<1>{sockets}", machine.text)
    return replace(machine, values={**machine.values, "sockets": (sockets,)}, text=text)


def smp_argument(machine, cores):
    """QEMU's -smp for a run on so many cores of a machine that fits: sockets, clusters as dies, cores."""
    if machine.sockets > 1:
        sockets, dies, each = machine.sockets, machine.clusters, machine.cores
    else:
        sockets, dies, each = 1, -(-cores // machine.cores), min(cores, machine.cores)
    room = sockets * dies * each
    more = f",maxcpus={room}" if room != cores else ""
    return f"{cores}{more},sockets={sockets},dies={dies},cores={each},threads=1"


def numa_arguments(machine, cores, memory):
    """QEMU's arguments for a node a socket, each with an even part of `memory` MiB; none for one."""
    if memory > MEMORY_MOST or memory % machine.sockets:
        raise MachineError(f"{memory} MiB of memory: at most {MEMORY_MOST}, and {machine.sockets} even parts")
    if machine.sockets == 1:
        return []
    own, other = machine.values["memory"]
    distance = min(254, max(11, round(10 * other / own)))  # 10 is the own node's: ACPI 6.5, 5.2.17
    arguments = []
    for node in range(machine.sockets):
        first = node * machine.socket_cores
        last = first + machine.socket_cores - 1
        arguments += ["-object", f"memory-backend-ram,id=node{node},size={memory // machine.sockets}M",
                      "-numa", f"node,nodeid={node},memdev=node{node},cpus={first}-{last}"]
    for node in range(machine.sockets):
        for to in range(machine.sockets):
            if node != to:
                arguments += ["-numa", f"dist,src={node},dst={to},val={distance}"]
    return arguments
