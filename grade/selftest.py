"""The grader's own tests: a fake QEMU that behaves, lies, crashes or hangs as a case tells it to,
and the verdict that each case must get. Markers and the renderer are tested on small texts.

As a program: runs them all; its last line is `N passed, N failed`.
"""
import os
import sys
import tempfile
import time
from pathlib import Path

import machine
from course import Test
from machine import Job, run_jobs
from markers import MarkerError, render_exercise, return_type, find_bodies
from own_tests import run_results
from records import parse_records
from selftest_beliefs import check_beliefs
from selftest_races import check_races
from selftest_submission import check_submissions
from selftest_tree import check_tree
from verdict import judge

# The fake machine: `tell` writes one record, the case's own lines decide what is told. Called with
# QEMU's arguments.
FAKE = '''#!{python}
import os, signal, sys, time
line = " ".join(sys.argv)
results = line.split("id=results,path=")[1].split()[0]
nonce = line.split("opt/corey/nonce,string=")[1].split()[0]
test = line.split("cmdline,string=")[1].split("test=")[1].split()[0]
console = line.split("-serial file:")[1].split()[0]
open(console, "w").write("Corey\\nlast words of the console\\n")
out = open(results, "w")
count = 0
def tell(kind, data, origin="k", nonce=nonce, sequence=None):
    global count
    sequence = count if sequence is None else sequence
    out.write(f"@{{nonce}} {{sequence}} 0 {{origin}} {{kind}} {{data}}\\n"); out.flush()
    count = sequence + 1
def start(): tell("start", '{{"test":"%s"}}' % test)
def good(): tell("pass", '{{"test":"%s"}}' % test)
def end(status=33): tell("end", '{{"count":%d}}' % count); sys.exit(status)
{cases}
'''

# (case, what the machine does, the verdict's kind, a text that the verdict must contain)
CASES = [
    ("good", "start(); good(); end()", "pass", ""),
    ("metric", "start(); tell('metric', '{}', 'u'); good(); end()", "pass", ""),
    ("no_pass", "start(); end()", "missing record", "no `pass`"),
    ("clean_exit", "sys.exit(33)", "missing record", "no record at all"),
    ("early_exit", "start(); sys.exit(33)", "missing record", "not `end`"),
    ("other_test", "start(); tell('pass', '{\"test\":\"other\"}'); end()", "missing record", ""),
    ("forged", "start(); tell('pass', '{\"test\":\"forged\"}', nonce='guess'); count=1; end()",
     "missing record", "no `pass`"),
    ("from_ring3", "start(); tell('pass', '{\"test\":\"from_ring3\"}', 'u'); end()",
     "missing record", "no `pass`"),
    ("end_from_ring3", "start(); tell('end', '{\"count\":1}', 'u'); good(); end()", "pass", ""),
    ("gap", "start(); count += 1; good(); end()", "missing record", "record 1 is missing"),
    ("repeated", "start(); good(); tell('pass', '{}', sequence=1); end()", "missing record",
     "record 2 is missing (found 1)"),
    ("after_end", "start(); good(); tell('end', '{\"count\":2}'); good(); sys.exit(33)",
     "missing record", "follows `end`"),
    ("garbled", "start(); tell('pass', '{test}'); end()", "missing record", "garbled"),
    ("count", "start(); good(); tell('end', '{\"count\":7}'); sys.exit(33)", "missing record",
     "counts 7"),
    ("wrong_status", "start(); good(); end(35)", "mismatch", "no reason"),
    ("mismatch", "start(); tell('fail', '{\"kind\":\"mismatch\",\"file\":\"a.c\",\"line\":3,"
     "\"what\":\"x\",\"expected\":4,\"seen\":5}'); end(35)", "mismatch", "expected 4"),
    ("leak", "start(); tell('fail', '{\"kind\":\"leak\",\"file\":\"a.c\",\"line\":3,"
     "\"what\":\"pages\",\"expected\":0,\"seen\":2}'); end(35)", "leak", "seen     2"),
    ("fail_then_pass", "start(); tell('fail', '{\"kind\":\"mismatch\",\"what\":\"y\"}', 'u'); "
     "good(); end()", "mismatch", "y"),
    ("panic", "start(); tell('panic', '{\"what\":\"broken: z\",\"at\":\"f+0x2 a.c:9\"}'); "
     "tell('backtrace', '{\"calls\":[\"f+0x2 a.c:9\",\"main+0x7 b.c:1\"]}'); end(37)", "panic", "main+0x7 b.c:1"),
    ("panic_hole", "start(); tell('panic', '{\"what\":\"broken: z\",\"at\":\"f+0x2 a.c:9\"}'); "
     "tell('hole', '{\"exercise\":\"9.9\"}'); end(39)", "panic", "  f+0x2 a.c:9\n  met while"),
    ("hole_panic", "start(); tell('hole', '{\"exercise\":\"9.9\"}'); tell('panic', '{\"what\":\"z\"}'); end(39)",
     "not written yet", "9.9"),
    ("fault_hole", "start(); tell('hole', '{\"exercise\":\"9.9\",\"trap\":\"#PF (cr2 0x8)\",\"at\":\"f a.c:3\",\"mistake\":true}');"
     " end(39)", "fault", "#PF (cr2 0x8) at f a.c:3\n  met while"),
    ("trap_hole", "start(); tell('hole', '{\"exercise\":\"9.9\",\"trap\":\"#BP\",\"at\":\"f a.c:3\",\"mistake\":false}'); "
     "end(39)", "not written yet", "on the way of #BP at f a.c:3"),
    ("no_such", "tell('unknown', '{\"what\":\"none; the nearest name is one\"}'); end(35)", "no such test", "nearest"),
    ("shown", "start(); tell('shown', '{\"text\":\"a picture\"}'); tell('fail', '{\"kind\":\"mismatch\",\"file\":\"a.c\","
     "\"line\":3,\"what\":\"x\",\"expected\":4,\"seen\":5}'); end(35)", "mismatch", "a picture\n  expected 4"),
    ("mute_panic", "start(); sys.exit(37)", "panic", "last words"),
    ("fault", "start(); tell('fault', '{\"program\":\"init\",\"what\":\"page fault\"}'); end(35)",
     "fault", "page fault"),
    ("hole", "start(); tell('hole', '{\"exercise\":\"9.9\"}'); end(39)", "not written yet", "9.9"),
    ("early_hole", "tell('hole', '{\"exercise\":\"9.9\"}', nonce='-'); sys.exit(39)",
     "not written yet", "9.9"),
    ("forged_hole", "start(); tell('hole', '{\"exercise\":\"9.9\"}', nonce='-'); count=1; end(39)",
     "missing record", "status 39"),
    ("hole_ring3", "start(); tell('hole', '{\"exercise\":\"9.9\"}', 'u'); end(35)",
     "not written yet", "9.9"),
    ("hole_ring3_pass", "start(); tell('hole', '{\"exercise\":\"9.9\"}', 'u'); good(); end()",
     "pass", ""),
    ("triple", "start(); sys.exit(0)", "triple fault", "reset"),
    ("boot", "time.sleep(0.1); sys.exit(35)", "boot", "last words"),
    ("slow", "start(); time.sleep(60)", "time-out", "last words"),
    ("killed", "start(); os.kill(os.getpid(), signal.SIGSEGV)", "machine", "status -11"),
]


