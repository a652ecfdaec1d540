"""What a grading prints, and its forms for machines (JSON, JUnit)."""
import json
import shlex
from dataclasses import dataclass
from xml.etree import ElementTree

from course import Test, labs
from misconceptions import belief

WIDTH = 60  # of the column with an exercise's title
ORDINARY = Test("")  # the options that need no mention in a command


def row_state(column):
    """A column's entry for a whole lab."""
    if column.state:
        return column.state
    if not column.lab.exercises:
        return "no exercise yet"
    return column.figure if column.trials else "-"


def print_folder(lab, columns):
    """One line an exercise, a figure for each way of judging."""
    if all(column.state for column in columns):
        print(f"lab {lab.number}: {columns[0].state}: its exercise files are as handed out")
        return
    print(f"{'lab ' + str(lab.number):<{WIDTH}}" + "".join(f"{c.name:>12}" for c in columns))
    for exercise in lab.exercises:
        if not any(c.points(exercise.number) for c in columns):
            continue
        figures = [f"{c.earned(exercise.number)} of {c.points(exercise.number)}" for c in columns]
        title = f"  {exercise.number} {exercise.title}"
        print(f"{title:<{WIDTH}}" + "".join(f"{figure:>12}" for figure in figures))
    if any(c.chosen for c in columns):
        print(f"{'  of the chosen tests':<{WIDTH}}" + "".join(f"{c.figure:>12}" for c in columns))
    else:
        print(f"{'  of 100':<{WIDTH}}" + "".join(f"{c.score:>12}" for c in columns))


def print_skipped(columns):
    """What the figures leave open: each test that nothing could be said of, once."""
    open_tests = {trial.test.name: trial.test.points for column in columns for trial in column.skipped}
    if open_tests:
        print(f"{sum(open_tests.values())} points are not earned here and not lost: they depend on"
              f" {', '.join(open_tests)}, skipped on this host. Grade where a gcc or clang with ThreadSanitizer is.")


def print_table(rows, groups):
    """One line a lab; `groups` are lists of columns, the last one without the last lab."""
    names = [group[0].name for group in groups if group]
    print(f"{'lab':<20}" + "".join(f"{name:>18}" for name in names))
    for lab in rows:
        states = [row_state(c) for group in groups for c in group if c.lab is lab]
        title = lab.folder.split("-", 1)[1]
        print(f"{lab.number} {title:<18}" + "".join(f"{state:>18}" for state in states))


@dataclass(frozen=True)
class Typed:
    """What a person has typed, for lines that repeat a part of it. `where`: in the lab's folder ("folder"), at the top of
    the tree ("top"), or elsewhere: then it is the way to the lab's folder. `tree`: TREE. `said`: other variables, as make
    takes them."""
    where: str
    tree: str = ""
    said: str = ""


def repeat_command(trial, typed):
    """The line that repeats a trial, to be typed where the grading was."""
    kernel, test = trial.kernel, trial.test
    top = typed.where == "top"
    there = [] if typed.where in ("folder", "top") else ["-C", shlex.quote(typed.where)]
    handed_in = ([f"TREE={shlex.quote(typed.tree)}"] if kernel.tree else []) + shlex.split(typed.said)
    if test.host:
        return " ".join(["make", *there, "grade", f"TEST={test.name}", *([f"LAB={kernel.lab}"] if top else []), *handed_in])
    words = ["make", *there, "qemu", f"TEST={test.name}"]
    if top and kernel.base != "reference":
        words[1:1] = ["-C", next(lab.folder for lab in labs() if lab.number == kernel.lab)]
    elif top:
        words.append(f"LAB={kernel.lab}")
    words += ["OWN=1"] if kernel.base == "all" else []
    words += [f"EX={kernel.exercise}"] if kernel.exercise else []
    words += handed_in
    words += [f"MODE={kernel.mode}"] if kernel.mode else []
    words += [f"MEM={test.memory}"] if test.memory != ORDINARY.memory else []
    words += [f"CPUS={test.topology or test.cores}"] if test.cores != ORDINARY.cores else []
    return " ".join(words)


