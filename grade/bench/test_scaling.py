"""Tests how scaling.py and plain.py judge, on runs that are made up: `test_scaling.py`.

A good pair of runs meets every criterion; each case spoils one thing and must fail just the
criterion named for it. Ends with `N passed, N failed`.
"""
import contextlib
import copy
import io
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import plain
import scaling
from own_tests import run_results
from systems import Run

LINES = ["a 2", "b 1"]


def made_run(times, pairs, counts):
    """A run of as many cores as `pairs` has."""
    measured = {name: (value, "us") for name, value in times.items()}
    measured.update({f"pairs_core_{core}": (value, "pairs") for core, value in enumerate(pairs)})
    measured["cores"] = (len(pairs), "cores")
    counted = {phase: [{"user": user, "kernel": 10, "waiting": 10 ** 9} for user in users]
               for phase, users in counts.items()}
    return Run("made up", list(LINES), measured, counted=counted)


def good_runs():
    """{(program, cores): runs}: twice as fast on two cores, the private loop 1.9 times."""
    one = made_run({"map": 900, "reduce": 100}, [100], {"map": [9000], "reduce": [990], "end": [7]})
    two = made_run({"map": 440, "reduce": 60}, [50, 50], {"map": [4600, 4400], "reduce": [480, 500], "end": [10 ** 6, 0]})
    runs = {("private", 1): [made_run({"loop": 950}, [0], {})], ("private", 2): [made_run({"loop": 1000}, [0, 0], {})]}
    for program in scaling.PROGRAMS:
        runs[program, 1], runs[program, 2] = [copy.deepcopy(one)], [copy.deepcopy(two)]
    return runs


def failures_of(runs):
    """The lines that say FAIL, of times and counts together."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        report = scaling.Report()
        scaling.judge_times(runs, report)
        for program in scaling.PROGRAMS:
            scaling.judge_counts(program, runs[program, 1][0], runs[program, 2][0], report)
    lines = [line for line in said.getvalue().splitlines() if line.startswith("FAIL")]
    assert len(lines) == report.failed
    return lines


def set_measured(program, cores, name, value):
    return lambda runs: runs[program, cores][0].measured.update({name: (value, "")})


# What is spoilt, and what the lines that fail must say.
SPOILT = (
    (lambda runs: None, ()),
    (set_measured("wc", 2, "map", 620), ("wc: map and reduce",)),           # 1.47, of 0.85 * 1.9 = 1.62
    (set_measured("wc", 2, "map", 540), ()),                                # 1.67
    (set_measured("private", 2, "loop", 1600), ("the host",)),              # 1.19
    (set_measured("wri", 2, "pairs_core_1", 100), ("wri: a core's pairs", "wri: counted, a core's pairs")),
    (lambda runs: runs["wc", 2][0].counted["map"][0].update(user=5200), ("wc: 1.06",)),
    (lambda runs: runs["wc", 2][0].counted["map"][0].update(kernel=600), ("wc: 1.06",)),
    (lambda runs: runs["wri", 2][0].counted.update(map=[{"user": user, "kernel": 0, "waiting": 0}
                                                        for user in (6400, 2600)]), ("wri: a core's instructions",)),
    (lambda runs: runs["wri", 2][0].lines.pop(), ("wri: the same",)),
)


def results():
    """(name, passed, detail)."""
    for number, (spoil, expected) in enumerate(SPOILT):
        runs = good_runs()
        spoil(runs)
        lines = failures_of(runs)
        yield (f"case {number}", len(lines) == len(expected)
               and all(line.startswith(f"FAIL  {text}") for line, text in zip(lines, expected)),
               f"expected {expected}, seen {lines}")
    for lines, cores, trouble, verdict in ((LINES, 2, "", "right, 2 lines"), (LINES, 3, "", "but 2 of 3 cores"),
                                           (["a 2", "b 2"], 2, "", "WRONG"), (["a 2"], 2, "", "WRONG"),
                                           (LINES, 2, "panic", "WRONG")):
        run = made_run({}, [1, 1], {})
        run.trouble = trouble
        said, wrong = plain.judge(lines, cores, run)
        good = verdict in said and bool(wrong) == (verdict != "right, 2 lines")
        yield f"plain: {verdict}", good, f"seen {said!r}, {wrong!r}"


if __name__ == "__main__":
    sys.exit(run_results("scaling", lambda folder: results()))
