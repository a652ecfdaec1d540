"""`make submit`: one archive of the exercise files of a lab, and of what identifies this tree.

Said first: a given file that was changed, which counts for nothing, since grading is with the given
files as released; an exercise file that is as handed out; a kernel that does not build.
"""
import argparse
import os
import subprocess
import sys

from build import Kernel, build_kernels
from course import ROOT, labs, settings
from handed_out import changed_given, digest, file_digest, given_digests, handed_out, read_manifest
from submission import foreign_includes, write_archive


def git_says(*arguments):
    """A line from git; '' where it has nothing to say."""
    try:
        run = subprocess.run(["git", "-C", str(ROOT), *arguments], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True)
    except FileNotFoundError:
        return ""
    return run.stdout.strip() if run.returncode == 0 else ""


def submitted_labs(lab):
    """The labs whose files judge this one: its own; where the course says so, or it has an exercise
    without files, those before it too."""
    earlier = settings()["EARLIER"] == "own" or not all(exercise.files for exercise in lab.exercises)
    return [other for other in labs() if other is lab or (earlier and other.number < lab.number)]


def collect(some):
    """{exercise file: content} of these labs."""
    files = {f"{lab.folder}/{name}": lab.own_path(name) for lab in some for name in lab.files}
    missing = [name for name, path in files.items() if not path.is_file()]
    if missing:
        sys.exit(f"missing: {', '.join(missing)}; git checkout {missing[0]} brings back what you committed last")
    foreign = [line for lab in some for line in foreign_includes(ROOT, lab)]
    if foreign:
        sys.exit("an exercise file includes headers, by their names alone:\n  " + "\n  ".join(foreign))
    return {name: path.read_bytes() for name, path in files.items()}


def notes(lab, given):
    """What the student should know before it is sent, a line each."""
    for path, what in given:
        yield f"{path}: {what}; it counts for nothing, you are graded with the files as released"
    for name in lab.files:
        if file_digest(lab.own_path(name)) == handed_out(lab, name):
            yield f"{lab.folder}/{name}: as it was handed out"
    base = "all" if settings()["EARLIER"] == "own" else "own"
    kernel = Kernel(lab.number, base)
    error = build_kernels([kernel], lambda *state: None)[kernel].error
    if error:
        yield f"the kernel does not build, and what does not build earns nothing: {error}"


def main():
    parser = argparse.ArgumentParser(description="An archive of the exercise files.")
    parser.add_argument("--lab", type=int, required=True)
    parser.add_argument("--typed-in", default=".", help="the folder from which the archive's path is to be said")
    options = parser.parse_args()
    number = options.lab
    manifest = read_manifest()
    if manifest is None:
        sys.exit("make submit is for a student's tree; this is the course's own")
    lab = next(lab for lab in labs() if lab.number == number)
    files, given = collect(submitted_labs(lab)), list(changed_given())
    for note in notes(lab, given):
        print(f"note: {note}")
    identity = {"course": manifest["course"], "lab": number, "release": manifest["release"],
                "name": git_says("config", "user.name"), "email": git_says("config", "user.email"),
                "commit": git_says("rev-parse", "HEAD"), "committed": not git_says("status", "--porcelain", "--", *files),
                "changed": [f"{path}: {what}" for path, what in given], "given": given_digests(manifest, number),
                "files": {name: digest(content) for name, content in files.items()}}
    path = ROOT / "build" / "submit" / f"lab{number}.tar.xz"
    write_archive(path, files, identity)
    print(f"{os.path.relpath(path, os.path.realpath(options.typed_in))}: {len(files)} exercise files of lab {number}, release {manifest['release']}")


if __name__ == "__main__":
    main()
