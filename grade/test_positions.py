"""Tests of where the cores of a late machine stand, and of what began a triple fault, on real machines.
`test_positions.py`; ends with `N passed, N failed`."""
import re
import socket
import tempfile
from dataclasses import replace
from pathlib import Path

import positions
from build import Kernel, build_kernels, run_folder
from course import ROOT, Test, labs
from machine import Job, host_cores, run_jobs
from own_tests import run_tests
from progress import Progress
from trials import Trial, run_trials
from variants import write_tree
from verdict import judge

TESTS = []
NO_TABLE = 'static const uint64_t none[2]; __asm__ volatile("lidt %0; ud2" ::"m"(none));'
NEVER = Test("never", seconds=6, cores=2)  # no kernel has a test of that name: it stays at its prompt


def test(function):
    TESTS.append(function)
    return function


def judged(image, words, cores=2):
    """The verdict on a machine that gets nowhere."""
    verdicts = []
    with tempfile.TemporaryDirectory() as folder:
        run_jobs([Job(image, replace(NEVER, cores=cores), Path(folder), words=words)],
                 lambda job, outcome: verdicts.append(judge(job.test, outcome)))
    assert verdicts[0].kind == "time-out", verdicts
    return verdicts[0].detail


def long_mode_with(before, after):
    """A kernel whose step to long mode has one piece of text replaced."""
    lab = labs()[0]
    exercise = lab.exercises[0]
    text = lab.solution_path(exercise.files[0]).read_text()
    assert text.count(before) == 1, before
    return Kernel(1, "own", exercise.number, write_tree("position", lab, {exercise.files[0]: text.replace(before, after)}))


@test
def a_boot_sector_that_goes_round():
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "disk.img"
        image.write_bytes(b"\xeb\xfe".ljust(510, b"\0") + b"\x55\xaa" + bytes(1 << 20))  # jmp $
        detail = judged(image, "")
    assert detail[0] == "  core 0: 0x7c00, in the boot sector, given/boot/boot.asm, real mode", detail
    assert detail[1].startswith("  core 1: halted, 0x"), detail  # where the firmware has it wait to be started
    assert "in the firmware" in detail[1] or "in low memory" in detail[1], detail


@test
def a_step_to_long_mode_that_goes_round():
    """Code of the kernel that is linked at its physical address has a name, and the mode is said."""
    kernel = long_mode_with("mov     cr0, eax", "jmp     $")
    built = build_kernels([kernel], lambda *state: None)[kernel]
    assert not built.error, built.error
    detail = judged(built.image, "quiet", cores=1)
    assert "enter_long_mode" in detail[0] and detail[0].endswith("32-bit code, PAE LME NXE on, PG off"), detail


def page_lists_with(statement):
    """A kernel that executes the statement before it takes a list's lock."""
    lab = labs()[0]
    texts = {name: lab.solution_path(name).read_text() for name in lab.files}
    texts["page_list.c"] = texts["page_list.c"].replace("    ticket_lock(", f"    {statement}\n    ticket_lock(")
    return Kernel(1, "own", tree=write_tree("position-page", lab, texts))


def verdicts_on(kernel, tests):
    """([verdict], how many machines were started) of these tests of lab 1 on a kernel."""
    trials = [Trial("position", kernel, "1.1", wanted) for wanted in tests]
    with run_folder() as folder:
        results = run_trials(trials, folder, Progress())
    return [results[trial][0] for trial in trials], sum(seconds > 0 for _, seconds in results.values())


@test
def a_kernel_that_hangs_before_it_knows_the_test():
    """Hangs for each: after two that have done so, none is started."""
    tests = [replace(one, seconds=2) for exercise in labs()[0].exercises[:3] for one in exercise.tests if not one.host]
    verdicts, started = verdicts_on(long_mode_with("jmp     CODE64:long_mode_start", "jmp     $"), tests)
    assert len(verdicts) > 8 and 2 <= started <= 1 + host_cores(), started
    assert {verdict.failure for verdict in verdicts} == {"time-out; 32-bit code, PG PAE LME NXE on"}, verdicts


