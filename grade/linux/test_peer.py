"""Tests the Linux peer: `test_peer.py`. Its archive, its kernel's symbols, platform.h with threads and with
processes on this host and in booted machines, right answers, and ends of every kind.

Ends with `N passed, N failed`.
"""
import subprocess
import sys
from pathlib import Path

GRADE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(GRADE), str(GRADE / "bench")]

from answers import answers, places_of
from archive import CONSOLE, NULL, Node, make_archive
from count import build_plugin, plugin_argument, read_regions
from inputs import make_book
from machine import FAILED, HOLE, PASSED, run_jobs
from own_tests import run_findings
from peer import MODES, STATIC, PeerJob, build_programs, peer_job, prepare, program_runs, trouble_in
from symbols import entries_file, read_symbols

BOOK = "/books/kjv.txt"
UNITS = ["test_linux memory", "test_linux team", "test_linux print"]
EXPERIMENTS = ["memclone", "mempass", "locks", "calls", "forks"]  # each checks its own work
SEGMENT_FAULT = 128 + 11
STEPS, STEP_LEAST, NEARLY = 1 << 24, 6, 0.001  # of private.c, as test_count.py has them


def read_archive(archive):
    """{name: (mode, content, device)} of an archive in cpio's format newc; an exception where it is not that."""
    found, at = {}, 0
    while True:
        if archive[at:at + 6] != b"070701":
            raise ValueError(f"no entry at {at}")
        number = [int(archive[place:place + 8], 16) for place in range(at + 6, at + 110, 8)]
        mode, size, device, named = number[1], number[6], (number[9], number[10]), number[11]
        name = archive[at + 110:at + 110 + named]
        begin = (at + 110 + named + 3) & ~3
        if name[-1:] != b"\0" or begin + size > len(archive):
            raise ValueError(f"the entry at {at} is cut off")
        if name == b"TRAILER!!!\0":
            return found
        found[name[:-1].decode()] = (mode, archive[begin:begin + size], device)
        at = (begin + size + 3) & ~3


def check_archive():
    """Whatever the lengths of names and contents, and in whatever order they are given."""
    files = {f"/some/folder/{'n' * size}": Node(0o100644, bytes(range(size))) for size in range(1, 9)}
    files.update({"/init": Node(0o100755, b"\x7fELF"), "/empty": Node(0o100644), "/dev/console": CONSOLE,
                  "/dev/null": NULL})
    archive = make_archive(files)
    found = read_archive(archive)
    expected = {path[1:]: (node.mode, node.content, node.device) for path, node in files.items()}
    folders = {name: (0o40755, b"", (0, 0)) for name in ("some", "some/folder", "dev")}
    order = list(found)
    yield ("an archive holds what it was given",
           "" if found == {**expected, **folders} else f"expected {expected}, seen {found}")
    early = [name for name in order if "/" in name and order.index(name.rsplit("/", 1)[0]) > order.index(name)]
    yield "a folder comes before its files", " ".join(early)
    again = make_archive(dict(reversed(list(files.items()))))
    yield "equal contents make equal archives", "" if again == archive else "the bytes differ"


def check_limits(peer, folder):
    """What Linux would not take is refused before it boots."""
    for what, commands, options in (("many programs", ["wc a"] * 40, {}), ("long ones", ["wc " + "a" * 1000] * 2, {}),
                                    ("quotes", ['wc "a"'], {}), ("a mode", ["wc a"], {"mode": "fibres"})):
        try:
            peer_job(peer, commands, folder, **options).arguments()
            yield f"{what}: refused", "taken"
        except ValueError:
            yield f"{what}: refused", ""


def check_symbols():
    """The entries are code of the kernel's, of each kind."""
    lines = [line.split() for line in entries_file().read_text().splitlines()]
    outside = [address for address, _ in lines if not 0xffffffff81000000 <= int(address, 16) < 0xffffffffa0000000]
    yield "entries lie in the kernel", " ".join(outside)
    missing = {"system_call", "trap", "interrupt"} ^ {kind for _, kind in lines}
    yield "entries are of three kinds", " ".join(missing)
    yield "System.map has code and data", " ".join({"clear_page_rep", "do_exit", "init_mm"} - set(read_symbols()))


def check_host():
    """platform.h's promises on this host, with a processor for each core and without."""
    for mode in (0, 1):
        for cores in (1, 2, 5):
            for command in UNITS:
                environment = {"CORES": str(cores), "PROCESSES": str(mode), "RESULTS": "/dev/null"}
                ran = subprocess.run([STATIC / command.split()[0], command.split()[1]], env=environment, timeout=100,
                                     stdin=subprocess.DEVNULL, capture_output=True, text=True)
                printed = sorted(ran.stdout.splitlines())
                right = sorted(["once"] + [f"core {core}" for core in range(cores)]) if "print" in command else []
                yield (f"{command} on {cores} {MODES[mode]} of this host",
                       "" if ran.returncode == 0 and printed == right
                       else f"status {ran.returncode}: {printed} {ran.stderr}")


