"""What a host says of its processors: topology and caches by Linux's /sys, TLBs by cpuid."""
import os
import re
from dataclasses import dataclass
from pathlib import Path

from machine_file import CLUSTERS_MOST, CORES_MOST

SYSTEM = Path("/sys/devices/system/cpu")
UNITS = {"K": 1 << 10, "M": 1 << 20}
# cpuid 0x80000006, by its four bits: ways of a TLB's second level (AMD, APM vol. 3, E.4.5).
AMD_WAYS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 16, 10: 32, 11: 48, 12: 64, 13: 96, 14: 128}


@dataclass(frozen=True)
class Topology:
    """`sockets` of so many `clusters` of so many `cores`, the processors [(cpu, socket, cluster)] of cores that a run may
    use, one a core; caches {name: (bytes, ways or 0)}."""
    sockets: int
    clusters: int
    cores: int
    processors: tuple
    caches: dict


# --- what Linux says ---------------------------------------------------------------------------------------------


def read_word(path):
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def first_of(text):
    """The first number of a list such as 0-1,4."""
    found = re.match(r"\d+", text)
    return int(found.group()) if found else None


def read_caches(cpu):
    """{l1d, l1i, l2, l3: (bytes, ways)} of a processor, as far as Linux knows them."""
    found = {}
    for index in sorted((cpu / "cache").glob("index*")):
        kind = {"Data": "d", "Instruction": "i"}.get(read_word(index / "type"), "")
        size = re.fullmatch(r"(\d+)([KM])", read_word(index / "size"))
        if size:
            found[f"l{read_word(index / 'level')}{kind}"] = (int(size.group(1)) * UNITS[size.group(2)],
                                                             first_of(read_word(index / "ways_of_associativity")) or 0)
    return found


def shared_by(cpu):
    """The first of the processors that share the cache of the third level; -1: there is none."""
    for index in (cpu / "cache").glob("index*"):
        if read_word(index / "level") == "3":
            return first_of(read_word(index / "shared_cpu_list"))
    return -1


def read_topology(system=SYSTEM, allowed=None):
    """Of the processors that may be used; of the threads of a core the first."""
    places = {}
    for number in sorted(allowed if allowed is not None else os.sched_getaffinity(0)):
        topology = system / f"cpu{number}" / "topology"
        socket = first_of(read_word(topology / "physical_package_id")) or 0
        core = first_of(read_word(topology / "core_id"))
        places.setdefault((socket, shared_by(system / f"cpu{number}"), number if core is None else core), number)
    processors = [(number, socket, cluster) for (socket, cluster, _), number in sorted(places.items())]
    by_cluster = {}
    for _, socket, cluster in processors:
        by_cluster[socket, cluster] = by_cluster.get((socket, cluster), 0) + 1
    sockets = len({socket for socket, _ in by_cluster})
    clusters = max(sum(one == socket for one, _ in by_cluster) for socket, _ in by_cluster)
    if sockets * clusters > CLUSTERS_MOST or sockets * clusters * max(by_cluster.values()) > CORES_MOST:
        sockets = 1  # the simulator has no room for more
    clusters = min(clusters, CLUSTERS_MOST)
    return Topology(sockets, clusters, min(max(by_cluster.values()), CORES_MOST // clusters), tuple(processors),
                    read_caches(system / f"cpu{processors[0][0]}"))


# --- what cpuid says ---------------------------------------------------------------------------------------------


def amd_tlbs(cpuid):
    """{key: (entries, ways)}; the first level's ways are 255 where any entry serves any page."""
    small, large = cpuid(0x80000005, 0)[1], cpuid(0x80000005, 0)[0]
    second = cpuid(0x80000006, 0)[1]
    found = {"dtlb": (small >> 16 & 255, small >> 24), "dtlb_large": (large >> 16 & 255, large >> 24),
             "dtlb2": (second >> 16 & 0xfff, AMD_WAYS.get(second >> 28, 0))}
    return {key: (entries, entries if ways == 255 else ways) for key, (entries, ways) in found.items()}


def intel_tlbs(cpuid):
    """The largest of each kind: leaf 24 lists them part by part."""
    found = {}
    for part in range(cpuid(0x18, 0)[0] + 1):
        _, sizes, sets, kind = cpuid(0x18, part)
        if kind & 31 not in (1, 3, 4):  # of data, unified, of loads
            continue
        key = "dtlb2" if kind >> 5 & 7 > 1 else "dtlb" if sizes & 1 else "dtlb_large"
        found[key] = max(found.get(key, (0, 0)), (sets * (sizes >> 16), sizes >> 16))
    return found


def cpuid_tlbs(maker, cpuid):
    """What is whole sets of them; cpuid(leaf, part) gives four registers."""
    found = amd_tlbs(cpuid) if maker == "AuthenticAMD" else intel_tlbs(cpuid) if maker == "GenuineIntel" else {}
    if found.get("dtlb2", (0,))[0] < 4 * found.get("dtlb", (0,))[0]:
        found.pop("dtlb2", None)  # a second level has more: this processor's is larger than the leaf can say
    return {key: shape for key, shape in found.items() if shape[0] and shape[1] and shape[0] % shape[1] == 0}
