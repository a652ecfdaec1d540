"""The experiments' programs: what each marks, leaves as results, and takes as arguments; and how the
records of a boot that ran several of them come apart.

A program leaves, for each core N, `WORK_core_N` (units of work done) and `PHASE_core_N` (ticks that
it took), besides `hertz`, `cores` and `wrong`; where `wrong` is not 0 it ends with status 1.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Experiment:
    """A program, the phases that it marks (one each of the plugins' regions), those of them that it
    measures on each core, the name of its units of work, and arguments for a run that takes a
    moment. `each` is "core", or "pair" where two cores work together."""
    program: str
    phases: tuple
    measured: tuple
    work: str
    small: str
    linux: bool = True
    each: str = "core"


EXPERIMENTS = {experiment.program: experiment for experiment in (
    Experiment("memclone", ("touch", "check", "end"), ("touch",), "pages", "256K"),
    Experiment("mempass", ("pass", "check", "end"), ("pass",), "pages", "256K"),
    Experiment("locks", ("ticket", "mcs", "readers", "end"), ("ticket", "mcs", "readers"), "acquisitions", "2000"),
    Experiment("calls", ("null", "fault_one", "fault_all", "check", "end"), ("null", "fault_one", "fault_all"),
               "pages", "100 64"),
    Experiment("shares", ("global", "settle", "own", "check", "end"), ("global", "own"), "times", "100", linux=False),
    Experiment("segments", ("segments", "check", "end"), ("segments",), "times", "100", linux=False),
    Experiment("forks", ("forks", "end"), ("forks",), "times", "3 16K", each="pair"),
)}


@dataclass(frozen=True)
class Ran:
    """One program of a boot: its command, its status (None: it did not exit) and its own records."""
    command: str
    status: int
    records: list


def programs_in(records):
    """The programs that a machine ran one after another (run=A; B), in order: the kernel's record of
    a program's end stands behind all that it said."""
    found, said = [], []
    for record in records.records:
        if record.origin == "k" and record.kind in ("exit", "fault") and "program" in record.data:
            found.append(Ran(record.data["program"], record.data.get("status"), said))
            said = []
        else:
            said.append(record)
    return found


def phases_of(records):
    """The phases that began, in order."""
    names = (record.data["name"] for record in records if record.kind == "metric")
    return tuple(name.removeprefix("begin_") for name in names if name.startswith("begin_"))


def results_of(records):
    """{name: value} of what a program measured."""
    return {record.data["name"]: record.data["value"] for record in records
            if record.kind == "metric" and not record.data["name"].startswith("begin_")}


def trouble_with(experiment, cores, status, records):
    """What is wrong with a run by what it left; '' if nothing. On one core of Corey, forks measures
    nothing, and says so."""
    results = results_of(records)
    if status != 0 or results.get("wrong") != 0:
        return f"status {status}, {results.get('wrong')} checks wrong"
    if results.get("cores") != cores:
        return f"{results.get('cores')} cores of {cores} have worked"
    if experiment.each == "pair" and results.get("times") == 0 and cores == 1:
        return ""
    if phases_of(records) != experiment.phases:
        return f"expected the phases {experiment.phases}, seen {phases_of(records)}"
    expected = [f"{phase}_core_{core}" for phase in experiment.measured
                for core in range(cores if experiment.each == "core" else max(1, cores // 2))]
    expected += [f"{experiment.work}_core_{core}" for core in range(cores) if experiment.each == "core"]
    missing = [name for name in expected if not results.get(name)]
    return f"nothing is said of {', '.join(missing)}" if missing else ""
