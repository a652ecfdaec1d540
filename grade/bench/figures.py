"""The figures: an SVG and a PNG each, drawn by gnuplot from the lines of results.jsonl.

    figures.draw(lines, machine, folder)     {figure: path of its SVG}

A curve is told from the others by its dashes and the shape of its points, so that paper without colours shows it, too.
"""
import shutil
import subprocess
from dataclasses import dataclass

from curves import CURVES, SYSTEMS

PAGE = 4096
WIDE = 12  # times the least value the largest may be where the axis begins at 0; beyond, it is logarithmic
NEEDED = "figures: gnuplot is missing: type `make setup`, or: sudo apt-get install --no-install-recommends gnuplot-nox"
# Colour (Okabe and Ito's, which those can tell apart who see few colours), dashes, shape of points: of a system, and of
# whatever else is a curve.
STYLES = {"corey": ("#0072b2", 1, 7), "everything": ("#d55e00", 2, 9), "threads": ("#000000", 4, 4),
          "processes": ("#009e73", 5, 6), "unlimited": ("#56b4e9", 2, 12), "limit": ("#666666", 3, 0), "ideal": ("#666666", 3, 0)}
SECOND = {"corey": 6, "everything": 8, "threads": 5, "processes": 7}  # shape of a system's points in its second curve


@dataclass(frozen=True)
class Figure:
    """`curves`: (experiment, region) each, one curve for each of `systems` that has it; `extra`: one more, which is no
    measurement. `rising`: perfect scaling is a straight line of slope 1, so both axes are logarithmic."""
    name: str
    title: str
    axis: str
    curves: tuple
    systems: tuple = tuple(SYSTEMS)
    extra: str = ""
    rising: bool = False


FIGURES = {figure.name: figure for figure in (
    Figure("memclone", "memclone: each core fills pages of its own", "cycles a page", (("memclone", "touch"),),
           extra="limit"),
    Figure("mempass", "mempass: one buffer, touched by core after core", "cycles a page and core", (("mempass", "pass"),)),
    Figure("shares", "shares: a segment is entered into a share and taken out", "operations a kilocycle",
           (("shares", "own"), ("shares", "global")), rising=True),
    Figure("segments", "segments: a segment is made and given up", "operations a kilocycle", (("segments", "segments"),),
           rising=True),
    Figure("locks", "locks: three locks in ring 3", "cycles an acquisition",
           (("locks", "ticket"), ("locks", "mcs"), ("locks", "readers")), ("corey",)),
    Figure("locks_linux", "locks: the same on Linux threads", "cycles an acquisition",
           (("locks", "ticket"), ("locks", "mcs"), ("locks", "readers")), ("threads",)),
    Figure("null", "calls: null system call, on all cores at once", "cycles a call", (("calls", "null"),)),
    Figure("fault", "calls: page fault on a fresh page, on all cores at once", "cycles a fault", (("calls", "fault_all"),),
           extra="limit"),
    Figure("forks", "forks: a copy is made, ends and is waited for", "cycles a copy", (("forks", "forks"),)),
    Figure("wri", "wri: word reverse index, speed-up over the same system's one core", "speed-up", (("wri", "total"),),
           extra="ideal", rising=True),
)}


def points_of(lines, system, experiment, region):
    """[(cores, value)], ascending."""
    return sorted((line["cores"], line["value"]) for line in lines
                  if (line["system"], line["experiment"], line["region"]) == (system, experiment, region)
                  and line["value"] is not None)


def speed_up(points):
    """Of cycles a unit: how many times as fast as on the fewest cores, times those."""
    return [(cores, points[0][0] * points[0][1] / value) for cores, value in points]


