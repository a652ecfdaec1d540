"""Why a test failed: one verdict from what its machine left behind.

The order of the questions is the order of causes: a hole explains everything after it, a panic
explains a missing record, and only a run that ended well, said `pass` for this very test and lost
no record has passed. What is reported by way of a hole came before it: a panic whose backtrace
would be 1.5's, and a fault of the kernel that came in by a stub of 1.4. A hole in ring 3 ends its
program, not the machine: there it explains a test that failed, and no other ending.
"""
from dataclasses import dataclass, field

from course import exercise_of_hole, handout_section
from machine import FAILED, HOLE, PANIC, PASSED

TAIL = 6  # lines of console shown with a verdict that has nothing better
DETAIL_DIFFERS = ("time-out", "not written yet")  # where it stood, and on whose way: no other reason
LARGE = 1 << 32


@dataclass
class Verdict:
    """`kind` is one of: pass, not written yet, blocked, build, boot, panic, fault, triple fault,
    time-out, mismatch, leak, race, missing record, no such test, machine, skipped. `summary` is one
    line, `detail` more; `hole` is the exercise whose hole is the cause; `mode` is the processor's where a machine ended
    that had not come to 64-bit code (positions.py); `check` says what a test looked at that found
    something else than it should."""
    kind: str
    summary: str = ""
    detail: list = field(default_factory=list)
    hole: str = ""
    mode: str = ""
    check: str = ""

    @property
    def failure(self):
        """What tells one mistake from another: the kind; and the mode, or the check."""
        return "; ".join(filter(None, (self.kind, self.mode, self.check)))

    @property
    def reason(self):
        """What verdicts have in common whose cause is the same."""
        return (self.kind, self.summary, self.mode, *(() if self.kind in DETAIL_DIFFERS else self.detail))

    @property
    def passed(self):
        return self.kind == "pass"


def judge(test, outcome, exercise=""):
    """The verdict on one run of `test`, which belongs to `exercise` ('' for given code)."""
    verdict = judge_run(test, outcome)
    if verdict.hole and exercise and verdict.hole != exercise:
        return Verdict("blocked", f"blocked by {verdict.hole}", verdict.detail, hole=verdict.hole)
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
    hole, panic = run.first("hole"), run.first("panic", "k")
    if hole and outcome.status == (HOLE if hole.origin == "k" else FAILED):
        if panic and panic.sequence < hole.sequence:
            return judge_panic(panic, outcome, hole)
        return judge_hole(hole)
    if panic or outcome.status == PANIC:
        return judge_panic(panic, outcome)
    unknown = run.first("unknown", "k")
    if unknown:
        return Verdict("no such test", str(unknown.data.get("what")))
    fail = run.first("fail")
    stood = [f"  {line}" for line in outcome.positions]
    if fail:
        verdict = judge_fail(fail, run)
        verdict.detail += stood
        return verdict
    if outcome.timed_out:
        begun = has_begun(test, run)
        return Verdict("time-out", f"no end within {test.seconds} seconds"
                       + ("" if begun else "; the test never began"),
                       stood + console_tail(outcome), mode=outcome.mode)
    passed = any(r.data.get("test") == test.name for r in run.of_kind("pass", "k"))
    if outcome.status == PASSED and passed and not run.missing:
        return Verdict("pass")
    fault = run.first("fault", "k")
    if fault:
        return Verdict("fault", describe_fault(fault))
    return judge_end(test, outcome, passed)


def judge_hole(record):
    """A hole; or, where a mistake of the kernel's led into it, that mistake."""
    number, trap = str(record.data.get("exercise")), record.data.get("trap")
    at = f"{trap} at {record.data.get('at')}"
    if trap and record.data.get("mistake"):
        return Verdict("fault", at, [f"  {unwritten(number)}: it would say who called whom"])
    lab, exercise = exercise_of_hole(number)
    detail = [f"  on the way of {at}"] if trap else []
    if not exercise:
        return Verdict("not written yet", f"exercise {number}", detail, hole=number)
    files = ", ".join(f"{lab.folder}/{name}" for name in exercise.files)
    return Verdict("not written yet",
                   f"exercise {number}, {exercise.title}, in {files}"
                   f" (handout: {handout_section(lab, number)})", detail, hole=number)


def unwritten(number):
    return f"met while this was to be reported: exercise {number} is not written yet"


def judge_panic(record, outcome, hole=None):
    """A panic; `hole` is what was met when it was to be reported."""
    if not record:
        return Verdict("panic", "the kernel stopped without a record", console_tail(outcome))
    trace = [f"  {frame}" for calls in outcome.records.of_kind("backtrace", "k") for frame in calls.data.get("calls", [])]
    if not trace and record.data.get("at"):
        trace = [f"  {record.data['at']}"]
    if hole:
        trace.append(f"  {unwritten(str(hole.data.get('exercise')))}")
    return Verdict("panic", str(record.data.get("what")), trace)


def judge_fail(record, run):
    """A check that found something else than it should, or a leak."""
    data = record.data
    kind = "leak" if data.get("kind") == "leak" else "mismatch"
    summary = f"{data.get('file')}:{data.get('line')}: {data.get('what')}"
    detail = [f"  {shown.data.get('text')}" for shown in run.of_kind("shown", "k") if shown.sequence < record.sequence]
    if "expected" in data:
        detail += [f"  expected {number(data['expected'])}", f"  seen     {number(data.get('seen'))}"]
    detail += [f"  before it: {describe_fault(fault)}"
               for fault in run.of_kind("fault", "k") if fault.sequence < record.sequence]
    return Verdict(kind, summary, detail, check=str(data.get("what")))


def number(value):
    """As people read it: an address, or what else is no count, in hexadecimal digits."""
    return f"{value & (1 << 64) - 1:#x}" if isinstance(value, int) and not -LARGE < value < LARGE else str(value)


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
