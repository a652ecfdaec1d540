"""Tests of comparisons, diagnosis and conflicts, on small samples; run by test_driver.py."""
import json

from conflicts import Conflict, ListError, judge, matrix_lines
from diagnosis import diagnose
from line_names import LineNames
from sim_compare import compare, make_part
from sim_page import page_data, page_lines
from samples import parse, refusal, reread, sample_core, sample_line, sample_list, sample_results

TESTS = []


def test(function):
    TESTS.append(function)
    return function


# --- why ----------------------------------------------------------------------------------------------------


def sample_comparison(first, last, works=(0, 0)):
    return compare("work", [make_part(first["regions"][0], works[0]), make_part(last["regions"][0], works[1])],
                   [LineNames(), LineNames()])


@test
def a_line_that_moves_is_blamed_for_its_part():
    first = reread(sample_results(1))
    line = sample_line(virtual="300000000040", cycles=1500, near=30, writers="3", readers="3", by=["400100"])
    last = reread(sample_results(2, [line], elapsed=2000))
    comparison = sample_comparison(first, last)
    assert comparison.work == "each" and comparison.speed_up(comparison.last) == 1.0
    sentences = diagnose(comparison, parse())
    assert "2 cores do 1.00 times the work of 1" in sentences[0], sentences
    assert sentences[1].startswith("75 % of the cycles beyond those of one core are spent on line `window"), sentences
    assert "written by all 2 cores" in sentences[1], sentences
    page = "\n".join(page_lines(comparison, sentences))
    assert "window of core 0 +40" in page and "speed-up" in page
    data = json.loads(json.dumps(page_data(comparison, sentences)))
    assert data["lines"][0]["writers"] == [0, 1] and data["runs"][1]["speed_up"] == 1.0


@test
def waiting_sleep_and_scaling_are_told_apart():
    code = [{"address": "400100", "cycles": 900, "instructions": 10, "paused": 800}]
    machine = parse()
    waited = diagnose(sample_comparison(reread(sample_results(1)), reread(
        sample_results(2, code=code, elapsed=2000, paused=1000))), machine)
    assert waited[1].startswith("100 %") and "pauses, in 400100 (ring 3)" in waited[1], waited
    asleep = reread(sample_results(2, elapsed=2000))
    asleep["regions"][0]["cores"][1] = sample_core(cycles=100, instructions=800)
    assert "sleep" in diagnose(sample_comparison(reread(sample_results(1)), asleep), machine)[1]
    scales = diagnose(sample_comparison(reread(sample_results(1)), reread(sample_results(2, elapsed=1020))), machine)
    assert len(scales) == 1 and scales[0].endswith("it scales."), scales


@test
def waiting_is_no_work():
    """Four cores that divide the work, and wait most of the time in ring 3."""
    first, last = reread(sample_results(1)), reread(sample_results(4, elapsed=1000, waiting=750))
    assert sample_comparison(first, last).work == "divided"
    in_kernel = [reread(sample_results(cores, kernel_instructions=number)) for cores, number in ((1, 700), (4, 175))]
    for core in in_kernel[1]["regions"][0]["cores"]:
        core["instructions"] = 900  # ring 3's grow: they are not what was done
    assert sample_comparison(*in_kernel).work == "divided"


@test
def a_program_may_say_how_much_it_has_done():
    comparison = sample_comparison(reread(sample_results(1)), reread(sample_results(4)), works=(10, 30))
    assert comparison.work == "said" and comparison.speed_up(comparison.last) == 3.0
    assert comparison.beyond(comparison.last) == 1000


@test
def divided_work_is_known_by_its_instructions():
    first, last = reread(sample_results(1)), reread(sample_results(4, elapsed=300))
    for core in last["regions"][0]["cores"]:
        core["instructions"] = 210
    comparison = sample_comparison(first, last)
    assert comparison.work == "divided" and round(comparison.speed_up(comparison.last), 2) == 3.33


# --- conflicts ------------------------------------------------------------------------------------------------


@test
def exceptions_are_read_with_reasons():
    found = sample_list("# why\n\ncore_words.where of core * | free beside * | cores watch each other\n"
                        "table[1].x | map beside free | given\n")
    where, table = Conflict("core_words.where of core 3", 1, 2, ()), Conflict("table[1].x", 1, 2, ())
    assert [excuse.reason for excuse in found] == ["cores watch each other", "given"]
    assert found[0].excuses(where, ("free", "map")) and found[0].excuses(where, ("map", "free"))
    assert not found[0].excuses(where, ("map", "map")) and not found[0].excuses(table, ("free", "map"))
    assert found[1].excuses(table, ("free", "map")) and not found[1].excuses(table, ("free", "free"))
    assert not found[1].excuses(Conflict("table1.x", 1, 2, ()), ("free", "map"))
    assert "justified.txt:1:" in refusal(ListError, sample_list, "name without rows | and so on")
    assert "stands twice" in refusal(ListError, sample_list, "a | b beside c | d\na | b beside c | e")


@test
def the_matrix_says_which_pairs_meet_and_why():
    where, page = Conflict("where of core 1", 2, 1, ("core_leave",)), Conflict("page_lists", 3, 3, ("page_alloc",))
    pairs = {("map", "map"): [], ("map", "free"): [where], ("free", "free"): [where, page]}
    excuses = sample_list("where of core * | free beside * | watched\nnever * | * beside * | old")
    verdict = judge(pairs, excuses)
    assert not verdict.good and verdict.unexcused == {("free", "free"): [page]} and verdict.unused == [excuses[1]]
    text = "\n".join(matrix_lines(verdict))
    assert "3 pairs: 1 without a conflict, 1 excused, 1 not" in text and "page_lists: written by cores 0, 1" in text
    assert "map    .  a  1" in text and "free   a  #  2" in text, text
    assert "'never * (* beside *)' is needed by no pair" in text
    assert judge({("map", "free"): [where]}, excuses[:1]).good
