"""`this looks like: …`: what the author of a mistake probably believed.

A mutant of grade/mutants/ whose head says what it `fails` leaves these verdicts among the tests of
its exercise. A student's exercise that fails just so, and like no other mutant of it, is told what
that mutant's author believed. A student's tree has no mutants, only what is known of them, in DATA.
"""
import json
import re

from course import ROOT

DATA = "grade/misconceptions.json"
FIELD = re.compile(r"^(?:/\*| \*) (exercise|believed|fails): (.*?)(?: \*/)?$", re.MULTILINE)
FAILURE = re.compile(r"(\w+) \(([\w -]+)\)")


def read_fails(text):
    """{test: verdict's kind} from a head's words: `page_free_home (mismatch), page_cores (panic)`."""
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


def belief(exercise, failed):
    """What somebody whose `exercise` failed so, {test: verdict's kind}, seems to believe; '' if no
    mutant of it, or more than one, fails just so."""
    alike = [m["believed"] for m in known() if m["exercise"] == exercise and m["fails"] == failed]
    return alike[0] if failed and len(alike) == 1 else ""
