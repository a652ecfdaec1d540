"""`make solution-branch`: the branch `solution`, whose lab folders hold the exercise files solved, and which
has no solutions/: the whole system in one place, to be read, measured and changed.

It is generated: each time it is HEAD's tree with the exercise files in place, as one more commit. It is
proved that nothing else differs, and that the kernel built from it is, byte for byte of what is loaded,
the reference's. Only the kernel's own table of lines may differ, and only in that it names
`lab1-boot/page_list.c` where the reference's names `solutions/lab1-boot/page_list.c`.
"""
import io
import os
import struct
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from build import BUILD, first_error, locked, run_make
from course import LAST_LAB, ROOT, labs

BRANCH = "refs/heads/solution"
TREE = BUILD / "solution"
VARIABLES = (f"LAB={LAST_LAB}", "MODE=release")
EHDR = struct.Struct("<16xHHIQQQIHHHHHH")
SHDR = struct.Struct("<IIQQQQIIQQ")
NO_BITS, ALLOCATED = 8, 2


def git(*arguments, given=None, index=None):
    environment = dict(os.environ, **({"GIT_INDEX_FILE": index} if index else {}))
    run = subprocess.run(["git", "-C", str(ROOT), *arguments], input=given, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, env=environment)
    if run.returncode:
        sys.exit(f"git {arguments[0]}: {run.stderr.decode().strip()}")
    return run.stdout


def exercise_paths():
    return [f"{lab.folder}/{name}" for lab in labs() for name in lab.files]


def make_tree():
    """The branch's tree, from the tracked files as they are here: git's name of it."""
    with tempfile.TemporaryDirectory(prefix="corey-solution-") as folder:
        index = f"{folder}/index"
        git("read-tree", "HEAD", index=index)
        git("add", "-u", index=index)
        for path in exercise_paths():
            blob = git("hash-object", "-w", str(ROOT / "solutions" / path)).decode().strip()
            git("update-index", "--cacheinfo", f"100644,{blob},{path}", index=index)
        git("rm", "-rq", "--cached", "solutions", index=index)
        return git("write-tree", index=index).decode().strip()


def export(tree):
    """The tree as files under build/; one that has not changed is not written, so not compiled again."""
    listed = set()
    with tarfile.open(fileobj=io.BytesIO(git("archive", "--format=tar", tree))) as archive:
        for member in archive:
            if member.isfile():
                path, content = TREE / member.name, archive.extractfile(member).read()
                listed.add(path)
                path.parent.mkdir(parents=True, exist_ok=True)
                if not path.is_file() or path.read_bytes() != content:
                    path.write_bytes(content)
    for path in sorted(TREE.rglob("*"), reverse=True):  # a folder after what lies in it
        if path.relative_to(TREE).parts[0] == "build":
            continue
        if path.is_file() and path not in listed:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def build(folder):
    """The kernel that a folder's Makefile makes."""
    path = run_make("-C", str(folder), "kernel-path", *VARIABLES).stdout.strip().splitlines()[-1]
    made = run_make("-C", str(folder), path, *VARIABLES)
    if made.returncode:
        sys.exit(f"{folder}: {first_error(made.stdout)}")
    return Path(path)


def loaded(path):
    """{section: (address, bytes or size)} of what a kernel has loaded."""
    image = path.read_bytes()
    header = EHDR.unpack_from(image)
    offset, count, names = header[5], header[11], header[12]
    sections = [SHDR.unpack_from(image, offset + number * SHDR.size) for number in range(count)]
    strings = sections[names][4]
    found = {}
    for name, kind, flags, address, start, size, *_ in sections:
        if flags & ALLOCATED:
            end = image.index(b"\0", strings + name)
            found[image[strings + name:end].decode()] = (
                address, size if kind == NO_BITS else image[start:start + size])
    return found


def read_lines(table):
    """(functions, lines) of the kernel's table (symbols.c has its form), with names in place of offsets;
    solutions/ is left out of them."""
    functions, lines, files = struct.unpack_from("<III", table)
    at_lines, at_files = 12 + 8 * functions, 12 + 8 * (functions + lines)
    strings = at_files + 4 * files

    def text(offset):
        return table[strings + offset:table.index(b"\0", strings + offset)].decode().removeprefix("solutions/")

    names = [text(offset) for offset, in struct.iter_unpack("<I", table[at_files:strings])]
    return ([(address, text(name)) for address, name in struct.iter_unpack("<II", table[12:at_lines])],
            [(address, names[file], line) for address, file, line in struct.iter_unpack("<IHH", table[at_lines:at_files])])


def differences(one, other):
    """How two kernels differ, a line each."""
    first, second = loaded(one), loaded(other)
    for name in sorted(first.keys() | second.keys()):
        if name == ".symbols" and name in first and name in second:
            if read_lines(first[name][1]) != read_lines(second[name][1]):
                yield f"{name}: other names or lines"
        elif first.get(name) != second.get(name):
            yield f"{name}: other bytes"


def prove(tree):
    """What is wrong with the branch's tree, a line each."""
    changed = git("diff", "--name-status", "--no-renames", "HEAD", tree).decode().splitlines()
    solved = {path: git("rev-parse", f"{tree}:{path}") == git("hash-object", str(ROOT / "solutions" / path))
              for path in exercise_paths()}
    yield from (f"{path} is not its solution" for path, same in solved.items() if not same)
    dirty = set(git("diff", "--name-only", "HEAD").decode().splitlines())
    for line in changed:
        what, path = line.split("\t")
        if path not in solved and path not in dirty and not (what == "D" and path.startswith("solutions/")):
            yield f"{path}: {what}, and is no exercise file"
    with locked("solution.lock"):
        export(tree)
        yield from differences(build(ROOT), build(TREE))


def commit(tree, branch=BRANCH):
    """Puts the tree on the branch, on top of what it was; None when it is there already."""
    tip = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "-q", "--verify", branch], stdout=subprocess.PIPE,
                         text=True).stdout.strip()
    if tip and git("rev-parse", f"{tip}^{{tree}}").decode().strip() == tree:
        return None
    head = git("rev-parse", "HEAD").decode().strip()
    parents = [word for parent in ([tip] if tip else []) + [head] for word in ("-p", parent)]
    made = git("-c", "user.name=make solution-branch", "-c", "user.email=course@localhost", "commit-tree", tree,
               *parents, "-m", f"The exercise files solved in place, of {head[:12]}").decode().strip()
    git("update-ref", branch, made, *([tip] if tip else []))
    return made[:12]


def main():
    if not (ROOT / "solutions").is_dir():
        sys.exit("there is no solutions/ here: make solution-branch is to be typed on the course's branch, from which it makes"
                 " the branch solution")
    if git("diff", "--name-only", "HEAD"):
        sys.exit("the branch is made of what is committed: commit your changes first")
    tree = make_tree()
    wrong = list(prove(tree))
    if wrong:
        sys.exit("the branch is not made:\n  " + "\n  ".join(wrong))
    made = commit(tree)
    print(f"branch solution: {f'commit {made}' if made else 'nothing has changed'};"
          " its kernel is the reference's, byte for byte of what is loaded")


if __name__ == "__main__":
    main()