class EmptyJob(PeerJob):
    """A boot that asks init for nothing."""

    def kernel_line(self):
        return super().kernel_line().split(" -- ")[0]


def judge_answers(job, outcome, expected):
    """Right answers, from all cores, in both programs."""
    trouble = trouble_in(job, outcome)
    if trouble:
        return trouble
    for run in program_runs(job, outcome):
        program = run.command.split()[0]
        if program in expected and run.lines != expected[program]:
            return f"{run.command}: {len(run.lines)} lines that are not the {len(expected[program])} right ones"
        if "print" in run.command and sorted(run.lines)[-1:] != ["once"] or len(set(run.lines)) != len(run.lines):
            return f"{run.command}: {run.lines}"
        cores = [record.data["value"] for record in run.records.of_kind("metric") if record.data["name"] == "cores"]
        if (program in expected or program in EXPERIMENTS) and cores != [job.test.cores]:
            return f"{run.command}: {cores} have worked"
    return ""


def judge_bad_ends(job, outcome):
    """Each program has ended as it must, the one that fares well included; the machine says that one has failed."""
    runs = program_runs(job, outcome)
    expected = {"test_linux crash": SEGMENT_FAULT, "test_linux lost": SEGMENT_FAULT, "test_linux fail": 1,
                "test_linux leave": int(job.mode == "processes"),
                "test_linux nothing": 2, "no_such_program": 127, "test_linux team": 0}
    wrong = [f"{run.command}: {run.status}" for run in runs if run.status != expected[run.command]]
    kept = [run.command for run in runs if run.records.of_kind("metric")]
    if kept != ["test_linux crash", "test_linux lost", "test_linux team"]:
        wrong.append(f"records of {kept} only")
    if (outcome.status, outcome.records.missing) != (FAILED, ""):
        wrong.append(f"QEMU's status {outcome.status} {outcome.records.missing}")
    return " ".join(wrong or ([] if trouble_in(job, outcome) else ["no trouble was seen"]))


def judge_hole(job, outcome):
    found = outcome.records.first("hole")
    return "" if outcome.status == HOLE and found and found.data == {"exercise": "7.7"} else f"{outcome}"


def judge_panic(job, outcome):
    """A machine whose kernel panics ends by itself, and not well."""
    said = "Kernel panic" in " ".join(outcome.console)
    return "" if said and outcome.status not in (None, PASSED) else f"{outcome}"


def judge_counts(job, outcome):
    """The markers of private.c begin and end its loop, which is the same on each core."""
    regions = read_regions(job.folder / "counts")
    user = [processor["user"] for processor in regions[0]] if regions else []
    right = len(user) == job.test.cores and min(user) >= STEPS * STEP_LEAST and max(user) <= min(user) * (1 + NEARLY)
    return trouble_in(job, outcome) or ("" if right else f"instructions {user}")


def boots(peer, folder, text):
    """(name, job, what judges it)."""
    places = places_of(text)
    expected = {program: list(answers(program, places)) for program in ("wc", "wri")}
    bad = ["crash", "lost", "fail", "leave", "nothing"]
    for mode in MODES:
        yield (f"answers on 2 cores, {mode}",
               peer_job(peer, [f"wc {BOOK}", f"wri {BOOK}", "test_map_reduce job", *UNITS, *EXPERIMENTS],
                        folder / mode, 2, mode=mode),
               lambda job, outcome: judge_answers(job, outcome, expected))
        yield (f"bad ends, {mode}",
               peer_job(peer, [*(f"test_linux {name}" for name in bad), "no_such_program", "test_linux team"],
                        folder / f"{mode}-bad", 2, memory=256, mode=mode), judge_bad_ends)
        yield (f"16 cores in turns, {mode}", peer_job(peer, UNITS, folder / f"{mode}-16", 16, memory=512, mode=mode),
               lambda job, outcome: judge_answers(job, outcome, expected))
    yield "a hole", peer_job(peer, ["test_linux hole"], folder / "hole", memory=256), judge_hole
    panic = peer_job(peer, [], folder / "panic", memory=256)
    yield "a panic", EmptyJob(**vars(panic)), judge_panic
    counted = peer_job(peer, ["private"], folder / "counted", 2, memory=256)
    counted.plugin = plugin_argument(build_plugin(), counted.folder / "counts")
    yield "markers are seen", counted, judge_counts


def check_boots(folder):
    book = make_book()
    peer = prepare("test", build_programs(), {BOOK: book})
    yield from check_limits(peer, folder)
    planned, troubles = list(boots(peer, folder, book.read_bytes())), []
    names = {job.folder: (name, judge) for name, job, judge in planned}

    def done(job, outcome):
        name, judge = names[job.folder]
        troubles.append((f"{name} ({outcome.seconds:.0f} s)", judge(job, outcome)))

    run_jobs([job for _, job, _ in planned], done)
    yield from troubles


def check_all(folder):
    yield from check_archive()
    yield from check_symbols()
    yield from check_boots(folder)
    yield from check_host()


if __name__ == "__main__":
    sys.exit(run_findings("linux", check_all))