def print_failure(names, trial, verdict, typed):
    """The paragraph of a failed trial, which stands for all tests of `names`."""
    said = f"{verdict.kind} by {verdict.hole}" if verdict.kind == "blocked" else verdict.kind
    if verdict.summary and verdict.kind != "blocked":
        said += f": {verdict.summary}"
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    print(f"  {names[0]}{more}: {said}")
    for line in verdict.detail:
        print(f"    {line}")
    print(f"      repeat: {repeat_command(trial, typed)}")


def print_belief(column, number):
    """What the author of an exercise seems to have believed, if a misconception fails just so. Only where all its
    tests were asked for is it compared."""
    exercise = next(e for e in column.lab.exercises if e.number == number)
    results = {trial.test.name: column.results[trial][0] for trial in column.trials if trial.exercise == number}
    if len(results) < len(exercise.tests):
        return
    believed = belief(number, {name: verdict.failure for name, verdict in results.items()})
    if believed:
        print(f"  this looks like: {believed}")


def reasons_of(column):
    """{exercise: {reason: [(trial, verdict)]}} of what failed. A reason that several tests of an exercise share (a hole,
    a file that does not compile) is said once."""
    found = {}
    for trial, verdict in column.failures:
        found.setdefault(trial.exercise, {}).setdefault(verdict.reason, []).append((trial, verdict))
    return found


def print_reasons(columns, typed):
    """Why each failed test failed, a paragraph for each exercise; columns in which it failed alike are told together."""
    told = [(column, reasons_of(column)) for column in columns]
    looks = [{exercise: {reason: [trial.test.name for trial, _ in failures] for reason, failures in reasons.items()}
              for exercise, reasons in found.items()} for _, found in told]
    for at, (column, found) in enumerate(told):
        for exercise, reasons in found.items():
            alike = [other for other, look in enumerate(looks) if look.get(exercise) == looks[at][exercise]]
            if alike[0] < at:
                continue
            print(f"\n{exercise} ({' and '.join(columns[other].name for other in alike)})")
            print_belief(column, exercise)
            for failures in reasons.values():
                print_failure([trial.test.name for trial, _ in failures], *failures[0], typed)
    print()
    print_skipped(columns)


def result_rows(columns):
    """Every test of every column as one flat dictionary."""
    rows = []
    for column in columns:
        for trial in column.trials:
            verdict, seconds = column.results[trial]
            rows.append({"column": column.name, "lab": column.lab.number,
                         "exercise": trial.exercise, "test": trial.test.name,
                         "verdict": verdict.kind, "summary": verdict.summary,
                         "detail": verdict.detail, "points": trial.test.points,
                         "earned": trial.test.points if verdict.passed else 0,
                         "seconds": round(seconds, 3)})
    return rows


def write_json(path, columns, submission):
    scores = [{"column": c.name, "lab": c.lab.number, "state": c.state or ("chosen tests" if c.chosen else "graded"),
               "score": None if c.chosen else c.score} for c in columns if c.lab.exercises]
    with open(path, "w", encoding="utf-8") as out:
        json.dump({"submission": submission, "scores": scores, "tests": result_rows(columns)}, out, indent=1)
        out.write("\n")


def write_junit(path, columns):
    root = ElementTree.Element("testsuites")
    suites = {}
    for row in result_rows(columns):
        name = f"{row['column']}: lab {row['lab']}"
        if name not in suites:
            suites[name] = ElementTree.SubElement(root, "testsuite", name=name)
        case = ElementTree.SubElement(suites[name], "testcase", classname=row["exercise"],
                                      name=row["test"], time=str(row["seconds"]))
        if row["verdict"] == "skipped":
            ElementTree.SubElement(case, "skipped", message=row["summary"])
        elif row["verdict"] != "pass":
            failure = ElementTree.SubElement(case, "failure", type=row["verdict"],
                                             message=row["summary"])
            failure.text = "\n".join(row["detail"])
    for suite in root:
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(len(suite.findall("testcase/failure"))))
        suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