def limit_points(machine, cores):
    """Cycles in which memory serves a page to each core: the least that memclone can take where each line is fetched once."""
    return [(number, PAGE * number / (machine.bandwidth * -(-number // machine.socket_cores))) for number in cores]


def curves_of(figure, lines, machine):
    """(title, style, points) of each curve of a figure that has points."""
    cores = sorted({line["cores"] for line in lines})
    many = len(figure.curves) > 1
    for place, (experiment, region) in enumerate(figure.curves):
        for system in figure.systems:
            points = points_of(lines, system, experiment, region)
            if not points:
                continue
            title = SYSTEMS[system].title
            if many:
                more = CURVES[experiment].regions[region].title
                title = more if len(figure.systems) == 1 else f"{title}: {more}"
            colour, dashes, shape = STYLES[system]
            if many and len(figure.systems) == 1:
                colour, dashes, shape = list(STYLES.values())[place]
            elif place:
                shape = SECOND[system]
            yield title, (colour, dashes, shape), speed_up(points) if figure.extra == "ideal" else points
    if figure.extra == "limit" and cores:
        yield "limit of the memory's bandwidth", STYLES["limit"], limit_points(machine, cores)
    if figure.extra == "ideal" and cores:
        yield "as many times as there are cores", STYLES["ideal"], [(number, number) for number in cores]


def vertical_axis(figure, curves):
    """(gnuplot's commands for the axis of values, whether it is logarithmic)."""
    values = [value for _, _, points in curves for _, value in points]
    measured = [value for _, style, points in curves if style[2] for _, value in points]
    if not figure.rising and max(measured) <= WIDE * min(measured):
        return f"set yrange [0:{1.1 * max(measured):.6g}]", False
    lowest, highest = 0.8 * min(values), 1.25 * max(values)
    lines = [f"set logscale y {2 if figure.rising else 10}", f"set yrange [{lowest:.6g}:{highest:.6g}]"]
    if not figure.rising:
        ticks = [digit * 10.0 ** power for power in range(-6, 12) for digit in (1, 2, 5)]
        shown = ", ".join(f'"{tick:g}" {tick:g}' for tick in ticks if lowest <= tick <= highest)
        lines.append(f"set ytics ({shown})")
    return "\n".join(lines), True


def script_of(figure, curves):
    """gnuplot's commands for a figure, but for the terminal; ends with the plot."""
    cores = sorted({cores for _, _, points in curves for cores, _ in points})
    data, plots = [], []
    for number, (title, (colour, dashes, shape), points) in enumerate(curves):
        rows = "\n".join(f"{cores} {value:.6g}" for cores, value in points)
        data.append(f"$curve{number} << END\n{rows}\nEND")
        kind = f"linespoints pointtype {shape} pointsize 1.2" if shape else "lines"
        plots.append(f'$curve{number} using 1:2 with {kind} linecolor rgb "{colour}" dashtype {dashes} linewidth 2'
                     f' title "{title}"')
    ticks = ", ".join(f'"{number}" {number}' for number in cores)
    vertical, logarithmic = vertical_axis(figure, curves)
    return "\n".join(data + [
        f'set title "{figure.title}"', 'set xlabel "cores"',
        f'set ylabel "{figure.axis}{", logarithmic" if logarithmic else ""}"',
        "set logscale x 2", f"set xrange [{0.9 * cores[0]:.6g}:{1.1 * cores[-1]:.6g}]", f"set xtics ({ticks})", vertical,
        'set format y "%g"', 'set grid xtics ytics linetype 1 linecolor rgb "#d0d0d0" linewidth 1',
        "set border 3", "set tics nomirror",
        "set key outside bottom center horizontal Left reverse maxcols 2 samplen 5 spacing 1.2",
        "plot " + ", \\\n     ".join(plots)])


def run_gnuplot(script):
    ran = subprocess.run(["gnuplot"], input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if ran.returncode or ran.stdout.strip():
        raise RuntimeError(f"gnuplot: {ran.stdout.strip() or ran.returncode}")


def draw(lines, machine, folder, ending=""):
    """Draws each figure that the lines have points for: {its name: the SVG's path}. The name of a file ends with
    `ending`."""
    if not shutil.which("gnuplot"):
        raise RuntimeError(NEEDED)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {}
    for name, figure in FIGURES.items():
        curves = list(curves_of(figure, lines, machine))
        if not curves or all(style in (STYLES["limit"], STYLES["ideal"]) for _, style, _ in curves):
            continue
        script, path = script_of(figure, curves), folder / f"{name}{ending}"
        run_gnuplot(f'set terminal svg size 760,520 dynamic font "Helvetica,14" name "{name}{ending}"\n'
                    f'set output "{path}.svg"\n{script}\n')
        run_gnuplot(f'set terminal pngcairo size 1140,780 font "Helvetica,18" background rgb "white"\n'
                    f'set output "{path}.png"\n{script}\n')
        drawn[name] = path.with_name(f"{path.name}.svg")
    return drawn
