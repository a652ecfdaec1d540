"""The markers of solutions/: what a student must write stands between a BEGIN and an END.

    /* BEGIN 2.1 */   or, in nasm,   ; BEGIN 1.1
    ...                              ...
    /* END 2.1 */                    ; END 1.1

Each stands on a line of its own; a body lies between them, inside a function, at most BODY_LIMIT
lines long; all bodies of a file belong to the same exercise. Everything that is derived from a
solution (exercise file, mutant, seeded return) replaces bodies, markers included, by other lines.
"""
import re
from dataclasses import dataclass

BODY_LIMIT = 40
MARK = re.compile(r"^(\s*)(/\*|;)\s*(BEGIN|END) (\S+)\s*(\*/)?\s*$")
DEFINITION = re.compile(r"^(\w+)\(")


class MarkerError(Exception):
    """A solution whose markers are not well-formed."""


@dataclass(frozen=True)
class Body:
    """Lines first..last (indices, markers included) of a solution belong to `exercise`."""
    exercise: str
    first: int
    last: int
    indent: str

    @property
    def length(self):
        return self.last - self.first - 1


def find_bodies(path, lines):
    """The marked bodies of a solution, in order."""
    bodies, opened = [], None
    for index, line in enumerate(lines):
        mark = MARK.match(line)
        if not mark:
            continue
        indent, _, word, exercise, _ = mark.groups()
        if word == "BEGIN":
            if opened:
                raise MarkerError(f"{path}:{index + 1}: BEGIN inside a body")
            opened = (exercise, index, indent)
        else:
            if not opened or opened[0] != exercise:
                raise MarkerError(f"{path}:{index + 1}: END {exercise} ends nothing")
            bodies.append(Body(exercise, opened[1], index, opened[2]))
            opened = None
    check_bodies(path, bodies, opened)
    return bodies


def check_bodies(path, bodies, opened):
    if opened:
        raise MarkerError(f"{path}:{opened[1] + 1}: BEGIN {opened[0]} has no END")
    if not bodies:
        raise MarkerError(f"{path}: no body is marked")
    for body in bodies:
        if body.exercise != bodies[0].exercise:
            raise MarkerError(f"{path}:{body.first + 1}: a second exercise in one file")
        if not 0 < body.length <= BODY_LIMIT:
            raise MarkerError(f"{path}:{body.first + 1}: a body of {body.length} lines"
                              f" (1 to {BODY_LIMIT})")


def replace_bodies(path, text, replacement):
    """`text` with each body replaced by the lines replacement(number, body, lines) gives; the
    bodies are numbered from 1. None leaves a body as it is."""
    lines = text.splitlines()
    bodies = find_bodies(path, lines)
    for number, body in reversed(list(enumerate(bodies, 1))):
        new = replacement(number, body, lines)
        if new is not None:
            lines[body.first:body.last + 1] = new
    return "\n".join(lines) + "\n"


def is_assembly(path):
    return str(path).endswith(".asm")


def render_exercise(path, text):
    """The exercise file of a solution: every body becomes the call that names it."""
    def hole(number, body, lines):
        call = f'HOLE "{body.exercise}"' if is_assembly(path) else f'hole("{body.exercise}");'
        return [body.indent + call]
    return replace_bodies(path, text, hole)


def return_type(lines, body):
    """The type that the C function around a body returns; None if it is not to be found. It stands
    on the line before the function's name."""
    for index in range(body.first, 0, -1):
        if DEFINITION.match(lines[index]):
            words = [word for word in lines[index - 1].split()
                     if word not in ("static", "inline", "extern")
                     and not word.startswith("__attribute__")]
            return " ".join(words) or None
    return None
