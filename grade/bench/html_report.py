"""The report of `make bench`: one HTML file that needs no other, made from what a run has left in build/bench/.

    html_report.py [FOLDER]        draws the figures and writes the report anew from results.jsonl and places.json
"""
import html
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "grade"), str(ROOT / "grade" / "manycore"), str(ROOT / "grade" / "linux")]

from claims import judge
from curves import CURVES, SYSTEMS
from figures import FIGURES, draw
from machine_file import machine_path, read_machine
from report_text import EVERYTHING, MODELS, NAMES, PAPER, READING, SIMULATED
from settings import HUGE_PAGES, IDLE, SETTINGS

RESULTS, PLACES, REPORT = "results.jsonl", "places.json", "report.html"

STYLE = """
body { font: 16px/1.5 Georgia, serif; color: #222; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3, th { font-family: Helvetica, Arial, sans-serif; line-height: 1.25; }
h2 { margin-top: 2.5rem; border-bottom: 2px solid #222; }
figure { margin: 1rem 0 2rem; } figure svg { width: 100%; height: auto; max-width: 45rem; display: block; }
table { border-collapse: collapse; font-size: 0.85rem; margin: 0.8rem 0; }
th, td { text-align: left; padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid #ccc; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font-size: 0.8rem; } pre { background: #f4f4f4; padding: 0.8rem; overflow-x: auto; }
.models { display: flex; flex-wrap: wrap; gap: 1rem; } .models > div { flex: 1 1 26rem; }
"""


def text(words):
    return html.escape(str(words), quote=False)


def element(name, inner, **attributes):
    marks = "".join(f' {key.rstrip("_")}="{html.escape(str(value))}"' for key, value in attributes.items())
    return f"<{name}{marks}>{inner}</{name}>"


def paragraph(words):
    return element("p", text(words))


def table(head, rows, numbers=()):
    """Cells are HTML already; `numbers` are the columns to be aligned as such."""
    def cells(kind, row):
        return element("tr", "".join(element(kind, cell, **({"class_": "number"} if place in numbers else {}))
                                     for place, cell in enumerate(row)))
    return element("table", cells("th", head) + "\n" + "\n".join(cells("td", row) for row in rows))


def shown(value):
    """A value in three or four digits."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def inlined(path):
    """An SVG as part of the page: without its head, and with names that no other picture has."""
    svg = path.read_text(encoding="utf-8")
    svg = re.sub(r"^.*?(?=<svg\b)", "", svg, flags=re.DOTALL)
    names = set(re.findall(r"\bid=(?:'|\")([^'\"]+)", svg))
    for name in sorted(names, key=len, reverse=True):
        svg = re.sub(rf"(?<=['\"#]){re.escape(name)}(?=['\"\)])", f"{path.stem}-{name}", svg)
    return svg.strip()


# --- parts -------------------------------------------------------------------------------------------------


def value_table(lines, experiment):
    """An experiment's numbers, a row a region and system."""
    ours = [line for line in lines if line["experiment"] == experiment]
    cores = sorted({line["cores"] for line in ours})
    values = {(line["region"], line["system"], line["cores"]): line for line in ours}
    regions = dict.fromkeys(line["region"] for line in ours)
    rows = []
    for region in regions:
        known = CURVES[experiment].regions.get(region)
        for system in SYSTEMS:
            found = [values.get((region, system, number)) for number in cores]
            if any(found):
                measure = next(line for line in found if line)["measure"]
                rows.append([text(known.title if known else region), text(SYSTEMS[system].title), text(measure)]
                            + [text(shown(line["value"])) if line else "–" for line in found])
    return table(["", "", "", *(str(number) for number in cores)], rows, range(3, 3 + len(cores)))


def figure_section(figure, lines, pictures, seen):
    """A figure in each model, what the paper says, and the numbers of experiments that no figure before has `seen`."""
    drawings = "".join(element("div", (paragraph(f"model {model}") if len(pictures) > 1 else "") + inlined(drawn[figure.name]))
                       for model, drawn in pictures.items() if figure.name in drawn)
    parts = [element("h3", text(figure.title)), element("figure", element("div", drawings, class_="models")),
             element("p", element("b", "The paper.") + " " + text(PAPER[figure.name])),
             element("p", element("b", "How to read it.") + " " + text(READING[figure.name]))]
    for experiment in dict.fromkeys(name for name, _ in figure.curves if name not in seen):
        seen.add(experiment)
        command = next(line["command"] for line in lines if line["experiment"] == experiment)
        parts.append(element("p", f"<code>{text(command.replace(' sharing=everything', ''))}</code>, in cores:"))
        for model in pictures:
            title = paragraph(f"model {model}") if len(pictures) > 1 else ""
            parts.append(title + value_table([line for line in lines if line["model"] == model], experiment))
    return "\n".join(parts)


