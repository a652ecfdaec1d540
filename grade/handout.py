"""`make handout`: the recorded outputs in the handouts, made again; `--check`: whether they are still true.

A handout says above a fenced block which command's output it holds:

    <!-- output of: make qemu TEST=backtrace_names
         files: without 1.5 -->

The command runs in the lab's folder of a tree that `make release` has made, as a student would type it. More lines say:

    files:   whose the exercise files of the lab are: `solved`, if nothing is said; `as handed out`; `without N.M`; or
             `mutant NAME`, of mutants/. With `solved` the command must succeed; with all others it must fail, if it
             is not `make gdb`
    typed:   what is typed at the prompts of monitor or gdb, ` | ` between the lines; the last must end the machine
    from:    a pattern: all lines before the first in which it is found are left out;  to: all lines behind the last one
    varies:  `numbers`: another build or machine has others, so the check compares the words alone; `all`: it asks only
             whether the command succeeds

Left out is what the compiler, the linker and make itself say; the tree is called TREE. A block whose words are still
the same stays as it is; an empty one is filled. The check also runs every other command that stands in the handout's
text, with `solved`; of those that want a terminal, or change the machine, it asks only whether make knows them. Its
last line is `N passed, N failed`.
"""
import argparse
import difflib
import os
import re
import shlex
import signal
import sys
import tempfile
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from build import NOT_HANDED_ON
from console import Console
from course import ROOT, exercise_of_hole, labs
from markers import render_exercise
from mutants import apply_mutant, read_mutant
from own_tests import run_results
from release import release

