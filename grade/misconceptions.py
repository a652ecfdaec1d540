"""`this looks like: …`: what the author of a mistake probably believed.

A mutant of grade/mutants/ whose head says what it `fails` leaves these verdicts among the tests of
its exercise. A student's exercise that fails just so, and like no mutant of it with another belief, is
told what that mutant's author believed. Tests that could not judge it, since another exercise is not
written or something is not here, are left out on both sides. A student's tree has no mutants, only what
is known of them, in DATA.
"""
import json
import re

from course import ROOT

DATA = "grade/misconceptions.json"
FIELD = re.compile(r"^(?:/\*| \*) (exercise|believed|fails): (.*?)(?: \*/)?$", re.MULTILINE)
FAILURE = re.compile(r"(\w+) \(([^()]+)\)")


def read_fails(text):
    """{test: Verdict.failure} from a head's words: `page_free_home (mismatch), page_cores (panic)`."""
    return dict(FAILURE.findall(text))


def known():
    """[{lab, exercise, believed, fails}] of all mutants that say what they fail."""
    if (ROOT / DATA).is_file():
        return json.loads((ROOT / DATA).read_text(encoding="utf-8"))
    found = []
    for path in sorted((ROOT / "grade" / "mutants").glob("*.c")):
        head = dict(FIELD.findall(path.read_text(encoding="utf-8").split("*/")[0] + "*/"))
        if "fails" in head:
            found.append({"lab": int(head["exercise"].split(".")[0]), "exercise": head["exercise"],
                          "believed": head["believed"], "fails": read_fails(head["fails"])})
    return found


UNJUDGED = ("blocked", "skipped")
ALIKE = {"fault": "panic"}  # what a fault is called where 1.4, which makes it a panic, is not written yet


def belief(exercise, verdicts):
    """What somebody seems to believe whose `exercise` was judged so: {test: Verdict.failure}, of all its tests; '' if
    no mutant of it fails just so, or several do that believe different things."""
    judged = {test: ALIKE.get(kind, kind) for test, kind in verdicts.items() if kind not in UNJUDGED}
    failed = {test: kind for test, kind in judged.items() if kind != "pass"}
    alike = {mutant["believed"] for mutant in known() if mutant["exercise"] == exercise
             and failed == {test: ALIKE.get(kind, kind) for test, kind in mutant["fails"].items() if test in judged}}
    return alike.pop() if failed and len(alike) == 1 else ""
