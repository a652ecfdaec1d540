"""`make release LAB=N OUT=DIR`: the tree that students get, of labs 1 to N, as one commit.

DIR is new, or a tree that an earlier release made, in which a student has worked since. There the
student's exercise files stay as they are, committed or not; a given file that the student has changed
stays too, and where the course has changed it as well, the student's lies beside the new one as
FILE.yours. Labs are added, never taken away.

What is released is what git tracks here, less solutions/ from lab N on and what only staff need.
"""
import argparse
import json
import subprocess
import sys
from pathlib import Path

from course import LAST_LAB, ROOT, labs, settings
from handed_out import MANIFEST, SOURCES, digest, file_digest, read_manifest, release_name, rendered
from misconceptions import DATA, known
from race.race import SOURCES as RACE_SOURCES, lab_of

# What of grade/ a student's tree needs; the check `release` finds what is imported and not here.
GRADER = ("bochs.py", "build.py", "compile_commands.py", "course.mk", "course.py", "debug.py", "grade.py", "handed_out.py", "hint.py", "machine.py", "markers.py",
          "misconceptions.py", "positions.py", "progress.py", "races.py", "records.py", "report.py", "resets.py", "scores.py", "submission.py", "submit.py",
          "trials.py", "verdict.py")
# Folders of grade/, and the first lab that has a use for them.
FOLDERS = {"race": 1, "manycore": 5, "linux": 5, "bench": 5}
OWN_README = "grade/student/README.md"
STAFF_ONLY = (".ci/", "README.md", "grade/", "solutions/")  # what is wanted of these is said below


