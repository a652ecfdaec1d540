"""Misfortunes of a grading, provoked for real: with QEMU and the kernel of lab 1 as they are.

Said of each is what happened, never that the kernel is wrong; and nothing stays behind.

As a program: its last line is `N passed, N failed`.
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from build import Kernel, build_kernels
from course import ROOT, Test, labs
from grade import own_column
from machine import Job, run_jobs
from own_tests import hear_interrupts, run_tests
from verdict import judge

TEST = labs()[0].exercises[0].tests[0].name
WAIT = 100  # seconds for something that must come


def start_grading(*arguments, **environment):
    """As in the folder of lab 1, for somebody who has solved it."""
    return subprocess.Popen([sys.executable, "-B", str(ROOT / "grade" / "grade.py"), "--folder", "1",
                             "--tree", str(ROOT / "solutions"), *arguments],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env={**os.environ, **environment}, start_new_session=True,
                            preexec_fn=hear_interrupts)


def machines_of(grading):
    """{pid: command line} of the machines that a grading has started and that still run."""
    found = {}
    for children in Path(f"/proc/{grading.pid}/task").glob("*/children"):
        try:
            for pid in children.read_text().split():
                command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
                if "opt/corey/nonce" in command:
                    found[int(pid)] = command
        except OSError:
            continue  # it ended meanwhile
    return found


def wait_for(what, condition):
    """What condition() gives, as soon as it is anything."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.005)
    raise AssertionError(f"{what} did not come within {WAIT} seconds")


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def interrupt(number):
    """Ends a grading while machines run: none of them is left, and nothing is said that looks like a grade."""
    grading = start_grading()
    try:
        pids = wait_for("a machine", lambda: machines_of(grading))
        os.kill(grading.pid, number)
        said, _ = grading.communicate(timeout=WAIT)
    finally:
        grading.kill()
    assert grading.returncode not in (0, None, -9), grading.returncode
    assert "interrupted" in said and "score" not in said and "Traceback" not in said, said
    left = [pid for pid in pids if is_running(pid)]
    assert not left, f"still running: {left}"


def test_interrupted():
    """As soon as a machine is there, when the grader may not yet have noted it: several times."""
    for _ in range(3):
        interrupt(signal.SIGINT)


def test_terminated():
    for _ in range(3):
        interrupt(signal.SIGTERM)


def test_two_gradings_at_once():
    """Each has a folder of its own, and both say what one alone says."""
    with tempfile.TemporaryDirectory(prefix="corey-failures-") as made:
        results = [Path(made) / f"{number}.json" for number in range(2)]
        gradings = [start_grading("--test", "boot_*", "--json", str(path)) for path in results]
        folders = [set() for _ in gradings]

        def look():  # at both each time: either may be through while the other begins
            for seen, grading in zip(folders, gradings):
                seen.update(command.split("id=results,path=")[1].split("/lab1/")[0] for command in machines_of(grading).values())
            return all(folders)

        wait_for("a machine of each", look)
        for grading in gradings:
            said, _ = grading.communicate(timeout=WAIT)
            assert grading.returncode == 0, said
        assert not {str(Path(f).parent) for f in folders[0]} & {str(Path(f).parent) for f in folders[1]}, folders
        found = [json.loads(path.read_text())["tests"] for path in results]
        assert all(row["verdict"] == "pass" for rows in found for row in rows) and len(found[0]) == len(found[1]) > 3


def test_no_qemu():
    grading = start_grading("--test", TEST, QEMU="/nowhere/qemu")
    said, _ = grading.communicate(timeout=WAIT)
    assert grading.returncode == 1 and f"{TEST}: machine: No such file or directory: /nowhere/qemu" in said, said


def test_qemu_that_fails():
    """An emulator that refuses its arguments is told in its own words."""
    with tempfile.TemporaryDirectory(prefix="corey-failures-") as made:
        program = Path(made) / "qemu"
        program.write_text("#!/bin/sh\nexec qemu-system-x86_64 -no-such-option \"$@\"\n")
        program.chmod(0o755)
        grading = start_grading("--test", TEST, QEMU=str(program))
        said, _ = grading.communicate(timeout=WAIT)
    assert grading.returncode == 1 and f"{TEST}: machine: " in said and "-no-such-option: invalid option" in said, said


