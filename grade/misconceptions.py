"""`this looks like: …`: what the author of a mistake probably believed.

A mutant of grade/mutants/ whose head says what it `fails` leaves these verdicts among the tests of
its exercise: `mismatch`, or with the check that found it `mismatch; broke P1: taken`, which says more. A
student's exercise that fails just so, and like no mutant of it with another belief, is told what that
mutant's author believed. Tests that could not judge it, since another exercise is not
written or something is not here, are left out on both sides. A student's tree has no mutants, only what
is known of them, in DATA.
"""
import json
import re

from course import ROOT

DATA = "grade/misconceptions.json"
FIELD = re.compile(r"^(?:/\*| \*) (exercise|believed|fails): (.*?)(?: \*/)?$", re.MULTILINE)
WORDS = r"[^()]+"
for _ in range(4):  # C's brackets in brackets
    WORDS = rf"(?:[^()]|\({WORDS}\)|\(\))+"
FAILURE = re.compile(rf"(\w+) \(({WORDS})\)")


def read_fails(text):
    """{test: what its Verdict.failure begins with} from a head's words: `page_free_home (mismatch), page_cores (panic)`."""
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


def agrees(failure, said):
    """Whether a Verdict.failure is what a head says of it. A panic is a fault where 1.4 is not written yet, and says
    nothing else there."""
    if failure == "fault":
        return said.split("; ")[0] in ("fault", "panic")
    return f"{failure}; ".startswith(f"{said}; ")


def fails_so(failed, fails):
    """Whether just the tests failed, {test: Verdict.failure}, that a head names, as it says."""
    return failed.keys() == fails.keys() and all(agrees(failed[test], said) for test, said in fails.items())


def belief(exercise, verdicts):
    """What somebody seems to believe whose `exercise` was judged so: {test: Verdict.failure}, of all its tests; '' if
    no mutant of it fails just so, or several do that believe different things."""
    judged = {test: failure for test, failure in verdicts.items() if failure not in UNJUDGED}
    failed = {test: failure for test, failure in judged.items() if failure != "pass"}
    alike = {mutant["believed"] for mutant in known() if mutant["exercise"] == exercise
             and fails_so(failed, {test: said for test, said in mutant["fails"].items() if test in judged})}
    return alike.pop() if failed and len(alike) == 1 else ""
