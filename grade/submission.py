"""A submission: an archive of exercise files and `submission.json`, which says whose they are and which
tree they were written in. `make submit` writes one, `make grade TREE=archive` reads it. TREE=folder is a whole tree.

It comes from somebody else: of an archive and of a tree alike only the exercise files of the course are taken, plain
and small, into a folder of their own, so that no header beside them is found before the course's. And they may include
headers alone, by their names: beside solutions/, `#include "../solutions/..."` would be full marks.
"""
import io
import json
import lzma
import re
import sys
import tarfile
import zlib
from pathlib import Path

from build import BUILD
from course import labs
from handed_out import changed_given, digest, given_digests, given_elsewhere, read_manifest

IDENTITY = "submission.json"
LARGEST = 1 << 20  # bytes of a file
SHOWN = 3  # of the given files that a line names
# What brings another file in, wherever on its line it stands: this looks for more than a compiler would find, also in
# comments and texts, and so need not know where those end.
C_DIRECTIVE = re.compile(r"(?P<mark>#|%:|\?\?=)(?:[^\S\n]|\0)*(?:(?P<word>include|include_next|import|embed)\b|/)"
                         r"(?=(?P<rest>[^\n]*))")
NASM_DIRECTIVE = re.compile(r"(?P<mark>%)\s*\{?\s*(?P<word>include|use|require|pathsearch|depend)\b(?=(?P<rest>[^\n]*))", re.I)
BINARY = re.compile(r"\bincbin\b|\.include\b", re.I)  # of assemblers, in C within a text
CONTINUED = re.compile(r"\\[ \t\f\v\0]*(?:\r\n|\n|\r)")
C_NAME = re.compile(r"""\s*(?:"\w+(?:\.\w+)*\.(?:h|inc|def)"|<\w+(?:\.\w+)*\.h>)\s*(?:/\*[^/*]*\*/|//[^/*]*)?\s*""")
NASM_NAME = re.compile(r"""\s*(["'])\w+(?:\.\w+)*\.inc\1\s*(?:;.*)?""")


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


def identity_of_tree(path):
    """What a student's whole tree tells of itself; {} of any other."""
    try:
        manifest = read_manifest(path)
        return manifest and {"release": manifest["release"], "changed": [f"{name}: {what}" for name, what in changed_given(path)],
                             "given": given_digests(manifest)} or {}
    except (ValueError, KeyError, TypeError):
        return {}


def read_tree(path):
    """The same of a whole tree: its exercise files, but none that is a link to elsewhere."""
    found = {}
    for name in (f"{lab.folder}/{name}" for lab in labs() for name in lab.files):
        file = (path / name).resolve()
        if path in file.parents and file.is_file() and file.stat().st_size <= LARGEST:
            found[name] = file.read_bytes()
    return found, identity_of_tree(path)


def write_files(folder, files):
    """Makes `folder` hold these files and no other; what has not changed is not written, so not compiled again."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in [path for path in folder.rglob("*") if path.is_file() and str(path.relative_to(folder)) not in files]:
        path.unlink()
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.read_bytes() != content:
            target.write_bytes(content)


def open_tree(path):
    """(the folder in which a submission's exercise files are, to be graded; its identity)."""
    try:
        files, identity = read_tree(path) if path.is_dir() else read_archive(path)
    except (OSError, EOFError, tarfile.TarError, lzma.LZMAError, zlib.error) as error:
        sys.exit(f"{path} is neither a tree nor an archive of make submit: {error}")
    if not files:
        sys.exit(f"{path} is no tree of this course: it has no {labs()[0].folder}/{labs()[0].files[0]}, nor any other exercise file"
                 if path.is_dir() else f"{path} holds no exercise file of this course")
    folder = BUILD / "submissions" / digest(str(path).encode() if path.is_dir() else path.read_bytes())[:16]
    write_files(folder, files)
    if identity:
        identity["others"] = given_elsewhere(identity.pop("given", {}))
    return folder, identity


def foreign_in(name, text):
    """The lines of one exercise file's text that bring in anything but a header by its name alone."""
    text = CONTINUED.sub("", text)
    directive, by_name = (C_DIRECTIVE, C_NAME) if name.endswith(".c") else (NASM_DIRECTIVE, NASM_NAME)
    wrong = [found.start() for found in directive.finditer(text)
             if found["mark"] == "??=" or (found["word"] or "").lower() != "include" or not by_name.fullmatch(found["rest"])]
    joined = re.sub(r'"\s*"', "", text) if name.endswith(".c") else text  # texts side by side are one
    yield from (text[text.rfind("\n", 0, at) + 1:].split("\n", 1)[0].strip() for at in wrong)
    yield from (line.strip() for line in joined.splitlines() if BINARY.search(line))


def foreign_includes(tree, lab):
    """The same of all exercise files of a lab in a tree, with the file's name."""
    for name in lab.files:
        path = lab.own_path(name, tree)
        if path.is_file():
            for line in foreign_in(name, path.read_bytes().decode("utf-8", "replace")):
                yield f"{lab.folder}/{name}: {line}"


def listed(names):
    """The first of some names, in words."""
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def describe(identity):
    """Whose a submission is and where it was written, in a line; '' where nothing is known. What strangers wrote is
    cut short, and none of it commands the terminal."""
    def said(name):
        return "".join(c for c in str(identity.get(name) or "?")[:80] if c.isprintable())

    if not identity:
        return ""
    whose = f"submission of {said('name')} <{said('email')}>" if "name" in identity else "tree"
    line = f"{whose}, written in release {said('release')}"
    if "commit" in identity:
        line += f", commit {said('commit')}" + ("" if identity.get("committed") else " and what was changed after it")
    for name, what in (("changed", "changed there, which counts for nothing"), ("others", "not as they are here")):
        paths = identity.get(name) or []
        if isinstance(paths, list) and paths:
            line += f"; given files {what}: " + "".join(c for c in listed([str(p)[:80] for p in paths]) if c.isprintable())
    return line