def claims_section(lines, machine):
    verdicts = list(judge(lines, machine))
    if not verdicts:
        return paragraph("None: these experiments, systems and numbers of cores decide no claim.")
    models = list(verdicts[0].by_model)
    return table(["", *(f"model {model}" for model in models), "conclusion"],
                 [[text(verdict.claim.text), *(text(verdict.by_model[model][0]) for model in models), text(verdict.word)]
                  for verdict in verdicts])


def named(places):
    return "<br>".join(f"{place['percent']:.1f} % {text(place['name'])}" for place in places) or "–"


def places_section(places):
    """Where the cycles go: a table an experiment, a row a region and system."""
    parts = []
    for experiment in dict.fromkeys(place["experiment"] for place in places):
        rows = []
        for place in sorted((place for place in places if place["experiment"] == experiment),
                            key=lambda place: (list(CURVES[experiment].regions).index(place["region"]),
                                               list(SYSTEMS).index(place["system"]))):
            title = CURVES[experiment].regions[place["region"]].title
            why = "".join(f"<br><i>{text(sentence)}</i>" for sentence in place["diagnosis"])
            rows.append([f"{text(title)}<br>{text(SYSTEMS[place['system']].title)}, {place['cores']}",
                         f"{place['kernel']:.0f}", f"{place['waiting']:.0f}", named(place["functions"]),
                         named(place["lines"]) + why])
        parts += [element("h3", text(experiment)),
                  table(["region, system, cores", "kernel, %", "waiting, %", "code", "lines of memory, and why"], rows, (1, 2))]
    return "\n".join(parts)


def settings_section(versions):
    rows = [[f"<code>{text(word)}</code>", text(why)] for word, why in SETTINGS]
    rows += [[f"<code>{text(' '.join(IDLE['halt']) or '(nothing)')}</code>", "cores without work halt, as Linux does by itself"],
             [f"<code>{text(' '.join(HUGE_PAGES[False]))}</code>", "pages of 4 KiB, as in all of the paper's experiments"]]
    return "\n".join([
        paragraph("The Linux beside Corey is Debian's, started in the same machine with one process, our init. Threads and"
                  " processes are pinned to a core each, and memory is touched first by who uses it. " + "; ".join(versions)),
        table(["on the command line", "because"], rows)])


def report_text(lines, places, machine, pictures):
    """The whole page."""
    models = list(pictures)
    cores = ", ".join(str(number) for number in sorted({line["cores"] for line in lines}))
    versions = dict.fromkeys(line["linux"] for line in lines if line.get("linux"))
    trees = ", ".join(dict.fromkeys(line["made_by"]["tree"] for line in lines))
    seen = set()
    figures = [figure_section(figure, lines, pictures, seen) for name, figure in FIGURES.items()
               if any(name in drawn for drawn in pictures.values())]
    body = "\n".join([
        element("h1", "Corey and Linux on many cores"),
        paragraph(f"{SIMULATED} Machine {machine.name}, on {cores} cores; made by {trees}. {EVERYTHING}"),
        element("h2", "What it comes to"), claims_section(lines, machine),
        element("h2", "The figures"), *figures,
        element("h2", "Where the cycles go"), paragraph(f"On the most cores. {NAMES}"), places_section(places),
        element("h2", "Linux's settings"), settings_section(versions),
        element("h2", "The models of a core"),
        *(paragraph(f"{model}: {MODELS[model]}") for model in models),
        *([] if len(models) > 1 else [paragraph("One model only; FULL=1 adds the other, and what holds in only one of"
                                                " them is then said above.")]),
        element("h2", f"The machine {machine.name}"), element("pre", text(machine.text))])
    head = element("meta", "", charset="utf-8").replace("</meta>", "") + element("title", "Corey and Linux on many cores")
    page = element("head", head + element("style", STYLE)) + element("body", body)
    return f"<!DOCTYPE html>\n{element('html', page, lang='en')}\n"


def read_lines(path):
    """The lines of results.jsonl that the simulator has left."""
    with open(path, encoding="utf-8") as file:
        return [line for line in map(json.loads, file) if "region" in line]


def write_report(folder):
    """Draws and writes; the report's path."""
    lines = read_lines(folder / RESULTS)
    if not lines:
        raise RuntimeError(f"{folder / RESULTS} has no line of the simulator's: what is there to report?")
    places = json.loads((folder / PLACES).read_text(encoding="utf-8"))
    machine = read_machine(machine_path(lines[0]["machine"]))
    pictures = {}
    for model in dict.fromkeys(line["model"] for line in lines):
        ending = "" if not pictures else f"_{model}"
        pictures[model] = draw([line for line in lines if line["model"] == model], machine, folder / "figures", ending)
    report = folder / REPORT
    report.write_text(report_text(lines, places, machine, pictures), encoding="utf-8")
    return report


if __name__ == "__main__":
    try:
        print(write_report(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "bench"))
    except (RuntimeError, OSError) as error:
        sys.exit(f"report: {error}")
