"""A submission: an archive of exercise files and `submission.json`, which says whose they are and which
tree they were written in. `make submit` writes one, `make grade TREE=archive` reads it.

An archive comes from somebody else: of it only the exercise files of the course are unpacked, plain and
small, whatever else it holds.
"""
import io
import json
import re
import sys
import tarfile
from pathlib import Path

from build import BUILD
from course import labs
from handed_out import digest

IDENTITY = "submission.json"
LARGEST = 1 << 20  # bytes of a file
INCLUDE = re.compile(r'^\s*[#%]\s*(include|incbin|include_next|embed)\b\s*(.*?)\s*$')
BY_NAME = re.compile(r'^["<]([\w]+(?:\.[\w]+)*)[">]\s*(?:/[/*].*|;.*)?$')


def write_archive(path, files, identity):
    """The same files make the same bytes: no time, no owner."""
    everything = {**files, IDENTITY: (json.dumps(identity, indent=1) + "\n").encode()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:xz") as archive:
        for name, content in sorted(everything.items()):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))


def read_archive(path):
    """({exercise file: content}, identity) of an archive."""
    wanted = {f"{lab.folder}/{name}" for lab in labs() for name in lab.files} | {IDENTITY}
    found = {}
    with tarfile.open(path) as archive:
        for member in archive:
            name = member.name[2:] if member.name.startswith("./") else member.name
            if name in wanted and member.isfile() and member.size <= LARGEST:
                found[name] = archive.extractfile(member).read()
    try:
        identity = json.loads(found.pop(IDENTITY, b"{}"))
    except ValueError:
        identity = {}
    return found, identity if isinstance(identity, dict) else {}


def open_tree(path):
    """(the tree whose exercise files are to be graded, identity): a folder itself, an archive unpacked."""
    if path.is_dir():
        return path, {}
    try:
        files, identity = read_archive(path)
    except (OSError, tarfile.TarError) as error:
        sys.exit(f"{path} is neither a tree nor an archive of make submit: {error}")
    if not files:
        sys.exit(f"{path} holds no exercise file of this course")
    folder = BUILD / "submissions" / digest(path.read_bytes())[:16]
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.read_bytes() != content:
            target.write_bytes(content)
    return folder, identity


def foreign_includes(tree, lab):
    """Lines of a tree's exercise files that include something else than a header by its name alone:
    where the solutions lie beside, `#include "../solutions/…"` would be full marks."""
    for name in lab.files:
        path = lab.own_path(name, tree)
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace").replace("\\\n", "")
        for line in text.splitlines():
            match = INCLUDE.match(line)
            named = match and BY_NAME.match(match.group(2))
            if match and not (named and named.group(1).endswith((".h", ".inc", ".def"))) or re.search(r"\.?incbin", line):
                yield f"{lab.folder}/{name}: {line.strip()}"


def describe(identity):
    """Whose a submission is, in a line; '' where nothing is known."""
    if not identity:
        return ""
    known = {name: str(identity.get(name) or "?")[:80] for name in ("name", "email", "release", "commit")}
    return "submission of {name} <{email}>, written in release {release}, commit {commit}".format(**known)
