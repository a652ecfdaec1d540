"""`make hint EX=1.2`: the hints of the handout, one by one; without EX, how many are open.

A hint is a <details> block in the lab's README.md, below the exercise's heading or, out of sight of who reads the
exercise, below "Hints for N.M" at its end: its summary says what kind of help it is, from the least to the most. What
was opened is kept in `.hints` at the top of the tree, out of reach of `make clean`.
"""
import argparse
import html
import re
import sys
from textwrap import fill

from course import ROOT, exercise_of_hole, labs

OPENED = ROOT / ".hints"
KINDS = ("Question", "Helper", "Outline", "Pitfall")
CODE = re.compile(r"</?code>")
WIDTH = 100
DETAILS = re.compile(r"<details>\s*<summary>(.*?)</summary>\s*(.*?)\s*</details>", re.DOTALL)


def sections(text, number):
    """The parts of a handout that speak of an exercise, each from its heading to the next as high."""
    for heading in re.finditer(rf"^(#+) (?:Hints for )?{re.escape(number)}\b.*$", text, re.MULTILINE):
        rest = text[heading.end():]
        following = re.search(rf"^#{{1,{len(heading.group(1))}}} ", rest, re.MULTILINE)
        yield rest[:following.start()] if following else rest


def read_hints(lab, number):
    """[(kind, text)] of an exercise."""
    path = ROOT / lab.folder / "README.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = [hint for part in sections(text, number) for hint in DETAILS.findall(part)]
    return [(kind, html.unescape(CODE.sub("`", text))) for kind, text in found]


def read_opened():
    """{exercise: how many of its hints are open}."""
    if not OPENED.is_file():
        return {}
    lines = [line.split() for line in OPENED.read_text(encoding="utf-8").splitlines()]
    return {words[0]: int(words[1]) for words in lines if len(words) == 2 and words[1].isdigit()}


def write_opened(opened):
    OPENED.write_text("".join(f"{number} {count}\n" for number, count in sorted(opened.items())), encoding="utf-8")


def show_next(lab, exercise):
    """Prints the next hint of an exercise; when all are open, all of them again."""
    hints, opened = read_hints(lab, exercise.number), read_opened()
    if not hints:
        sys.exit(f"{lab.folder}/README.md has no hints of exercise {exercise.number}")
    count = opened.get(exercise.number, 0)
    shown = range(count, count + 1) if count < len(hints) else range(len(hints))
    if count >= len(hints):
        print(f"all hints of {exercise.number} are open:")
    for index in shown:
        kind, text = hints[index]
        print(f"{exercise.number} {exercise.title}, hint {index + 1} of {len(hints)}: {kind.lower()}\n\n{fill(text, WIDTH)}\n")
    write_opened({**opened, exercise.number: min(count + 1, len(hints))})


def show_state(some):
    """How many hints of each exercise of some labs are open, and what asks for the next."""
    opened = read_opened()
    exercises = [(lab, exercise) for lab in some for exercise in lab.exercises]
    if not any(read_hints(lab, exercise.number) for lab, exercise in exercises):
        print(f"no hints in {', '.join(f'{lab.folder}/README.md' for lab in some)}; an exercise that has some: make hint EX=1.2")
    for lab, exercise in exercises:
        hints = read_hints(lab, exercise.number)
        if hints:
            print(f"{exercise.number} {exercise.title}: {min(opened.get(exercise.number, 0), len(hints))}"
                  f" of {len(hints)} hints are open: make hint EX={exercise.number}")


def check_hints():
    """What is wrong with the hints, a line each: a lab that has some has all kinds for each exercise,
    and no code in them."""
    for lab in labs():
        found = {exercise.number: read_hints(lab, exercise.number) for exercise in lab.exercises if exercise.files}
        if not any(found.values()):
            continue
        for number, hints in found.items():
            if [kind for kind, _ in hints] != list(KINDS):
                yield f"{lab.folder}/README.md: exercise {number} has not just the hints {', '.join(KINDS)}"
            for kind, text in hints:
                if "```" in text or re.search(r"^    \S", text, re.MULTILINE) or ";\n" in text:
                    yield f"{lab.folder}/README.md: the hint `{kind}` of {number} holds code"


def main():
    parser = argparse.ArgumentParser(description="The next hint of an exercise.")
    parser.add_argument("--exercise", default="")
    parser.add_argument("--lab", type=int, help="the state of this lab's hints, not of all labs'")
    options = parser.parse_args()
    if options.exercise:
        lab, exercise = exercise_of_hole(options.exercise)
        if not exercise:
            sys.exit(f"there is no exercise {options.exercise} in this tree")
        show_next(lab, exercise)
    else:
        show_state([lab for lab in labs() if options.lab in (None, lab.number)])


if __name__ == "__main__":
    main()
