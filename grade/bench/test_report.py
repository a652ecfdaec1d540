"""Tests of `make bench`'s curves and report, on small samples made here: no guest runs. `test_report.py`.

What is measured of a region, what the claims come to, what gnuplot is given and makes of it, and that the report is one
well-formed file that refers to no other. Ends with `N passed, N failed`.
"""
import os
import re
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("bench", "manycore", "linux", "")]

import claims
import figures
import html_report
from curves import CURVES, SYSTEMS, commands_of, number_of, units_in
from experiments import EXPERIMENTS
from machine_file import machine_path, read_machine
from measures import lines_of, places_of
from records import Record
from report_samples import SETTINGS, Reader, made_boot, made_line, made_lines
from simulated import program_trouble

MACHINE = read_machine(machine_path("cores64"))
TESTS = []


def test(function):
    TESTS.append(function)
    return function


# --- measures ------------------------------------------------------------------------------------------------


@test
def curves_measure_what_the_experiments_leave():
    for name, experiment in EXPERIMENTS.items():
        curve = CURVES[name]
        assert curve.phases == experiment.phases and set(curve.regions) == set(experiment.measured), name
        assert experiment.linux or not {"threads", "processes"} & set(curve.systems), name
        assert all(region.units.removesuffix("_core_0") in (experiment.work, "calls") for region in curve.regions.values()), name
    assert commands_of("everything", ["memclone", "locks"], False) == ["memclone 2M sharing=everything"]
    assert commands_of("threads", ["memclone", "shares", "locks"], True) == ["memclone 4M", "locks 16384"]


@test
def units_are_those_of_a_core_or_of_all():
    results = {"pages_core_0": 10, "pages_core_1": 30, "times_core_0": 4, "times_core_1": 6, "calls": 7, "words": 50}
    for experiment, region, units, number in (
            ("memclone", "touch", 10, 100), ("mempass", "pass", 40, 25), ("shares", "own", 10, 10),
            ("calls", "null", 7, 1000 / 7), ("wri", "map", 50, 20), ("locks", "mcs", 0, None)):
        region = CURVES[experiment].regions[region]
        assert units_in(results, region) == units, (experiment, units_in(results, region))
        assert number_of(region, 1000, units) == number, (experiment, number_of(region, 1000, units))
    assert number_of(CURVES["forks"].regions["forks"], 1000, 0) is None


@test
def a_boot_becomes_lines():
    lines = {(line["experiment"], line["region"]): line for line in lines_of(made_boot("corey", 2, 5000), SETTINGS)}
    assert set(lines) == {("memclone", "touch"), *(("wri", name) for name in ("sample", "map", "reduce", "merge", "total"))}
    touch, total = lines["memclone", "touch"], lines["wri", "total"]
    assert (touch["cycles"], touch["units"], touch["value"], touch["measure"]) == (5000, 100, 50, "cycles a page")
    assert (touch["traps"], touch["misses"]["memory"], touch["instructions"]) == (14, 6, 1600)
    assert (total["cycles"], total["value"], total["traps"]) == (50000, 50, 56), total
    assert touch["machine"] == "cores64" and touch["model"] == "blocking"


@test
def places_are_of_the_most_cores():
    boots = [made_boot("corey", 4, 4000), made_boot("corey", 1, 3000)]
    places = [place for place in places_of(boots, MACHINE) if place["experiment"] == "memclone"]
    assert len(places) == 1 and places[0]["cores"] == 4
    assert places[0]["functions"] == [{"name": "function_ffffffff80101234 <&>", "percent": 50.0}]
    assert places[0]["lines"] == [{"name": "word_1000", "percent": 25.0}] and places[0]["diagnosis"]
    assert list(places_of(boots[1:], MACHINE))[0]["diagnosis"] == []


@test
def a_wrong_run_is_noticed():
    def said(words, phases=CURVES["wri"].phases, status=0, cores=4):
        named = [*((f"begin_{phase}", 1) for phase in phases), ("words", words), ("keys", 2), ("cores", cores)]
        records = [Record(number, 0, "u", "metric", {"name": name, "value": value}) for number, (name, value) in enumerate(named)]
        return program_trouble("wri -q /books/words", 4, status, records, {"words": 10, "keys": 2})

    assert said(10) == ""
    assert "seen 9 words" in said(9) and "status 1" in said(10, status=1) and "2 cores of 4" in said(10, cores=2)
    assert "phases" in said(10, phases=("map", "end"))


