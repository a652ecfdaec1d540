"""Tests of `make bench`'s figures and report, on small samples made here: no guest runs. `test_report.py`.

What gnuplot is given and makes of it, and that the report is one well-formed file that refers to no other. Ends with
`N passed, N failed`.
"""
import os
import re
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("bench", "manycore", "linux", "")]

import figures
import html_report
from curves import ALL, CURVES
from machine_file import machine_path, parse_machine, read_machine
from measures import places_of
from own_tests import run_tests
from report_samples import Reader, made_boot, made_line, made_lines

MACHINE = read_machine(machine_path("cores64"))
BANDWIDTH = f"bandwidth {MACHINE.bandwidth:g}"
PAGE = 4096
TESTS = []


def test(function):
    TESTS.append(function)
    return function


# --- figures -------------------------------------------------------------------------------------------------


@test
def every_figure_is_told_about():
    named = {curve for figure in figures.FIGURES.values() for curve in figure.curves}
    assert all(region in CURVES[name].regions or region == CURVES[name].together for name, region in named)
    assert {name for name, _ in named} == set(CURVES)
    assert set(figures.FIGURES) == set(html_report.PAPER) == set(html_report.READING)


@test
def curves_differ_without_colours():
    for figure in figures.FIGURES.values():
        styles = [style[1:] for _, style, _ in figures.curves_of(figure, list(made_lines()), MACHINE)]
        assert styles and len(styles) == len(set(styles)), (figure.name, styles)


@test
def the_limit_is_the_memorys():
    alone = PAGE / MACHINE.bandwidth  # 16 cores are a node, whose memory they share; 32 have two
    assert figures.limit_points(MACHINE, [1, 16, 32]) == [(1, alone), (16, 16 * alone), (32, 16 * alone)]
    assert figures.speed_up([(1, 100), (4, 25)]) == [(1, 1), (4, 4)]
    assert figures.speed_up([(2, 100), (4, 100)]) == [(2, 2), (4, 2)]


@test
def figures_are_drawn():
    with tempfile.TemporaryDirectory() as folder:
        drawn = figures.draw(list(made_lines()), MACHINE, Path(folder))
        assert set(drawn) == set(figures.FIGURES)
        for path in drawn.values():
            assert "</svg>" in path.read_text() and path.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
        one = figures.draw([made_line("corey", "memclone", "touch", 1, 10)], MACHINE, Path(folder), "_more")
        assert list(one) == ["memclone"] and one["memclone"].name == "memclone_more.svg"


@test
def without_gnuplot_one_is_told():
    path = os.environ["PATH"]
    try:
        os.environ["PATH"] = "/nowhere"
        figures.draw(list(made_lines()), MACHINE, Path("/nowhere"))
    except RuntimeError as error:
        assert "gnuplot" in str(error) and "make setup" in str(error)
    else:
        raise AssertionError("figures without gnuplot")
    finally:
        os.environ["PATH"] = path


# --- the report ----------------------------------------------------------------------------------------------


def write_run(folder, lines, machine=MACHINE):
    """What a run leaves for its report."""
    places = [{"model": "blocking", **place} for system in ALL for place in
              places_of([made_boot(system, 1, 3000), made_boot(system, 4, 9000)], MACHINE)]
    made = {"machine": machine.name, "text": machine.text, "places": places}
    (folder / html_report.MADE).write_text(html_report.json.dumps(made))
    (folder / html_report.RESULTS).write_text("".join(html_report.json.dumps(line) + "\n" for line in lines))


def made_report(lines, machine=MACHINE):
    """A report in a folder of its own, as text."""
    with tempfile.TemporaryDirectory() as folder:
        write_run(Path(folder), lines, machine)
        return html_report.write_report(Path(folder)).read_text(encoding="utf-8")


def read_page(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert not reader.wrong and not reader.open, (reader.wrong, reader.open)
    return reader


@test
def the_report_is_whole_and_stands_alone():
    for models in (("blocking",), ("blocking", "generous")):
        page = made_report([line for model in models for line in made_lines(model)])
        reader = read_page(page)
        assert not reader.references, reader.references
        assert not re.search(r"url\((?!['\"]?#)|@import", page)
        assert len(reader.ids) == len(set(reader.ids)), sorted({name for name in reader.ids if reader.ids.count(name) > 1})[:5]
        assert page.count("<svg") == len(models) * len(figures.FIGURES)
        words = " ".join(reader.words)
        for expected in ("mitigations=off", BANDWIDTH, "function_ffffffff80101234 <&>", "memclone <1M>", "QEMU 0", *models):
            assert expected in words, expected
        assert ("One model of a core only" in words) == (len(models) == 1)
        assert not {"What went wrong", "Small sizes for large ones", "The words of a book"} & set(reader.words)


@test
def what_went_wrong_and_what_was_counted_stand_in_the_report():
    answers = [{"experiment": "wc", "input": "kjv.txt", "system": "corey", "cores": cores, "metric": metric, "value": 1234,
                "unit": "words"} for cores in (1, 4) for metric in ("words", "total")]
    troubles = [{"system": "processes", "cores": 16, "model": "blocking", "trouble": "it took <too> long"},
                {"experiment": "wri", "input": "kjv.txt", "system": "corey", "cores": 2, "trouble": "line 3"}]
    sizes = [dict(made_line("corey", "memclone", "touch", 4, value), of="sizes", command=f"memclone {size}")
             for size, value in (("100M", 103), ("4M", 100))]
    sizes += [dict(line, system="processes", value=200) for line in sizes]
    reader = read_page(made_report([*answers, *troubles, *sizes]))
    words = " ".join(reader.words)
    for expected in ("1,234 1, 4", "it took <too> long", "wri kjv.txt corey", "4M 100M last beside 4M", "4 100 103 +3.0%",
                     "corey : processes part of theirs 4 0.5 0.515 +3.0%", "What went wrong"):
        assert expected in words, (expected, words)
    assert "The figures" not in reader.words


@test
def a_machine_of_ones_own_is_shown():
    own = parse_machine("mine", "mine", MACHINE.text.replace(BANDWIDTH, "bandwidth 7"))
    words = " ".join(read_page(made_report(list(made_lines()), own)).words)
    assert "The machine mine" in words and "bandwidth 7" in words


@test
def old_figures_go():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        write_run(folder, list(made_lines()))
        html_report.write_report(folder)
        write_run(folder, [made_line("corey", "memclone", "touch", 1, 10)])
        html_report.write_report(folder)
        assert {path.name for path in (folder / "figures").iterdir()} == {"memclone.svg", "memclone.png"}


@test
def a_report_of_nothing_is_refused():
    with tempfile.TemporaryDirectory() as folder:
        write_run(Path(folder), [{"metric": "total"}])
        try:
            html_report.write_report(Path(folder))
        except RuntimeError as error:
            assert "what is there to report" in str(error)
        else:
            raise AssertionError("a report of nothing")


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
