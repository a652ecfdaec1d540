"""Samples for test_curves.py and test_report.py: boots that nobody booted, and lines of results.jsonl; and a reader of
the page."""
from html.parser import HTMLParser
from types import SimpleNamespace

from curves import CURVES, SYSTEMS
from samples import reread, sample_line, sample_results

SETTINGS = {"of": "curves", "machine": "cores64", "model": "blocking", "linux": "6.1",
            "made_by": {"command": "make bench", "tree": "sample", "qemu": "QEMU 0"}}
VOID = {"meta", "br"}


class Names:
    """Of code and lines that nobody has built."""
    def code(self, address):
        return f"function_{address:x} <&>"

    place = code

    def line(self, physical, virtual):
        return SimpleNamespace(text=f"word_{physical:x}", group=f"word_{physical:x}", plain=False)


def made_region(cores, elapsed):
    """As sim_results.py reads it."""
    code = [{"address": "ffffffff80101234", "cycles": elapsed * cores // 2, "instructions": 1, "paused": 0}]
    lines = [sample_line(cycles=elapsed, writers="1", readers="3", memory=2)]
    return reread(sample_results(cores, lines, code, elapsed, traps=7, memory=3))["regions"][0]


def made_boot(system, cores, elapsed):
    """A boot that ran memclone and wri: 100 pages a core, or 1000 words."""
    results = {"cores": cores, "wrong": 0, **{f"pages_core_{core}": 100 for core in range(cores)}}
    touch = SimpleNamespace(experiment="memclone", command="memclone 400K", results=results, names=Names(),
                            regions={"touch": made_region(cores, elapsed), "end": made_region(cores, 5)})
    phases = {name: made_region(cores, elapsed * part) for part, name in enumerate(("sample", "map", "reduce", "merge"), 1)}
    wri = SimpleNamespace(experiment="wri", command="wri", results={"words": 1000}, names=Names(), regions=phases)
    return SimpleNamespace(system=system, cores=cores, ran=[touch, wri], trouble="")


def made_line(system, experiment, region, cores, value, model="blocking"):
    measure = CURVES[experiment].regions.get(region, next(iter(CURVES[experiment].regions.values()))).measure
    return {"system": system, "experiment": experiment, "region": region, "cores": cores, "value": value,
            "measure": measure, "command": f"{experiment} <1M>", **SETTINGS, "model": model}


def made_lines(model="blocking", cores=(1, 4, 16)):
    """Every system and region on every number of cores: Corey flat, the others dearer, and growing but for Corey's."""
    for curve in CURVES.values():
        for place, system in enumerate(SYSTEMS):
            if system not in curve.systems:
                continue
            for region in [*curve.regions, *([curve.together] if curve.together else [])]:
                for number in cores:
                    rate = curve.regions.get(region) and curve.regions[region].per == "rate"
                    grown = 0 if system in ("corey", "unlimited") else place * number
                    value = number if rate else 1000 * (1 + grown) / (number if curve.together else 1)
                    yield made_line(system, curve.program, region, number, value, model)


class Reader(HTMLParser):
    """Elements that do not match, references to other files, ids."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong, self.references, self.ids, self.words = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.handle_startendtag(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        for name, value in attributes:
            if name in ("src", "href", "xlink:href", "data", "srcset") and not value.startswith("#"):
                self.references.append(value)
            if name == "id":
                self.ids.append(value)
        if tag in ("script", "link", "iframe", "object", "embed", "img"):
            self.references.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.words.append(data)
