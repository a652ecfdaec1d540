"""Tests of what `make bench` measures, on small samples made here: no guest runs. `test_curves.py`.

What can be asked for, what is measured of a region, what a wrong run is, and what the claims come to. Ends with
`N passed, N failed`.
"""
import contextlib
import io
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("bench", "manycore", "linux", "")]

import claims
from bench import plans_of
from bench_options import ALL_EXPERIMENTS, read_options
from curves import CURVES, SYSTEMS, WORDS, Plan, number_of, units_in
from experiments import EXPERIMENTS
from machine_file import MachineError, machine_path, read_machine
from measures import lines_of, places_of
from own_tests import run_tests
from records import Record
from report_samples import SETTINGS, made_boot, made_line, made_lines
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
        assert not curve.sizes or {curve.small, curve.full} <= set(curve.sizes), name
    assert Plan(SYSTEMS, ("memclone", "locks"), (1,)).commands("everything") == ["memclone 4M sharing=everything"]
    full = Plan(SYSTEMS, ("memclone", "shares", "locks"), (1,), full=True)
    assert full.commands("threads") == ["memclone 4M", "locks 16384"] and full.words == []
    sizes = Plan(("corey",), ("mempass", "wri"), (1,), sizes=True)
    assert sizes.commands("corey")[:2] == ["mempass 4M", "mempass 100M"] and sizes.words == list(WORDS)
    assert sizes.boots("corey") == [[command] for command in sizes.commands("corey")]
    assert full.boots("threads") == [full.commands("threads")]


@test
def a_run_is_what_was_asked_for():
    plain, full = (read_options(words) for words in ([], ["--full"]))
    assert set(ALL_EXPERIMENTS) - set(plain.experiments) == {"sizes"} and full.experiments == ALL_EXPERIMENTS
    assert plain.models == ("blocking",) and len(full.models) == 2
    assert [(plan.cores, plan.sizes) for plan in plans_of(plain)] == [((1, 4, 16), False)]
    assert [plan.cores[-1] for plan in plans_of(full)] == [64, 4]
    some = read_options(["--experiments", "memclone,shares", "--cores", "4 1", "--machine", "milan48", "--models", "generous"])
    plans = list(plans_of(some))
    assert [plan.cores for plan in plans] == [(1, 4)] and plans[0].experiments == ("memclone", "shares"), plans
    assert some.models == ("generous",) and some.machine.name == "milan48"
    assert not list(plans_of(read_options(["--experiments", "answers", "--cores", "200"])))
    assert [plan.cores for plan in plans_of(read_options(["--experiments", "sizes", "--cores", "2"]))] == [(2,)]
    some = list(plans_of(read_options(["--experiments", "wri sizes"])))
    assert [(plan.experiments, plan.sizes) for plan in some] == [(("wri",), False), (("wri",), True)]


@test
def what_cannot_be_run_is_refused():
    for words, said in ((("--experiments", "memclon"), "no 'memclon'; there are: answers memclone"),
                        (("--experiments", " "), "there are"), (("--cores", "one"), "numbers of cores, as '1 4 16', not 'one'"),
                        (("--cores", "0 4"), "not '0 4'"), (("--models", "eager"), "no 'eager'; there are: blocking generous"),
                        (("--systems", "plan9"), "no 'plan9'"), (("--machine", "pdp11"), "no machine 'pdp11'"),
                        (("--machine", "opteron16", "--cores", "64"), "opteron16 has 16 cores, not 64")):
        heard = io.StringIO()
        try:
            with contextlib.redirect_stderr(heard):
                read_options(list(words))
        except (SystemExit, MachineError) as error:
            assert said in f"{heard.getvalue()}{error}", (words, heard.getvalue(), error)
        else:
            raise AssertionError(f"accepted: {words}")


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
    counts = {"/books/words": {"words": 10, "keys": 2}}

    def said(words, phases=CURVES["wri"].phases, status=0, cores=4):
        named = [*((f"begin_{phase}", 1) for phase in phases), ("words", words), ("keys", 2), ("cores", cores)]
        records = [Record(number, 0, "u", "metric", {"name": name, "value": value}) for number, (name, value) in enumerate(named)]
        return program_trouble("wri -q /books/words", 4, status, records, counts)

    assert said(10) == ""
    assert "seen 9 words" in said(9) and "status 1" in said(10, status=1) and "2 cores of 4" in said(10, cores=2)
    assert "phases" in said(10, phases=("map", "end"))


# --- claims --------------------------------------------------------------------------------------------------


@test
def claims_hold_where_the_numbers_say_so():
    verdicts = {verdict.claim.text: verdict for verdict in claims.judge(list(made_lines()), MACHINE)}
    assert len(verdicts) == len(claims.CLAIMS)
    said = {text.split(":")[0] + text[-12:]: verdict.word for text, verdict in verdicts.items()}
    assert all(word in ("holds in this model", "does not hold in this model") for word in said.values()), said
    bad = [text for text, verdict in verdicts.items() if not verdict.word.startswith("holds")]
    # In the sample one share for all grows with the cores, as the others do: that is not flat.
    assert len(bad) == 1 and "one share for all" in bad[0], bad
    worse = [dict(line, value=line["value"] * (3000 if line["system"] == "corey" else 1)) for line in made_lines()
             if line["experiment"] == "memclone"]
    assert [verdict.word[:13] for verdict in claims.judge(worse, MACHINE)] == ["holds in this"] + ["does not hold"] * 2


@test
def a_claim_of_one_model_is_no_conclusion():
    lines = [*made_lines(), *(dict(line, value=10 ** 6) if line["system"] == "corey" else line
                              for line in made_lines("generous"))]
    words = {verdict.word for verdict in claims.judge(lines, MACHINE) if "memclone" in verdict.claim.text}
    assert words == {"holds", "holds only in the model blocking: no conclusion"}, words


@test
def claims_without_points_are_not_judged():
    assert not list(claims.judge([made_line("corey", "memclone", "touch", 1, 10)], MACHINE))
    assert not list(claims.judge([], MACHINE))


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