@test
def a_kernel_that_hangs_where_it_knows_the_test():
    """May do so for some tests and not for others: each is booted."""
    tests = [Test(name, seconds=2) for name in ("page_free_home", "page_free_twice", "page_alloc_home", "boot_long_mode")]
    verdicts, started = verdicts_on(page_lists_with("for (;;);"), tests)
    assert started == 4 and [verdict.kind for verdict in verdicts] == ["time-out"] * 3 + ["pass"], verdicts


@test
def what_began_a_triple_fault():
    """Is told: with its exception, its place, and what of long mode was on."""
    (verdict,), _ = verdicts_on(long_mode_with("EFER_LME | ", ""), [Test("boot_long_mode")])
    assert verdict.failure == "triple fault; 32-bit code, PG PAE NXE on, LME off", verdict
    assert re.match(r"  it began with #PF at address 0x\w+ \(error code 0x\w+\) in 0x\w+, enter_long_mode long_mode.asm:\d+, 32-bit",
                    verdict.detail[0]), verdict


@test
def a_triple_fault_in_the_kernel():
    """Is told by the kernel's names alone."""
    (verdict,), _ = verdicts_on(page_lists_with(NO_TABLE), [Test("page_free_home")])
    assert verdict.failure == "triple fault" and re.match(
        r"  it began with #UD \(error code 0x\w+\) in page_list_\w+ page_list.c:\d+$", verdict.detail[0]), verdict


@test
def addresses_in_words():
    layout = (ROOT / "lab1-boot/given/boot/layout.inc").read_text()
    for name, value in (("LOADER", "0x8000"), ("LOADER_SECTORS", "31"), ("STACK_TOP", "0x7c00")):
        assert re.search(rf"^{name}\s+equ {value}$", layout, re.M), name
    for address, mode, name, words in ((0x8010, "real mode", None, "in the loader: loader.asm, load.c and disk.c of given/boot, real mode"),
                                       (0xf1234, "real mode", None, "in the firmware, real mode"),
                                       (0x9000000, "", None, "where no code lies, not at the kernel's addresses"),
                                       (0x500, "32-bit code", None, "in low memory, in neither boot sector nor loader, 32-bit code"),
                                       (0x100040, "32-bit code", "boot_entry entry.asm:9", "boot_entry entry.asm:9, 32-bit code")):
        said = positions.place_of(address, mode, name)
        assert said == f"{address:#x}, {words}", said


@test
def a_kernel_at_its_prompt():
    kernel = Kernel(5)
    built = build_kernels([kernel], lambda *state: None)[kernel]
    assert not built.error, built.error
    detail = judged(built.image, "quiet")
    assert detail[0].startswith("  core 0: ") and " < kernel_run main.c:" in detail[0], detail
    assert detail[1].startswith("  core 1: halted, ") and " < core_idle core_work.c:" in detail[1], detail
    assert "0x" not in detail[0] + detail[1], detail


@test
def cores_that_stand_alike_share_a_line():
    states = {0: (False, 0, [1 << 63], ""), 1: (False, 3, [0x400000], ""), 2: (False, 3, [0x400000], "")}
    monitor = type("Canned", (), {"stacks": lambda self: states})()
    assert positions.positions(monitor, Path("/no/kernel")) == (["core 0: 0x8000000000000000",
                                                                 "cores 1 2: ring 3, at 0x400000"], "")


@test
def a_machine_that_says_nothing_has_no_positions():
    monitor = positions.Monitor()
    assert positions.positions(monitor, Path("/no/kernel")) == ([], "")  # nobody reads the other half
    monitor.theirs.shutdown(socket.SHUT_RDWR)
    assert positions.positions(monitor, Path("/no/kernel")) == ([], "")  # whoever had it is gone
    monitor.theirs.close()
    monitor.close()


if __name__ == "__main__":
    raise SystemExit(run_tests(TESTS))
