"""Conflicts: lines that one core writes and another touches, with their names, and what excuses them.

A run in mode=conflict needs no model of time: it says yes or no. `justified.txt` lists the exceptions, a line each:

    PATTERN | ONE beside OTHER | REASON

PATTERN is a line's name as shell patterns write it (* is any text), ONE and OTHER are two rows of the matrix, in either
order, * for any; REASON says why cores must meet there. judge() holds each pair's conflicts against the exceptions,
matrix_lines() shows all.
"""
import re
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from pathlib import Path

from sim_results import members

SHOWN = 40  # lines of one region, at most


@dataclass(frozen=True)
class Conflict:
    """A line that cores meet in."""
    name: str
    writers: int
    readers: int
    by: tuple

    def data(self):
        return {"name": self.name, "writers": members(self.writers), "readers": members(self.readers),
                "by": list(self.by)}


@dataclass(frozen=True)
class Excuse:
    """An exception of the list: the lines that it excuses, beside which rows, and why."""
    pattern: str
    rows: tuple
    reason: str

    @cached_property
    def expression(self):
        """`[` is itself: names hold indices."""
        return re.compile(translate(self.pattern.replace("[", "[[]")))

    def excuses(self, conflict, pair):
        return bool(self.expression.fullmatch(conflict.name)) and any(
            all(row in ("*", call) for row, call in zip(self.rows, order)) for order in (pair, pair[::-1]))

    def __str__(self):
        return f"{self.pattern} ({' beside '.join(self.rows)})"


class ListError(Exception):
    """A list of exceptions that is none."""


def conflicts_of(region, names):
    """The conflicts of a region, in the order of the results."""
    found = []
    for line in region["conflicts"]:
        named = names.line(line["physical"], line["virtual"])
        by = dict.fromkeys(names.place(address) for address in line["by"])
        found.append(Conflict(named.text, line["writers"], line["readers"], tuple(by)))
    return found


def conflict_lines(conflicts):
    """A line of text for each."""
    for conflict in conflicts[:SHOWN]:
        yield (f"  {conflict.name}: written by {core_list(conflict.writers)}, read by"
               f" {core_list(conflict.readers)}; {', '.join(conflict.by)}")
    if len(conflicts) > SHOWN:
        yield f"  and {len(conflicts) - SHOWN} more"


def core_list(cores):
    numbers = members(cores)
    if not numbers:
        return "none"
    if len(numbers) > 4:
        return f"{len(numbers)} cores"
    return ("core " if len(numbers) == 1 else "cores ") + ", ".join(map(str, numbers))


def read_exceptions(path):
    """The exceptions in a file, or ListError with file and line."""
    found = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        parts = [part.strip() for part in text.split("|")]
        rows = tuple(row.strip() for row in parts[1].split(" beside ")) if len(parts) == 3 else ()
        if not (len(parts) == 3 and len(rows) == 2 and all(parts) and all(rows)):
            raise ListError(f"{path}:{number}: expected PATTERN | ONE beside OTHER | REASON, seen '{text}'")
        excuse = Excuse(parts[0], rows, parts[2])
        if any(str(excuse) == str(other) for other in found):
            raise ListError(f"{path}:{number}: '{excuse}' stands twice")
        found.append(excuse)
    return found


@dataclass
class Verdict:
    """Of all pairs: {pair: conflicts}, those that nothing excuses, and {exception: the pairs that need it}."""
    pairs: dict
    unexcused: dict
    used: dict

    @property
    def unused(self):
        return [exception for exception, pairs in self.used.items() if not pairs]

    @property
    def good(self):
        return not self.unexcused and not self.unused


def judge(pairs, exceptions):
    """Holds {(call, call): conflicts} against the exceptions. One that no pair needs is wrong, too: it would hide the
    next conflict of its name."""
    used, unexcused = {exception: [] for exception in exceptions}, {}
    for pair, conflicts in pairs.items():
        for conflict in conflicts:
            matching = [exception for exception in exceptions if exception.excuses(conflict, pair)]
            for exception in matching:
                if pair not in used[exception]:
                    used[exception].append(pair)
            if not matching:
                unexcused.setdefault(pair, []).append(conflict)
    return Verdict(pairs, unexcused, used)


def matrix_lines(verdict):
    """The matrix: `.` no line, a letter an exception (the first that the pair needs), `#` a conflict that nothing
    excuses; blank where the pair was not run. Below, each exception by its letter."""
    calls = list(dict.fromkeys(call for pair in verdict.pairs for call in pair))
    letters = {exception: "abcdefghijklmnopqrstuvwxyz"[number % 26] for number, exception in enumerate(verdict.used)}
    width = max((len(call) for call in calls), default=0) + 1

    def mark(one, two):
        pair = (one, two) if (one, two) in verdict.pairs else (two, one)
        if pair not in verdict.pairs:
            return " "
        if pair in verdict.unexcused:
            return "#"
        return next((letters[exception] for exception, pairs in verdict.used.items() if pair in pairs), ".")

    yield " " * width + "".join(f"{number % 100:>3}" for number in range(1, len(calls) + 1))
    for number, one in enumerate(calls, 1):
        yield f"{one:<{width}}" + "".join(f"{mark(one, two):>3}" for two in calls) + f"  {number}"
    clean, wrong = sum(1 for found in verdict.pairs.values() if not found), len(verdict.unexcused)
    yield (f"{len(verdict.pairs)} pairs: {clean} without a conflict, {len(verdict.pairs) - clean - wrong} excused,"
           f" {wrong} not")
    for exception, pairs in verdict.used.items():
        yield f"  {letters[exception]}  {exception}: {exception.reason} ({len(pairs)} pairs)"
    for pair, conflicts in verdict.unexcused.items():
        yield f"  #  {pair[0]} beside {pair[1]}:"
        yield from (f"   {line}" for line in conflict_lines(conflicts))
    for exception in verdict.unused:
        yield f"  the exception '{exception}' is needed by no pair: take it out"
