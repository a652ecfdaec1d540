"""The report of `make bench`: one HTML file that needs no other, made from what a run has left in build/bench/.

    html_report.py [FOLDER]        draws the figures and writes the report anew from results.jsonl and made.json
"""
import json
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "grade"), str(ROOT / "grade" / "manycore"), str(ROOT / "grade" / "linux")]

from claims import judge
from curves import CURVES, SYSTEMS
from figures import FIGURES, draw
from html_parts import STYLE, element, inlined, paragraph, table, text
from machine_file import parse_machine
from report_lines import change, cores_of, region_title, rows_of, shown, size_tables, small_size
from report_text import ANSWERS, EVERYTHING, MODELS, NAMES, ONE_MODEL, PAPER, READING, SIMULATED, SIZES
from settings import HUGE_PAGES, IDLE, SETTINGS

# `made.json`: the machine's name and text, and places (measures.py), which no line has.
RESULTS, MADE, REPORT = "results.jsonl", "made.json", "report.html"

@dataclass(frozen=True)
class Results:
    """A run's lines by what they are: `curves` and `sizes`, the simulator's; `answers`, those of plain QEMU; `troubles`,
    what went wrong."""
    curves: list
    sizes: list
    answers: list
    troubles: list


# --- parts -------------------------------------------------------------------------------------------------


def value_table(lines):
    """An experiment's numbers, a row a region and system."""
    cores = sorted({line["cores"] for line in lines})
    rows = [[text(region_title(experiment, region)), text(SYSTEMS[system].title), text(measure)]
            + [text(shown(values.get(number))) for number in cores]
            for (experiment, region, system, measure), values in rows_of(lines, cores_of)]
    return table(["", "", "", *map(str, cores)], rows, range(3, 3 + len(cores)))


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
            parts.append(title + value_table([line for line in lines
                                              if (line["model"], line["experiment"]) == (model, experiment)]))
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
    parts, models = [], list(dict.fromkeys(place["model"] for place in places))
    if models:
        parts.append(paragraph(f"On the most cores, in the model {models[0]}. {NAMES}"))
    places = [place for place in places if place["model"] == models[0]]
    for experiment in dict.fromkeys(place["experiment"] for place in places):
        rows = []
        for place in sorted((place for place in places if place["experiment"] == experiment),
                            key=lambda place: (list(CURVES[experiment].regions).index(place["region"]),
                                               list(SYSTEMS).index(place["system"]))):
            title = region_title(experiment, place["region"])
            why = "".join(f"<br><i>{text(sentence)}</i>" for sentence in place["diagnosis"])
            rows.append([f"{text(title)}<br>{text(SYSTEMS[place['system']].title)}, {place['cores']}",
                         *(f"{place[kind]:.0f}" for kind in ("kernel", "waiting", "asleep")), named(place["functions"]),
                         named(place["lines"]) + why])
        parts += [element("h3", text(experiment)),
                  table(["region, system, cores", "kernel, %", "waiting, %", "asleep, %", "code", "lines of memory, and why"], rows,
                        (1, 2, 3))]
    return "\n".join(parts)


def settings_section(versions):
    rows = [[f"<code>{text(word)}</code>", text(why)] for word, why in SETTINGS]
    rows += [[f"<code>{text(' '.join(IDLE['halt']) or '(nothing)')}</code>", "cores without work halt, as Linux does by itself"],
             [f"<code>{text(' '.join(HUGE_PAGES[False]))}</code>", "pages of 4 KiB, as in all of the paper's experiments"]]
    return "\n".join([
        paragraph("The Linux beside Corey is Debian's, started in the same machine with one process, our init. Threads and"
                  " processes are pinned to a core each, and memory is touched first by who uses it. " + "; ".join(versions)),
        table(["on the command line", "because"], rows)])


def sizes_section(lines):
    """Small sizes beside the paper's."""
    parts = [paragraph(SIZES)]
    for model in dict.fromkeys(line["model"] for line in lines):
        for experiment, sizes, rows in size_tables([line for line in lines if line["model"] == model]):
            cells = []
            for (_, region, system, measure, cores), values in rows:
                more = change(experiment, values, sizes)
                cells.append([text(region_title(experiment, region)), text(SYSTEMS[system].title if system in SYSTEMS else system), text(measure), str(cores)]
                             + [text(shown(values.get(size))) for size in sizes] + ["–" if more is None else f"{more:+.1%}"])
            parts += [element("h3", text(f"{experiment}, model {model}")),
                      table(["", "", "", "cores", *map(text, sizes), f"last beside {text(small_size(experiment))}"], cells, range(3, 5 + len(sizes)))]
    return parts