# --- claims --------------------------------------------------------------------------------------------------


@test
def claims_hold_where_the_numbers_say_so():
    verdicts = {verdict.claim.text: verdict for verdict in claims.judge(list(made_lines()), MACHINE)}
    assert len(verdicts) == len(claims.CLAIMS)
    said = {text.split(":")[0] + text[-12:]: verdict.word for text, verdict in verdicts.items()}
    assert all(word in ("holds", "does not hold") for word in said.values())
    bad = [text for text, verdict in verdicts.items() if verdict.word != "holds"]
    # In the sample one share for all grows with the cores, as the others do: that is not flat.
    assert len(bad) == 1 and "one share for all" in bad[0], bad
    worse = [dict(line, value=line["value"] * (3000 if line["system"] == "corey" else 1)) for line in made_lines()
             if line["experiment"] == "memclone"]
    assert [verdict.word for verdict in claims.judge(worse, MACHINE)] == ["does not hold"] * 2


@test
def a_claim_of_one_model_is_no_conclusion():
    lines = [*made_lines(), *(dict(line, value=10 ** 6) if line["system"] == "corey" else line
                              for line in made_lines("generous"))]
    words = {verdict.word for verdict in claims.judge(lines, MACHINE) if "memclone" in verdict.claim.text}
    assert words == {"holds only in the model blocking: no conclusion"}, words


@test
def claims_without_points_are_not_judged():
    assert not list(claims.judge([made_line("corey", "memclone", "touch", 1, 10)], MACHINE))
    assert not list(claims.judge([], MACHINE))


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
    assert figures.limit_points(MACHINE, [1, 16, 32]) == [(1, 4096 / 41), (16, 16 * 4096 / 41), (32, 16 * 4096 / 41)]
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


def made_report(models):
    """A report in a folder of its own, as text."""
    with tempfile.TemporaryDirectory() as folder:
        folder, lines = Path(folder), [line for model in models for line in made_lines(model)]
        plain = {"metric": "total", "value": 1}
        (folder / html_report.RESULTS).write_text("".join(html_report.json.dumps(line) + "\n" for line in [plain, *lines]))
        places = [place for system in SYSTEMS for place in
                  places_of([made_boot(system, 1, 3000), made_boot(system, 4, 9000)], MACHINE)]
        (folder / html_report.PLACES).write_text(html_report.json.dumps(places))
        return html_report.write_report(folder).read_text(encoding="utf-8")


@test
def the_report_is_whole_and_stands_alone():
    for models in (("blocking",), ("blocking", "generous")):
        page = made_report(models)
        reader = Reader()
        reader.feed(page)
        reader.close()
        assert not reader.wrong and not reader.open, (reader.wrong, reader.open)
        assert not reader.references, reader.references
        assert not re.search(r"url\((?!['\"]?#)|@import", page)
        assert len(reader.ids) == len(set(reader.ids)), sorted({name for name in reader.ids if reader.ids.count(name) > 1})[:5]
        assert page.count("<svg") == len(models) * len(figures.FIGURES)
        words = " ".join(reader.words)
        for expected in ("mitigations=off", "bandwidth 41", "function_ffffffff80101234 <&>", "memclone <1M>", *models):
            assert expected in words, expected
        assert ("One model only" in words) == (len(models) == 1)


@test
def a_report_of_nothing_is_refused():
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / html_report.RESULTS).write_text('{"metric": "total"}\n')
        try:
            html_report.write_report(Path(folder))
        except RuntimeError as error:
            assert "what is there to report" in str(error)
        else:
            raise AssertionError("a report of nothing")


def main():
    failed = 0
    for one in TESTS:
        try:
            one()
        except (AssertionError, RuntimeError, OSError, KeyError) as error:
            failed += 1
            print(f"{one.__name__}: FAILED: {error!r:.600}")
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
