"""What the plugin leaves (README.md, "What it leaves"), read and checked: anything else is an error that says
where. Addresses and sets of cores become numbers."""
import json
from pathlib import Path

CORE_NUMBERS = ("cycles", "halted", "waiting", "paused", "kernel", "instructions", "kernel_instructions", "l1", "l2",
                "l3", "near", "far", "socket", "memory", "memory_far", "prefetched", "upgrades", "invalidations",
                "queued", "fetches", "walks", "walk_cycles", "atomics", "uncached", "system_calls", "traps",
                "interrupts")
LINE_NUMBERS = ("cycles", "near", "far", "socket", "memory", "upgrades", "invalidations")
MODES, MODELS = ("time", "conflict", "turns"), ("blocking", "generous")

NUMBER, WORD, ADDRESS = "a whole number", "a word", "a hexadecimal number"
LINE_FORM = {"physical": ADDRESS, "virtual": ADDRESS, "writers": ADDRESS, "readers": ADDRESS, "by": [ADDRESS],
             **dict.fromkeys(LINE_NUMBERS, NUMBER)}
CODE_FORM = {"address": ADDRESS, "cycles": NUMBER, "instructions": NUMBER, "paused": NUMBER}
REGION_FORM = {"begin": NUMBER, "end": NUMBER, "cores": [dict.fromkeys(CORE_NUMBERS, NUMBER)], "code": [CODE_FORM],
               "lines": [LINE_FORM], "conflicts": [LINE_FORM]}
FORM = {"machine": WORD, "cores": NUMBER, "mode": MODES, "model": MODELS, "seed": NUMBER, "instructions": NUMBER,
        "seconds": "a number", "regions": [REGION_FORM]}


class ResultsError(Exception):
    """Results that are not what the plugin leaves."""


def read_results(path, cores=None):
    """The results in a file, or ResultsError. With `cores`, of a run on so many: more, which were not used, are left
    out."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ResultsError(f"{path}: the run left no results") from error
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ResultsError(f"{path}: no JSON: {error}") from error
    results = read_value(data, FORM, str(path))
    for number, region in enumerate(results["regions"]):
        where = f"{path}: regions[{number}]"
        if region["end"] < region["begin"]:
            raise ResultsError(f"{where}: it ends before it begins")
        if len(region["cores"]) != results["cores"]:
            raise ResultsError(f"{where}: {len(region['cores'])} cores, and the machine has {results['cores']}")
        if cores is not None:
            keep_cores(region, cores, where)
    if cores is not None and results["cores"] < cores:
        raise ResultsError(f"{path}: {results['cores']} cores, expected {cores}")
    results["cores"] = cores or results["cores"]
    return results


def keep_cores(region, cores, where):
    if any(core["instructions"] for core in region["cores"][cores:]):
        raise ResultsError(f"{where}: a core beyond the {cores} expected has worked")
    del region["cores"][cores:]


def read_value(data, form, where):
    """The value that a form describes: an object with exactly these keys, a list of one form, or one thing."""
    if isinstance(form, dict):
        return read_object(data, form, where)
    if isinstance(form, list):
        if not isinstance(data, list):
            raise ResultsError(f"{where}: expected a list, seen {data!r:.40}")
        return [read_value(item, form[0], f"{where}[{number}]") for number, item in enumerate(data)]
    if isinstance(form, tuple):
        if data not in form:
            raise ResultsError(f"{where}: expected {' or '.join(form)}, seen {data!r:.40}")
        return data
    return read_thing(data, form, where)


def read_object(data, form, where):
    if not isinstance(data, dict):
        raise ResultsError(f"{where}: expected an object, seen {data!r:.40}")
    missing, more = [key for key in form if key not in data], [key for key in data if key not in form]
    if missing or more:
        raise ResultsError(f"{where}: " + "; ".join(f"{what}: {', '.join(keys)}" for what, keys in
                                                     (("missing", missing), ("unknown", more)) if keys))
    return {key: read_value(data[key], kind, f"{where}.{key}") for key, kind in form.items()}


def read_thing(data, form, where):
    number = isinstance(data, (int, float)) and not isinstance(data, bool)
    if form == NUMBER and number and isinstance(data, int) and data >= 0:
        return data
    if form == "a number" and number and data >= 0:
        return data
    if form == WORD and isinstance(data, str):
        return data
    if form == ADDRESS and isinstance(data, str):
        try:
            return int(data, 16)
        except ValueError:
            pass
    raise ResultsError(f"{where}: expected {form}, seen {data!r:.40}")


def members(cores):
    """The cores of a set, by number."""
    return [core for core in range(cores.bit_length()) if cores >> core & 1]