def answers_section(lines):
    """What was counted in plain QEMU and on the host: runs whose answers were right, and on how many cores."""
    cores = {}
    for line in lines:
        if line["metric"] == "words":
            cores.setdefault((line["experiment"], line["input"], line["system"], line["value"]), []).append(line["cores"])
    return [paragraph(ANSWERS),
            table(["program", "input", "system", "words", "right on so many cores"],
                  [[text(experiment), text(path), text(system), f"{words:,}", ", ".join(map(str, numbers))]
                   for (experiment, path, system, words), numbers in cores.items()], (3,))]


def troubles_section(lines):
    return [table(["what", "cores", "because"],
                  [[text(" ".join(line[key] for key in ("experiment", "input", "system", "model") if key in line)),
                    str(line["cores"]), f"<pre>{text(line['trouble'])}</pre>"] for line in lines])]


def curves_sections(results, places, machine, pictures):
    """(title, parts) of what the curves bring."""
    lines, models, seen = results.curves, list(pictures), set()
    figures = [figure_section(figure, lines, pictures, seen) for name, figure in FIGURES.items()
               if any(name in drawn for drawn in pictures.values())]
    yield "What it comes to", [claims_section(lines, machine), *([paragraph(ONE_MODEL)] if len(models) == 1 else [])]
    yield "The figures", figures
    yield "Where the cycles go", [places_section(places)]


def report_text(results, places, machine, pictures):
    """The whole page."""
    lines = results.curves + results.sizes
    models = list(dict.fromkeys(line["model"] for line in lines))
    cores = ", ".join(str(number) for number in sorted({line["cores"] for line in lines}))
    versions = dict.fromkeys(line["linux"] for line in lines if line["linux"])
    makers = ", ".join(dict.fromkeys(f"{line['made_by']['tree']}, {line['made_by']['qemu']}" for line in lines))
    sections = [*([("What went wrong", troubles_section(results.troubles))] if results.troubles else []),
                *(curves_sections(results, places, machine, pictures) if results.curves else []),
                *([("Small sizes for large ones", sizes_section(results.sizes))] if results.sizes else []),
                *([("The words of a book, in plain QEMU", answers_section(results.answers))] if results.answers else []),
                *([("Linux's settings", [settings_section(versions)])] if versions else []),
                ("The models of a core", [paragraph(f"{model}: {MODELS[model]}") for model in models]),
                (f"The machine {machine.name}", [element("pre", text(machine.text))])]
    body = "\n".join([
        element("h1", "Corey and Linux on many cores"),
        paragraph(f"{SIMULATED} Machine {machine.name}, on {cores} cores; made by {makers}. {EVERYTHING}"),
        *("\n".join([element("h2", text(title)), *parts]) for title, parts in sections)])
    head = element("meta", "", charset="utf-8").replace("</meta>", "") + element("title", "Corey and Linux on many cores")
    page = element("head", head + element("style", STYLE)) + element("body", body)
    return f"<!DOCTYPE html>\n{element('html', page, lang='en')}\n"


def read_run(path):
    """The lines of results.jsonl."""
    with open(path, encoding="utf-8") as file:
        lines = list(map(json.loads, file))
    regions = [line for line in lines if "region" in line]
    if not regions:
        raise RuntimeError(f"{path} has no line of the simulator's: what is there to report?")
    return Results([line for line in regions if line["of"] == "curves"], [line for line in regions if line["of"] == "sizes"],
                   [line for line in lines if "metric" in line], [line for line in lines if "trouble" in line])


def write_report(folder):
    """Draws and writes; the report's path."""
    results, made = read_run(folder / RESULTS), json.loads((folder / MADE).read_text(encoding="utf-8"))
    machine, pictures = parse_machine(made["machine"], MADE, made["text"]), {}
    for old in (folder / "figures").glob("*.*"):
        old.unlink()
    for model in dict.fromkeys(line["model"] for line in results.curves):
        ending = "" if not pictures else f"_{model}"
        pictures[model] = draw([line for line in results.curves if line["model"] == model], machine, folder / "figures", ending)
    report = folder / REPORT
    report.write_text(report_text(results, made["places"], machine, pictures), encoding="utf-8")
    return report


if __name__ == "__main__":
    try:
        print(write_report(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "bench"))
    except (RuntimeError, OSError) as error:
        sys.exit(f"report: {error}")
