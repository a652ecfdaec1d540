"""The simulator's lines of results.jsonl as tables, on the terminal and for the report."""
from curves import CURVES, SYSTEMS

NONE = "–"


def shown(value):
    """A value in three or four digits."""
    if value is None:
        return NONE
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def size_of(line):
    """The arguments of a line's command: what its size is."""
    words = line["command"].split()[1:]
    return " ".join(word.removeprefix("/books/") for word in words if word != "-q" and not word.startswith("sharing="))


def cores_of(line):
    return line["cores"]


def region_title(experiment, region):
    known = CURVES[experiment].regions.get(region)
    return known.title if known else region


def rows_of(lines, column, *more):
    """[((experiment, region, system, measure, …), {column(line): value})] in the order of experiments, regions and systems;
    behind them what the keys `more` of a line say."""
    rows = {}
    for line in lines:
        key = tuple(line[name] for name in ("experiment", "region", "system", "measure", *more))
        rows.setdefault(key, {})[column(line)] = line["value"]
    place = {name: number for number, name in enumerate(SYSTEMS)}
    regions = {name: [*curve.regions, curve.together] for name, curve in CURVES.items()}
    experiments = list(CURVES)
    return sorted(rows.items(), key=lambda row: (experiments.index(row[0][0]), regions[row[0][0]].index(row[0][1]),
                                                 place[row[0][2]], row[0][4:]))


def small_size(experiment):
    """The size of an experiment that is run by default."""
    return size_of({"command": f"{experiment} {CURVES[experiment].small}"})


def change(experiment, values, sizes):
    """By how much the largest size's value is above that of the size that is run by default; None where one is missing."""
    small, last = values.get(small_size(experiment)), values.get(sizes[-1])
    return last / small - 1 if small and last else None


def ratios_of(rows):
    """Corey's values as parts of each other system's, as further rows: what a size has to tell."""
    values = dict(rows)
    for experiment, region, system, measure, cores in list(values):
        own = values.get((experiment, region, "corey", measure, cores), {})
        other = values[experiment, region, system, measure, cores]
        if system != "corey" and own:
            yield ((experiment, region, f"corey : {system}", "part of theirs", cores),
                   {size: own[size] / other[size] for size in own if own[size] and other.get(size)})


def size_tables(lines):
    """For each experiment that was run in several sizes: (its name, sizes, rows)."""
    for experiment in dict.fromkeys(line["experiment"] for line in lines):
        ours = [line for line in lines if line["experiment"] == experiment]
        known, seen = [size_of({"command": f"{experiment} {size}"}) for size in CURVES[experiment].sizes], set(map(size_of, ours))
        rows = rows_of(ours, size_of, "cores")
        yield experiment, [size for size in known if size in seen], [*rows, *ratios_of(rows)]


# --- on the terminal ---------------------------------------------------------------------------------------


def print_values(lines):
    """A row a system and region, a column a number of cores."""
    cores = sorted({line["cores"] for line in lines})
    if lines:
        print(f"\n{'cores':<63}" + "".join(f"{number:>11}" for number in cores))
    for (experiment, region, system, measure), values in rows_of(lines, cores_of):
        print(f"{experiment + ' ' + region:<20}{system:<12}{measure:<31}"
              + "".join(f"{shown(values.get(number)):>11}" for number in cores))


def print_sizes(lines):
    """A row a system, region and number of cores, a column a size."""
    for experiment, sizes, rows in size_tables(lines):
        print(f"\n{experiment:<61}" + "".join(f"{size:>14}" for size in sizes) + f"   last beside {small_size(experiment)}")
        for (_, region, system, measure, cores), values in rows:
            more = change(experiment, values, sizes)
            print(f"{region:<10}{system:<18}{measure:<24}{cores:>3} cores" + "".join(f"{shown(values.get(size)):>14}" for size in sizes)
                  + f"   {NONE if more is None else f'{more:+.1%}'}")