FULL = """
mkdir -p "$1" && mount -t tmpfs -o size=64k none "$1" && head -c "$2" /dev/zero > "$1/filler"
exec "$3" -B -c "$4" "$1" "$5"
"""
ON_FULL = f"""
import sys
sys.path.insert(0, {str(ROOT / 'grade')!r})
from pathlib import Path
from build import Kernel
from course import Test
from progress import Progress
from trials import Trial, run_trials
test = Test(sys.argv[2])
for verdict, _ in run_trials([Trial("full", Kernel(1), "", test)], Path(sys.argv[1]), Progress()).values():
    print(verdict.kind, verdict.summary)
"""


def way_to_mount():
    """The command under which this user may mount something that no other process sees; None: there is none, as
    within some containers."""
    with tempfile.TemporaryDirectory(prefix="corey-failures-") as made:
        for options in ("-rm", "-m"):
            command = ["unshare", options]
            if subprocess.run([*command, "mount", "-t", "tmpfs", "none", made], stderr=subprocess.DEVNULL).returncode == 0:
                return command
    return None


def on_full_disk(way, free):
    """The verdict's words where so many bytes are free for what a machine leaves: on a file system in memory."""
    with tempfile.TemporaryDirectory(prefix="corey-failures-") as made:
        run = subprocess.run([*way, "sh", "-ec", FULL, "sh", f"{made}/full", str((64 << 10) - free),
                              sys.executable, ON_FULL, TEST], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_full_disk():
    """Before the machine starts, and when it wants to write what the kernel says: neither is the kernel's fault."""
    way = way_to_mount()
    if not way:
        print("full disk: skipped, this user may mount nothing here")
        return
    for free, said in ((0, "machine No space left on device"), (4096, "machine the disk is full: "), (32 << 10, "pass")):
        seen = on_full_disk(way, free)
        assert seen.startswith(said), f"{free} bytes free: {seen}"


def test_hang_in_the_loader():
    """A loader that stops at its first instruction: a time-out that says how far it came."""
    image = build_kernels([Kernel(1)], lambda *state: None)[Kernel(1)].image
    content = bytearray(image.read_bytes())
    content[512:514] = b"\xeb\xfe"  # jmp $: the loader lies behind the boot sector
    found = []
    with tempfile.TemporaryDirectory(prefix="corey-failures-") as made:
        hanging = Path(made) / "disk.img"
        hanging.write_bytes(content)
        run_jobs([Job(hanging, Test(TEST, seconds=2), Path(made) / "run")],
                 lambda job, outcome: found.append(judge(job.test, outcome)))
    assert found[0].kind == "time-out" and "the test never began" in found[0].summary, found


def test_what_is_not_there():
    """A file, a lab's folder, a tree at all: which it is, in a line."""
    first, second = labs()[:2]
    with tempfile.TemporaryDirectory(prefix="corey-failures-") as made:
        tree, empty = Path(made) / "tree", Path(made) / "empty"
        shutil.copytree(ROOT / "solutions" / first.folder, tree / first.folder)
        empty.mkdir()
        (tree / first.folder / "page_list.c").unlink()
        absent = "lab1-boot/page_list.c: there is no such file"
        for folder, lab, texts in (
                (tree, 1, ("page_free_home and ", f" more: build: {absent}\n")),
                (tree, 2, (f"{tree} holds nothing of lab2-segments, only of lab 1: make -C lab1-boot grade TREE={tree}\n",)),
                (empty, 1, (f"{empty} is no tree of this course: it has no {first.folder}/{first.files[0]}, nor any",))):
            grading = start_grading("--test", "page_*", "--folder", str(lab), "--tree", str(folder))
            said, _ = grading.communicate(timeout=WAIT)
            missing = [text for text in texts if text not in said]
            assert grading.returncode == 1 and not missing and "build: make" not in said, (missing, said)
        options = argparse.Namespace(tree=str(tree), folder="", own=False, mode="", chosen=False, wanted=lambda name: True)
        assert own_column("this tree", second, options).state == "not handed in"
        assert own_column("this tree", first, options).trials


if __name__ == "__main__":
    sys.exit(run_tests([test_interrupted, test_terminated, test_two_gradings_at_once, test_no_qemu,
                        test_qemu_that_fails, test_what_is_not_there, test_full_disk, test_hang_in_the_loader]))
