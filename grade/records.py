"""The records of one run: parsed, and believed only as far as nonce and sequence reach.

A line is `@NONCE SEQ CORE k|u KIND JSON`. What does not carry the run's nonce is foreign: counted,
never believed. The others must be numbered 0, 1, 2 … without a gap; reading stops at the first
break, so that nothing behind a lost or repeated record counts. The nonce guards against accident
and against ring 3; it does not guard against a kernel that is written to lie.

Exercise 1.1 is left before anyone could know the nonce: its record `@- 0 0 k hole {…}` is taken
only when it is the one record of the run.
"""
import json
import re
from dataclasses import dataclass

LINE = re.compile(r"@(\S+) (\d+) (\d+) ([ku]) ([a-z]+) (\{.*\})")


@dataclass(frozen=True)
class Record:
    sequence: int
    core: int
    origin: str  # 'k': the kernel says so; 'u': ring 3 says so
    kind: str
    data: dict


@dataclass
class Records:
    """What a run said. `broken` says why the sequence ends early ('' when it does not)."""
    records: list
    foreign: int = 0
    broken: str = ""

    def of_kind(self, kind, origin="ku"):
        return [r for r in self.records if r.kind == kind and r.origin in origin]

    def first(self, kind, origin="ku"):
        return next(iter(self.of_kind(kind, origin)), None)

    @property
    def missing(self):
        """Why the run's records are not whole; '' when the last one closes them properly."""
        if self.broken:
            return self.broken
        if not self.records:
            return "no record at all"
        last = self.records[-1]
        if last.kind != "end" or last.origin != "k":
            return f"the last record is `{last.kind}`, not `end`"
        if last.data.get("count") != last.sequence:
            return f"`end` counts {last.data.get('count')} records, {last.sequence} came before it"
        return ""


def parse_record(match):
    """One record from a matched line; None when its JSON is no object."""
    try:
        data = json.loads(match.group(6))
    except ValueError:
        return None
    return Record(int(match.group(2)), int(match.group(3)), match.group(4), match.group(5), data)


def parse_records(text, nonce):
    """The believable records among the lines of `text`."""
    run = Records([])
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        early = LINE.fullmatch(lines[0])
        if early and early.group(1) == "-" and early.group(5) == "hole":
            run.records = [r for r in [parse_record(early)] if r]
            return run
    for line in lines:
        match = LINE.fullmatch(line)
        if not match or match.group(1) != nonce:
            run.foreign += 1
            continue
        record = parse_record(match)
        expected = len(run.records)
        if record is None:
            run.broken = f"record {expected} is garbled: {line[:80]}"
        elif run.records and run.records[-1].kind == "end" and run.records[-1].origin == "k":
            run.broken = "a record follows `end`"
        elif record.sequence != expected:
            run.broken = f"record {expected} is missing (found {record.sequence})"
        if run.broken:
            break
        run.records.append(record)
    return run


def read_records(path, nonce):
    """The records in a file; none if the machine never made it."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        text = ""
    return parse_records(text, nonce)