def check_verdicts(folder):
    """Every case at once, two machines at a time."""
    qemu = folder / "qemu"
    cases = "\n".join(f"if test == {name!r}: {code}" for name, code, _, _ in CASES)
    qemu.write_text(FAKE.format(python=sys.executable, cases=cases))
    qemu.chmod(0o755)
    machine.QEMU = str(qemu)
    verdicts = {}
    jobs = [Job(Path("/dev/null"), Test(name, 1, seconds=1 if name == "slow" else 20),
                folder / name) for name, _, _, _ in CASES]
    run_jobs(jobs, lambda job, outcome: verdicts.update({job.test.name: judge(job.test, outcome)}),
             scale=1.0)
    for name, _, kind, saying in CASES:
        verdict = verdicts[name]
        text = "\n".join([verdict.summary, *verdict.detail])
        yield (f"verdict {name}", verdict.kind == kind and saying in text,
               f"expected {kind} saying {saying!r}, got {verdict}")


def judge_one(folder, name, exercise="", **options):
    """One case again, under other options of the test."""
    found = []
    run_jobs([Job(Path("/dev/null"), Test(name, 1, **options), folder / "again")],
             lambda job, outcome: found.append(judge(job.test, outcome, exercise)), scale=1.0)
    return found[0]


def check_options(folder):
    """Expected endings, holes of another exercise, a missing QEMU."""
    expected = judge_one(folder, "panic", expect="panic", saying="broken: z")
    yield "expected panic passes", expected.passed, str(expected)
    other = judge_one(folder, "panic", expect="panic", saying="something else")
    yield "another panic does not", other.kind == "mismatch", str(other)
    good = judge_one(folder, "good", expect="panic")
    yield "no panic where one is expected", good.kind == "mismatch", str(good)
    blocked = judge_one(folder, "hole", exercise="2.1")
    yield "another's hole blocks", (blocked.kind, blocked.hole) == ("blocked", "9.9"), str(blocked)
    own = judge_one(folder, "hole", exercise="9.9", expect="panic")
    yield "one's own hole is not written yet", own.kind == "not written yet", str(own)
    machine.QEMU = str(folder / "absent")
    absent = judge_one(folder, "good")
    yield "missing QEMU", absent.kind == "machine" and "absent" in absent.summary, str(absent)