SECONDS = 300
PROMPT = r"(?:^|\n)(?:corey> |\(gdb\) )$"
MARKER = "<!-- output of:"
BLOCK = re.compile(r"<!-- output of: (.*?)-->\n```\w*\n(.*?)```\n", re.DOTALL)
FIELD = re.compile(r"^ *(files|typed|from|to|varies): *(.*?) *$")
NOISE = re.compile(r"  (CC|NASM|LD|IMAGE|ISO|AR) |make(\[\d+\])?: |warning: Error disabling address space rand")
NUMBER = re.compile(r"\b(0x)?[0-9a-f]*\d[0-9a-f]*\b")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`([^`]+)`")
INDENTED = re.compile(r"^ {4,}((?:make|python3) .*?)(?: {2,}.*)?$", re.MULTILINE)
BARE = re.compile(r"(?:[A-Z]+=\S+ )*TEST=\w+$")  # goes on from the command before it
RUN = ("qemu", "gdb", "grade", "hint", "submit")  # of make's targets; the others are only looked at


class HandoutError(Exception):
    """A marker that means nothing."""


@dataclass(frozen=True)
class Block:
    """A recorded output: the command of its marker with the fields, its text, and where that lies in the handout."""
    command: str
    fields: dict
    text: str
    start: int
    end: int

    @property
    def files(self):
        return self.fields.get("files", "solved")


def read_blocks(text):
    """The blocks of a handout, in order."""
    blocks = []
    for match in BLOCK.finditer(text):
        command, *more = match.group(1).strip().splitlines()
        fields = [FIELD.match(line) for line in more]
        if not all(fields):
            raise HandoutError(f"output of {command}: `{more[fields.index(None)].strip()}` is no field")
        blocks.append(Block(command.strip(), dict(field.groups() for field in fields), match.group(2), *match.span(2)))
    if text.count(MARKER) != len(blocks):
        raise HandoutError(f"{text.count(MARKER) - len(blocks)} markers stand above no fenced block")
    return blocks


def read_commands(text):
    """Each other command in a handout's text, once."""
    text = FENCED.sub("", COMMENT.sub("", text))
    spans = [" ".join(span.split()) for span in SPAN.findall(text)] + INDENTED.findall(text)
    spans = [f"make qemu {span}" if BARE.match(span) else span for span in spans]
    return list(dict.fromkeys(span for span in spans if re.match(r"(make|python3) \S", span)))


class Tree:
    """A student's tree, of a release up to one lab."""

    def __init__(self, lab, folder):
        self.lab, self.root = lab, Path(folder).resolve() / "corey"
        with redirect_stdout(StringIO()):
            release(lab.number, self.root)

    def put(self, files):
        """Makes the lab's exercise files what `files` says."""
        kind, _, name = files.partition(" ")
        texts = {file: self.lab.solution_path(file).read_text(encoding="utf-8") for file in self.lab.files}
        if files == "as handed out":
            texts = {file: render_exercise(file, text) for file, text in texts.items()}
        elif kind == "without" and exercise_of_hole(name)[0] is self.lab:
            texts.update({file: render_exercise(file, texts[file]) for file in exercise_of_hole(name)[1].files})
        elif kind == "mutant":
            mutant = read_mutant(ROOT / "grade" / "mutants" / f"{name}.c")
            texts.update({file: apply_mutant(mutant, file, texts[file]) for file in mutant.files})
        elif files != "solved":
            raise HandoutError(f"`files: {files}` means nothing")
        for file, text in texts.items():
            path = self.lab.own_path(file, self.root)
            if path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")

    def run(self, command, typed=()):
        """(exit status, or None where it does not end; what a person sees who types that)."""
        clean = [word for name in NOT_HANDED_ON for word in ("-u", name)]
        folder = str(self.root / self.lab.folder)
        console = Console(["env", "-C", folder, *clean, "TERM=dumb", *shlex.split(command)], SECONDS)
        status, pieces = None, []
        try:
            for line in ("", *typed[:-1]):
                instead = console.step(f"{line}\n" if line else "", PROMPT) if typed else ""
                pieces.append(echoed(line, console.seen))
                if instead:
                    raise HandoutError(f"{command}: no prompt, but {instead[-300:]!r}")
            if not typed:
                console.process.stdin.close()
            console.seen, last = "", typed[-1] if typed else ""
            status = console.end(f"{last}\n") if typed else await_end(console)
            pieces.append(echoed(last, console.seen))
        finally:
            if status is None and console.process.poll() is None:
                os.killpg(console.process.pid, signal.SIGKILL)
            console.close()
        return status, "".join(pieces).replace(str(self.root), "TREE")


def echoed(typed, seen):
    """What came, with what had been typed before it: the monitor says that itself, gdb does not."""
    return seen if not typed or seen.startswith(typed) else f"{typed}\n{seen}"


def await_end(console):
    """A command's exit status; None if it does not end."""
    while console.read():
        pass
    return None if console.overdue else console.process.wait()


def shown(block, seen):
    """What of an output stands in the handout."""
    lines = [line.rstrip() for line in seen.splitlines() if not NOISE.match(line)]
    for name, edge in (("from", 0), ("to", -1)):
        if name not in block.fields:
            continue
        found = [i for i, line in enumerate(lines) if re.search(block.fields[name], line)]
        if not found:
            raise HandoutError(f"{block.command}: no line of its output has `{block.fields[name]}`")
        lines = lines[found[0]:] if edge == 0 else lines[:found[-1] + 1]
    return "".join(f"{line}\n" for line in lines).strip("\n") + "\n"


def record(tree, block):
    """The text of a block as it is today."""
    tree.put(block.files)
    typed = block.fields.get("typed", "")
    status, seen = tree.run(block.command, typed.split(" | ") if typed else ())
    fails = block.files != "solved" and block.command.split()[1] != "gdb"  # of which only its own end is good or bad
    if status is None or (status == 0) == fails:
        raise HandoutError(f"{block.command} with files {block.files}: status {status}: {seen[-400:]}")
    return shown(block, seen)


def comparable(block, text):
    varies = block.fields.get("varies")
    words = NUMBER.sub("#", text).split() if varies == "numbers" else text.splitlines()
    return [] if varies == "all" else words


def try_command(tree, command):
    """Why a command in the text is none that a student can type; "" if it is."""
    words = shlex.split(command)
    runs = words[0] == "python3" or words[1] in RUN and ("BACK=1" not in words or "TEST=" in command)
    prompts = ("halt",) if words[:2] == ["make", "qemu"] and not re.search(r"\b(TEST|RUN)=", command) else ()
    tree.put("solved")
    status, seen = tree.run(command if runs else f"make -n {shlex.join(words[1:])}", prompts)
    test = re.search(r"\bTEST=(\w+)", command)
    passed = words[1] != "qemu" or not test or f"passed: {test.group(1)}" in seen
    return "" if status == 0 and passed else f"status {status}: {seen[-400:]}"


def path_of(lab):
    return ROOT / lab.folder / "README.md"


def with_records():
    """The labs whose handouts have recorded outputs."""
    return [lab for lab in labs() if MARKER in path_of(lab).read_text(encoding="utf-8")]


def rewrite(lab, folder):
    """Records every output of a handout again."""
    text = path_of(lab).read_text(encoding="utf-8")
    tree = Tree(lab, folder)
    for block in reversed(read_blocks(text)):
        new = record(tree, block)
        if comparable(block, new) != comparable(block, block.text) or not block.text:
            text = text[:block.start] + new + text[block.end:]
            print(f"  {lab.folder}/README.md: {block.command}")
            path_of(lab).write_text(text, encoding="utf-8")


def check(folder):
    """(name, passed, detail) of each output and each command in the handouts."""
    for lab in with_records():
        text = path_of(lab).read_text(encoding="utf-8")
        tree = Tree(lab, folder / lab.folder)
        for block in read_blocks(text):
            title = f"{lab.folder}/README.md: output of {block.command}"
            try:
                old, new = comparable(block, block.text), comparable(block, record(tree, block))
                yield title, old == new, "make handout would change it:\n" + "\n".join(difflib.ndiff(old, new))
            except HandoutError as error:
                yield title, False, str(error)
        recorded = {block.command for block in read_blocks(text)}
        for command in read_commands(text):
            if command not in recorded:
                wrong = try_command(tree, command)
                yield f"{lab.folder}/README.md: {command}", not wrong, wrong


def main():
    parser = argparse.ArgumentParser(description="The recorded outputs in the handouts.")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--lab", type=int)
    options = parser.parse_args()
    if options.check:
        return run_results("handout", check)
    for lab in with_records():
        if options.lab in (None, lab.number):
            with tempfile.TemporaryDirectory(prefix="corey-handout-") as folder:
                rewrite(lab, folder)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HandoutError as error:
        sys.exit(f"handout: {error}")
