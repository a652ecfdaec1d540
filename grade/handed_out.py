"""What a student's tree was handed out as: grade/released.json, which every release writes anew.

It names each file of the release with its digest, so that a tree can tell an exercise file that
nobody has touched, and a given file that somebody has changed. The course's own tree has none: what
it would hand out, solutions/ tell.

    handed_out.py --before N    which labs before N have been worked on, whose files the kernel of lab N
                                alone does not take
"""
import hashlib
import json
import re
import sys
from pathlib import Path

from course import LAST_LAB, ROOT, labs
from markers import render_exercise

MANIFEST = "grade/released.json"
SOURCES = {".c", ".h", ".asm", ".inc", ".S", ".ld", ".def"}
LAB_FOLDER = re.compile(r"lab[1-7]-")
SHORT = 16  # digits of a digest that are enough between honest trees
SHOWN = 3  # files that a line names


def digest(content):
    return hashlib.sha256(content).hexdigest()


def file_digest(path):
    """'' where there is no such file."""
    return digest(path.read_bytes()) if path.is_file() else ""


def release_name(files):
    """A short name for what a release holds: {path: digest}."""
    return digest(json.dumps(files, sort_keys=True).encode())[:12]


def read_manifest(tree=ROOT):
    """{course, lab, release, files: {path: digest}, exercises: [path]} of a student's tree; None of
    any other."""
    path = Path(tree) / MANIFEST
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def rendered(lab, name):
    """What the exercise file of a lab whose solution is here should hold."""
    path = lab.solution_path(name)
    return render_exercise(path.relative_to(ROOT), path.read_text(encoding="utf-8"))


def handed_out(lab, name):
    """The digest of an exercise file as this tree hands it out or was handed it; '' if unknown."""
    manifest = read_manifest()
    if manifest:
        return manifest["files"].get(f"{lab.folder}/{name}", "")
    return digest(rendered(lab, name).encode()) if lab.solved else ""


def is_untouched(lab, tree=ROOT):
    """Are a tree's exercise files of a lab just as they were handed out?"""
    return bool(lab.files) and all(
        file_digest(lab.own_path(name, tree)) == handed_out(lab, name) != "" for name in lab.files)


def changed_given(tree=ROOT):
    """What was done to the files that a release gave and nobody is to change: (path, what)."""
    manifest = read_manifest(tree)
    for path, was in sorted(manifest["files"].items()):
        now = file_digest(tree / path)
        if path not in manifest["exercises"] and now != was:
            yield path, "changed" if now else "removed"
    for lab in labs():
        for path in sorted((tree / lab.folder).rglob("*")):
            name = str(path.relative_to(tree))
            if path.is_file() and path.suffix in SOURCES and name not in manifest["files"]:
                yield name, "not of the course"


def given_digests(manifest, last=LAST_LAB):
    """{path: a digest, cut short} of the sources that a release gave in the folders of labs 1 to `last`."""
    return {path: was[:SHORT] for path, was in manifest["files"].items() if LAB_FOLDER.match(path) and int(path[len("lab")]) <= last
            and Path(path).suffix in SOURCES and path not in manifest["exercises"]}


def given_elsewhere(given):
    """Which of these, as given_digests has them of another tree, are not so in this one."""
    if not isinstance(given, dict):
        return []
    return sorted(path for path, was in given.items() if LAB_FOLDER.match(path) and ".." not in path
                  and file_digest(ROOT / path)[:SHORT] != was)


def note_changed():
    """In a student's tree, a line where given files are not as handed out; README files are no part of what judges."""
    changed = [f"{path} {what}" for path, what in (changed_given() if read_manifest() else ())
               if not path.endswith(".md")]
    if changed:
        more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        print(f"not as handed out: {', '.join(changed[:SHOWN])}{more}; you are graded with the course's")


def warn_before(number):
    """A line for each earlier lab whose edited files are not in this kernel."""
    for lab in labs():
        if lab.number < number and lab.files and not is_untouched(lab):
            print(f"note: your files of {lab.folder} are not in this kernel (OWN=1 takes them)")


if __name__ == "__main__":
    warn_before(int(sys.argv[sys.argv.index("--before") + 1]))