def check_interrupt(folder):
    """An exception while machines run leaves none behind."""
    machine.QEMU = str(folder / "qemu")

    class Stop(Exception):
        pass

    def stop(job, outcome):
        raise Stop

    before = time.monotonic()
    pids = []
    original = machine.Machine.__init__

    def note(self, job, scale):
        original(self, job, scale)
        pids.append(self.process.pid)

    machine.Machine.__init__ = note
    try:
        run_jobs([Job(Path("/dev/null"), Test(name, 1, seconds=30), folder / f"stop-{name}")
                  for name in ("slow", "good")], stop, slots=2, scale=1.0)
        stopped = False
    except Stop:
        stopped = True
    finally:
        machine.Machine.__init__ = original
    alive = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    yield ("an interrupted run leaves no process", stopped and len(pids) == 2 and not alive
           and time.monotonic() - before < 20, f"alive: {alive}")


def check_command_lines(folder):
    """Cores in the kernel's words and in QEMU's, on a host of two cores."""
    real = machine.host_cores
    machine.host_cores = lambda: 2
    try:
        for cores, words, said, accelerator, busy in (
                (1, "", "test=t", "tcg", 1), (2, "", "cores=2 test=t", "tcg", 2),
                (4, "", "cores=4 test=t", "tcg,thread=single", 1),
                (1, "run=a,b", "run=a,,b", "tcg", 1), (2, "run=a b", "cores=2 run=a b", "tcg", 2)):
            test = Test("t", cores=cores)
            line = machine.command_line(Job(Path("/dev/null"), test, folder, words))
            seen = (line[-1].split("string=")[1], line[line.index("-accel") + 1],
                    line[line.index("-smp") + 1], machine.host_share(test))
            yield (f"command line: {said} on {cores} cores",
                   seen == (said, accelerator, str(cores), busy), str(seen))
    finally:
        machine.host_cores = real


def check_slots(folder):
    """A machine that keeps two host cores busy runs beside no other; of the others two at a time."""
    real, most, running = machine.host_cores, {}, []
    machine.host_cores = lambda: 2
    original = machine.Machine.__init__

    def note(self, job, scale):
        original(self, job, scale)
        running.append(job)
        for one in running:
            most[one.test.name] = max(most.get(one.test.name, 0), len(running))

    machine.Machine.__init__ = note
    machine.QEMU = str(folder / "qemu")
    try:
        run_jobs([Job(Path("/dev/null"), Test(name, cores=cores), folder / f"slots-{name}")
                  for name, cores in (("good", 1), ("boot", 4), ("gap", 2), ("count", 1))],
                 lambda job, outcome: running.remove(job), scale=1.0)
    finally:
        machine.Machine.__init__, machine.host_cores = original, real
    yield ("machines side by side", most == {"good": 2, "boot": 2, "gap": 1, "count": 1}, str(most))


SOLUTION = """int *
thing_find(int key)
{
    int seen = 0;
    /* BEGIN 2.1 */
    seen = key;
    /* END 2.1 */
    return 0;
}
"""


def check_markers():
    rendered = render_exercise("a.c", SOLUTION)
    yield "a body becomes its hole", rendered == SOLUTION.replace(
        "/* BEGIN 2.1 */\n    seen = key;\n    /* END 2.1 */", 'hole("2.1");'), rendered
    assembly = render_exercise("a.asm", "f:\n    ; BEGIN 1.1\n    ret\n    ; END 1.1\n")
    yield "the same in nasm", assembly == 'f:\n    HOLE "1.1"\n', assembly
    lines = SOLUTION.splitlines()
    kind = return_type(lines, find_bodies("a.c", lines)[0])
    yield "the type around a body", kind == "int *", str(kind)
    for name, text in (("END alone", "/* END 2.1 */\n"), ("BEGIN alone", "/* BEGIN 2.1 */\n"),
                       ("no body", "int x;\n"), ("empty body", "/* BEGIN 2.1 */\n/* END 2.1 */\n"),
                       ("nested", "/* BEGIN 2.1 */\n/* BEGIN 2.1 */\n"),
                       ("long body", "/* BEGIN 2.1 */\n" + "x\n" * 41 + "/* END 2.1 */\n")):
        try:
            find_bodies("a.c", text.splitlines())
            yield f"refused: {name}", False, text
        except MarkerError:
            yield f"refused: {name}", True, ""
    run = parse_records("@n 0 0 k start {}\nnoise\n@m 1 0 k pass {}\n", "n")
    yield "foreign lines are counted", (len(run.records), run.foreign) == (1, 2), str(run)


def run_selftest():
    """(name, passed, detail) for every test."""
    real = machine.QEMU
    with tempfile.TemporaryDirectory(prefix="corey-selftest-") as made:
        folder = Path(made)
        try:
            yield from check_markers()
            yield from check_beliefs()
            yield from check_races()
            yield from check_submissions()
            yield from check_verdicts(folder)
            yield from check_options(folder)
            yield from check_interrupt(folder)
            yield from check_command_lines(folder)
            yield from check_slots(folder)
            yield from check_tree(folder)
        finally:
            machine.QEMU = real


if __name__ == "__main__":
    sys.exit(run_results("selftest", lambda folder: run_selftest()))
