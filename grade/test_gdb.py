"""Tests of `make gdb`, with commands from a pipe: what it stops at, knows and says, and the way back. `test_gdb.py`; ends with
`N passed, N failed`."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from course import ROOT
from own_tests import hear_interrupts, run_tests

SECONDS = 120  # in which gdb, told what to do, has done it
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def make(*words, commands=(), interrupt_at=None):
    """What `make` with these words prints, gdb's commands read from a pipe; where it prints `interrupt_at`, somebody types
    Ctrl-C a second later. Nothing of it may be left."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.Popen(["make", "-C", ROOT, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, start_new_session=True, env={**os.environ, "TMPDIR": folder},
                               preexec_fn=hear_interrupts)
        said = ""
        try:
            if interrupt_at:
                while interrupt_at not in said:
                    said += run.stdout.readline()
                try:
                    run.wait(1)
                except subprocess.TimeoutExpired:
                    os.killpg(run.pid, signal.SIGINT)
            said += run.communicate("\n".join([*commands, ""]), timeout=SECONDS)[0]
        finally:
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGTERM)
                run.wait()
        assert not os.listdir(folder), os.listdir(folder)
    return said


def mistaken(name, right, wrong, interrupt_at=None, commands=()):
    """What gdb says of a kernel of lab 1 with a mistake in one exercise file, at the end of its recorded run."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "lab1-boot"
        shutil.copytree(ROOT / "solutions/lab1-boot", tree)
        text = (tree / name).read_text()
        assert text.count(right) == 1, f"{name} is not what it was"
        (tree / name).write_text(text.replace(right, wrong))
        return make("gdb", "LAB=1", "BASE=all", f"TREE={folder}", "TEST=page_free_home", "BACK=1", interrupt_at=interrupt_at,
                    commands=commands)


def expect(said, *patterns):
    """Each pattern comes, one after the other."""
    at = 0
    for pattern in patterns:
        found = re.compile(pattern, re.S).search(said, at)
        assert found, f"{pattern} does not come in: {said[at:][-1500:]}"
        at = found.end()


@test
def stops_at_the_test_and_knows_the_kernel():
    said = make("gdb", "LAB=1", "TEST=page_free_home", commands=["backtrace 2", "corey boot", "corey pages", "help corey"])
    expect(said, r"console: \S+/console\.txt", r"test_page_free_home \(\)\s+at lab1-boot/test/page\.c:\d+", r"#1 .* test_run",
           r"command line: ", r"screen: 80 x 25 characters", r"639\.0 KiB  ram", r"KiB  kernel",
           r"\d+ free\n", r"core 0: a list of \d{5}, first frame 0x", r"corey boot -- .*corey pages -- ")
    assert "Reading symbols" not in said, said


@test
def knows_the_way_from_the_boot_sector_on():
    steps = ["corey boot", "corey pages", "thbreak processor_check", "continue", "thbreak *protected_enter", "continue",
             "thbreak enter_long_mode", "continue", "continue"]
    expect(make("gdb", "LAB=1", commands=steps), r"cannot reach the kernel", r"cannot reach the kernel",
           r"processor_check \(\)\s+at \S+/boot/firmware\.inc:\d+", r"protected_enter \(\)\s+at \S+/boot/modes\.inc:\d+",
           r"enter_long_mode \(\)\s+at \S+/lab1-boot/long_mode\.asm:\d+", r"kernel_main \(.*?\)\s+at lab1-boot/given/main\.c:\d+")


@test
def shows_cores_as_threads():
    said = make("gdb", "LAB=5", "CPUS=2", "TEST=tree_cores_copy_on_write_on_2", commands=["info threads"])
    expect(said, r"CPU#0.*test_tree_cores_copy_on_write_on_2", r"CPU#1")


@test
def goes_back_from_a_panic_to_the_write_that_caused_it():
    said = mistaken("page_list.c", "    page->kind = PAGE_FREE;", "    page[0].kind = page[1].kind = PAGE_FREE;", commands=[
        "backtrace", "frame function memory_map_pages", "watch page_table_all[2].kind", "reverse-continue", "backtrace 1",
        "print (long)(&page_table_all[2] - page)", "reverse-stepi", "print page_table_all[2].kind == PAGE_FREE"])
    expect(said, r"machine_off", r"panic \(", r"page_add \(frame=", r"watchpoint \d+: page_table_all\[2\]\.kind",
           r"#0 .*page_list_give \(page=", r"\$1 = 1\n", r"page\[1\]\.kind = PAGE_FREE", r"\$2 = 0\n")


@test
def goes_back_from_a_triple_fault():
    said = mistaken("long_mode.asm", "mov     cr3, eax", "mov     cr3, esp",
                    commands=["info registers cr3", "reverse-stepi", "reverse-stepi", "info registers rip"])
    expect(said, r"enter_long_mode \(\)\s+at \S+long_mode\.asm:\d+\s+\d+\s+mov +cr0, eax", r"The machine reset itself here", r"cr3 ", r"or +eax, CR0_PG",
           r"mov +eax, cr0", r"<enter_long_mode\+\d+>")


@test
def goes_back_from_where_no_code_can_be_read():
    said = mistaken("long_mode.asm", "or      eax, EFER_LME | EFER_NXE", "or      eax, EFER_NXE",
                    commands=["reverse-stepi", "reverse-stepi"])
    expect(said, r"The machine reset itself here", r"there is no memory where its next instruction should be",
           r"mov +cr0, eax", r"or +eax, CR0_PG")


@test
def goes_back_in_a_kernel_that_went_round():
    said = mistaken("page_list.c", "    list->count++;", "    for (;;)\n        list->count++;",
                    interrupt_at="recording", commands=["delete", "reverse-stepi", "backtrace 1"])
    expect(said, r"page_list_give \(page=", r"#0 .*page_list_give")


@test
def refuses_what_cannot_be_played_again():
    expect(make("gdb", "LAB=5", "CPUS=2", "BACK=1"), "only the run of one core can be played again")


if __name__ == "__main__":
    raise SystemExit(run_tests(TESTS))
