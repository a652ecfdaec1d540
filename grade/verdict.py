"""Why a test failed: one verdict from what its machine left behind.

The order of the questions is the order of causes: a hole explains everything after it, a panic
explains a missing record, and only a run that ended well, said `pass` for this very test and lost
no record has passed. A hole in ring 3 ends its program, not the machine: there it explains a test
that failed, and no other ending.
"""
from dataclasses import dataclass, field

from course import exercise_of_hole, handout_section
from machine import FAILED, HOLE, PANIC, PASSED

TAIL = 6  # lines of console shown with a verdict that has nothing better


@dataclass
class Verdict:
    """`kind` is one of: pass, not written yet, blocked, build, boot, panic, fault, triple fault,
    time-out, mismatch, leak, missing record, machine. `summary` is one line, `detail` more."""
    kind: str
    summary: str = ""
    detail: list = field(default_factory=list)
    hole: str = ""

    @property
    def passed(self):
        return self.kind == "pass"


def judge(test, outcome, exercise=""):
    """The verdict on one run of `test`, which belongs to `exercise` ('' for given code)."""
    verdict = judge_run(test, outcome)
    if verdict.hole and exercise and verdict.hole != exercise:
        return Verdict("blocked", f"blocked by {verdict.hole}", hole=verdict.hole)
    if test.expect == "pass" or verdict.hole:
        return verdict
    return judge_expected(test, verdict)


def judge_expected(test, verdict):
    """For a test that must end badly: pass if it ended just so."""
    said = "\n".join([verdict.summary] + verdict.detail)
    if verdict.kind == test.expect and test.saying in said:
        return Verdict("pass")
    wanted = test.expect + (f' saying "{test.saying}"' if test.saying else "")
    seen = verdict.kind + (f": {verdict.summary}" if verdict.summary else "")
    return Verdict("mismatch", f"expected {wanted}, seen {seen}", verdict.detail)


def judge_run(test, outcome):
    """The verdict as if every test had to pass."""
    run = outcome.records
    if outcome.trouble:
        return Verdict("machine", outcome.trouble)
    hole = run.first("hole")
    if hole and outcome.status == (HOLE if hole.origin == "k" else FAILED):
        return judge_hole(hole)
    panic = run.first("panic", "k")
    if panic or outcome.status == PANIC:
        return judge_panic(panic, outcome)
    fail = run.first("fail")
    stood = [f"  {line}" for line in outcome.positions]
    if fail:
        verdict = judge_fail(fail, run)
        verdict.detail += stood
        return verdict
    if outcome.timed_out:
        begun = has_begun(test, run)
        return Verdict("time-out", f"no end after {outcome.seconds:.0f} seconds"
                       + ("" if begun else "; the test never began"),
                       stood + console_tail(outcome))
    passed = any(r.data.get("test") == test.name for r in run.of_kind("pass", "k"))
    if outcome.status == PASSED and passed and not run.missing:
        return Verdict("pass")
    fault = run.first("fault", "k")
    if fault:
        return Verdict("fault", describe_fault(fault))
    return judge_end(test, outcome, passed)


def judge_hole(record):
    number = str(record.data.get("exercise"))
    lab, exercise = exercise_of_hole(number)
    if not exercise:
        return Verdict("not written yet", f"exercise {number}", hole=number)
    files = ", ".join(f"{lab.folder}/{name}" for name in exercise.files)
    return Verdict("not written yet",
                   f"exercise {number}, {exercise.title}, in {files}"
                   f" (handout: {handout_section(lab, number)})", hole=number)


def judge_panic(record, outcome):
    if not record:
        return Verdict("panic", "the kernel stopped without a record", console_tail(outcome))
    trace = [f"  {frame}" for frame in record.data.get("backtrace", [])]
    return Verdict("panic", str(record.data.get("what")), trace)


def judge_fail(record, run):
    """A check that found something else than it should, or a leak."""
    data = record.data
    kind = "leak" if data.get("kind") == "leak" else "mismatch"
    summary = f"{data.get('file')}:{data.get('line')}: {data.get('what')}"
    detail = []
    if "expected" in data:
        detail = [f"  expected {data['expected']}", f"  seen     {data.get('seen')}"]
    detail += [f"  before it: {describe_fault(fault)}"
               for fault in run.of_kind("fault", "k") if fault.sequence < record.sequence]
    return Verdict(kind, summary, detail)


def has_begun(test, run):
    """Has the kernel come as far as the test?"""
    return any(record.data.get("test") == test.name for record in run.of_kind("start", "k"))


def judge_end(test, outcome, passed):
    """The verdict on a run that reported nothing wrong and still has not passed."""
    run, status = outcome.records, outcome.status
    started = has_begun(test, run)
    if status == 0:
        return Verdict("triple fault", "the machine reset itself" if started else
                       "the machine reset itself before the test began", console_tail(outcome))
    if status < 0 or status not in (PASSED, FAILED, PANIC, HOLE):
        return Verdict("machine", f"QEMU ended with status {status}", console_tail(outcome))
    if not started and status != PASSED:
        return Verdict("boot", "the test never began", console_tail(outcome))
    if status == FAILED:
        return Verdict("mismatch", "the kernel reports a failure and no reason",
                       console_tail(outcome))
    why = run.missing or ("" if passed else f"no `pass` record of {test.name}")
    if status != PASSED:
        why = f"the machine ended with status {status}" + (f"; {why}" if why else "")
    return Verdict("missing record", f"the machine ended early: {why}", console_tail(outcome))


def describe_fault(record):
    return f"program {record.data.get('program')}: {record.data.get('what')}"


def console_tail(outcome):
    """The console's last lines."""
    return [f"  | {line}" for line in outcome.console[-TAIL:]]