def git(folder, *arguments, given=None):
    """What git prints in a folder; its complaint ends the program."""
    run = subprocess.run(["git", "-C", str(folder), *arguments], input=given, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(f"git {arguments[0]} in {folder}: {run.stderr.strip()}")
    return run.stdout


def is_of_races(path, last):
    """Of grade/race/: is a file part of a test that judges exercises of labs 1 to `last`, or of none in particular?"""
    tests = [test for test, sources in RACE_SOURCES.items() if path in (f"grade/race/{test}.c", *sources)]
    return not tests or any(0 < lab_of(test) <= last for test in tests)


def is_released(path, last):
    """Does a tracked file stand in the tree of labs 1 to `last` as it stands here?"""
    parts = Path(path).parts
    top = parts[0]
    if top == "grade" and len(parts) == 2:
        return parts[1] in GRADER or parts[1] in [f"lab{n}.py" for n in range(1, last + 1)]
    if top == "grade":
        name = parts[-1]
        if name.startswith("test_") or parts[2] in ("matrix.py", "test") or last < FOLDERS.get(parts[1], LAST_LAB + 1):
            return False
        return is_of_races(path, last)
    if top == "solutions":
        return settings()["EARLIER"] == "reference" and int(parts[1][len("lab")]) < last
    if top.startswith("lab") and top[len("lab")].isdigit():
        return int(top[len("lab")]) <= last
    return not path.startswith(STAFF_ONLY)


def untracked(last):
    """Sources that would be built here and are no part of a release, for git does not track them."""
    others = git(ROOT, "ls-files", "-z", "--others", "--exclude-standard", "lab*", "grade").split("\0")
    return [path for path in filter(None, others) if Path(path).suffix in SOURCES | {".py"} and is_released(path, last)]


def release_files(last):
    """({path: content} of a release, its manifest's text included; the paths of the exercise files)."""
    tracked = git(ROOT, "ls-files", "-z").split("\0")
    files = {path: (ROOT / path).read_bytes() for path in filter(None, tracked)
             if is_released(path, last) and (ROOT / path).is_file()}
    exercises = {f"{lab.folder}/{name}": rendered(lab, name)
                 for lab in labs() if lab.number <= last for name in lab.files}
    files.update({path: text.encode() for path, text in exercises.items()})
    readme = (ROOT / OWN_README).read_text(encoding="utf-8")
    held = "lab 1" if last == 1 else f"labs 1 to {last}"
    for name, text in (("@COURSE@", settings()["COURSE"]), ("@LABS@", held), ("@LAB@", str(last))):
        readme = readme.replace(name, text)
    files["README.md"] = readme.encode()
    files[DATA] = (json.dumps([m for m in known() if m["lab"] <= last], indent=1) + "\n").encode()
    digests = {path: digest(content) for path, content in sorted(files.items())}
    manifest = {"course": settings()["COURSE"], "lab": last, "release": release_name(digests),
                "exercises": sorted(exercises), "files": digests}
    files[MANIFEST] = (json.dumps(manifest, indent=1) + "\n").encode()
    return files, set(exercises)


def put_aside(path):
    """Keeps a student's file beside what takes its place; the name that it has there."""
    kept = path.with_name(path.name + ".yours")
    number = 2
    while kept.exists():
        kept = path.with_name(f"{path.name}.yours{number}")
        number += 1
    path.rename(kept)
    return kept.name


def place(out, path, content, was, exercises):
    """Writes one file of the release where that takes nothing from the student: ('written', 'same' or
    'kept', what is to be said of it)."""
    target = out / path
    now, new = file_digest(target), digest(content)
    if now == new:
        return "same", ""
    note = ""
    if now not in ("", was):  # the student's
        if path in exercises or was == new:
            changed = path in exercises and was not in ("", new)
            return "kept", f"{path} is new; yours stays" if changed else ""
        note = f"{path} is new; yours is {put_aside(target)} beside it"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    if (ROOT / path).is_file():
        target.chmod((ROOT / path).stat().st_mode & 0o777 | 0o600)
    return "written", note


def remove_old(out, files, old):
    """Removes what this release has no more and nobody changed; the paths."""
    gone = [path for path, was in old["files"].items() if path not in files and file_digest(out / path) == was]
    for path in gone:
        (out / path).unlink()
    return gone


def commit(out, last, name, paths):
    """One commit that holds these paths and nothing else that lies or waits there; None if that
    changes nothing."""
    listed = "\0".join(paths)
    git(out, "add", "-f", "--all", "--pathspec-from-file=-", "--pathspec-file-nul", given=listed)
    if not git(out, "diff", "--cached", "--name-only", "--", *paths):
        return None
    course = settings()["COURSE"]
    git(out, "-c", f"user.name={course}", "-c", "user.email=course@localhost", "-c", "commit.gpgsign=false",
        "commit", "-q", "--no-verify", "-m", f"Lab {last} of {course}, release {name}", "--only",
        "--pathspec-from-file=-", "--pathspec-file-nul", given=listed)
    return git(out, "rev-parse", "--short", "HEAD").strip()


def open_tree(out, last):
    """The manifest of the tree at `out`, which is made where there is none: (manifest, is it new?)."""
    old = read_manifest(out) if out.is_dir() else None
    if old is None:
        if out.exists() and any(path.name != ".git" for path in out.iterdir()):
            sys.exit(f"{out} is neither empty nor a tree that a release made")
        if not (out / ".git").exists():
            out.mkdir(parents=True, exist_ok=True)
            git(out, "init", "-q", "-b", "main")
        return {"files": {}, "lab": 0}, True
    if not (out / ".git").exists():
        sys.exit(f"{out} has no history: a release adds a commit to one")
    if old["lab"] > last:
        sys.exit(f"{out} holds labs 1 to {old['lab']}: a release takes none away")
    if (out / ".git" / "MERGE_HEAD").exists():
        sys.exit(f"{out}: a merge is under way there; finish it first")
    return old, False


def release(last, out):
    old, fresh = open_tree(out, last)
    files, exercises = release_files(last)
    done = {"written": [], "same": [], "kept": []}
    order = [path for path in files if path != MANIFEST] + [MANIFEST]  # last: until then the old one counts
    own = {**old["files"], MANIFEST: file_digest(out / MANIFEST)}  # nobody's but the release's
    for path in order:
        what, note = place(out, path, files[path], own.get(path, ""), exercises)
        done[what].append(path)
        if note:
            print(f"  {note}")
    gone = remove_old(out, files, old)
    known_to_git = set(git(out, "ls-files", "-z").split("\0"))
    name = json.loads(files[MANIFEST])["release"]
    made = commit(out, last, name, done["written"] + done["same"] + [path for path in gone if path in known_to_git])
    print(f"{out}: " + (f"lab{'s 1 to' * (last > 1)} {last}, release {name}, commit {made}" if made else
                        "nothing has changed since the last release")
          + ("" if fresh else f"; {len(done['kept'])} files of the student's stay as they are"))


def main():
    parser = argparse.ArgumentParser(description="The tree that students get.")
    parser.add_argument("--lab", type=int, required=True, choices=[lab.number for lab in labs()])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if not all(lab.solved for lab in labs()):
        sys.exit("a release is made from a tree with all of solutions/")
    forgotten = untracked(options.lab)
    if forgotten:
        sys.exit(f"a release holds what git tracks, and not {', '.join(forgotten)}: git add, or take it away")
    release(options.lab, options.out.resolve())


if __name__ == "__main__":
    main()
