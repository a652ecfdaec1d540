"""`make grade`: points and reasons.

In a lab's folder (--folder N): two figures for each exercise, *alone* among reference files, where
only its own tests count, and *together* with the lab's other exercise files as they are. At the
top: a table of the labs with the columns *this tree* and *reference*, each lab on the kernel of
that lab, and the reference's labs once more on the full kernel. A lab whose exercise files are as
they were handed out is "not started" and is not booted.

The exit status is 0 only at full marks: of the reference where solutions/ holds it, else of this
tree. When it is not 0, the score is the last line.
"""
import argparse
import os
import sys
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

import report
from build import Kernel, run_folder
from course import ROOT, labs, settings
from handed_out import is_untouched, note_changed
from machine import end_on_sigterm
from progress import Progress
from scores import collect_column, fill_columns, sum_points, sum_scores
from submission import describe, foreign_includes, open_tree
from trials import run_trials

CHOSEN = " (points of the chosen tests)"


def parse_arguments():
    parser = argparse.ArgumentParser(description="Points and reasons.")
    parser.add_argument("--folder", default="", help="grade as in the folder of this lab")
    parser.add_argument("--lab", default="", help="only this lab's row of the table")
    parser.add_argument("--own", action="store_true",
                        help="together: with this tree's files of the labs before it, too")
    parser.add_argument("--test", default="", help="only tests that match this pattern")
    parser.add_argument("--exercise", default="", help="only the tests of this exercise")
    parser.add_argument("--tree", default="",
                        help="take the exercise files of this tree, or archive of make submit")
    parser.add_argument("--mode", default="", help="debug, release, …")
    parser.add_argument("--json", default="", help="write all results to this file")
    parser.add_argument("--junit", default="", help="the same as JUnit's XML")
    parser.add_argument("--typed-in", default="", help="with --folder: the folder in which `make -C` was typed")
    parser.add_argument("--said", default="", help="variables of make that a repeated command needs, too")
    options = parser.parse_args()
    options.handed_in, options.identity = options.tree, {}
    if options.tree:
        tree, options.identity = open_tree(Path(options.tree).resolve())
        options.tree = str(tree)
    return options


def typed_where(options, lab):
    """Where the commands that a grading prints are to be typed, as report.Typed takes it: in the lab's folder,
    or where make was sent there by -C."""
    if options.typed_in and Path(options.typed_in).is_dir():
        way = os.path.relpath(ROOT / lab.folder, os.path.realpath(options.typed_in))
        return "folder" if way == "." else way
    return "folder"


def typed(options, where):
    """Of a tree what was typed, which may change; of an archive what it held."""
    return report.Typed(where, options.handed_in if Path(options.handed_in).is_dir() else options.tree, options.said)


def is_there(lab, tree):
    """Is there any exercise file of a lab in a tree?"""
    return any(lab.own_path(name, tree).is_file() for name in lab.files)


def demand_files(lab, options):
    """Ends a grading in the folder of a lab of which the submission holds nothing."""
    held = [other for other in labs() if is_there(other, options.tree)]
    if lab not in held and lab.files:
        others = " and ".join(f"lab {other.number}" for other in held)
        sys.exit(f"{options.handed_in} holds nothing of {lab.folder}, only of {others}:"
                 f" make -C {held[-1].folder} grade TREE={options.handed_in}")


def judged_labs(lab, options):
    """The labs whose files the exercises of a lab judge: its own; in its folder also those before it,
    where an exercise has no files."""
    earlier = options.folder and not all(exercise.files for exercise in lab.exercises)
    return [other for other in labs() if other is lab or (earlier and other.number < lab.number)]


def own_base(lab, exercise, own):
    """Whose files stand before those of the lab, as the Makefile's BASE: the student's where they are asked
    for (`own`), where the instructor has set so, where the exercise judges them, and where no others are here."""
    unsolved = any(other.number < lab.number and not other.solved for other in labs())
    return "all" if own or unsolved or not exercise.files or settings()["EARLIER"] == "own" else "own"


def own_column(name, lab, options, alone=False):
    """The column of a lab with this tree's (or the named tree's) exercise files. An exercise without
    files takes those of the labs before it, too."""
    def kernel_of(exercise):
        if alone:
            return Kernel(lab.number, "own", exercise.number, options.tree, options.mode)
        return Kernel(lab.number, own_base(lab, exercise, options.own), "", options.tree, options.mode)

    column = collect_column(name, lab, kernel_of, options.wanted, options.chosen)
    if options.tree and lab.files and not is_there(lab, options.tree):
        column.state, column.trials = "not handed in", []
    elif all(is_untouched(part, options.tree or ROOT) for part in judged_labs(lab, options)):
        column.state, column.trials = "not started", []
    return column


def reference_column(name, lab, kernel_lab, options):
    """The column of a lab's solutions on the kernel of lab `kernel_lab`."""
    kernel = Kernel(kernel_lab, "reference", mode=options.mode)
    return collect_column(name, lab, lambda exercise: kernel, options.wanted, options.chosen)


def run_columns(columns, folder):
    """Boots what the columns need and fills them."""
    trials = [trial for column in columns for trial in column.trials]
    fill_columns(columns, run_trials(trials, folder, Progress()))


def grade_folder(lab, options, folder):
    """The two figures of one lab; (columns, is it full?, the score in a line)."""
    if not lab.exercises:
        return [], True, f"lab {lab.number}: no exercise yet"
    together = own_column("together", lab, options)
    columns = [own_column("alone", lab, options, alone=True)] if lab.solved else []
    columns.append(together)
    run_columns(columns, folder)
    report.print_folder(lab, columns)
    report.print_reasons(columns, typed(options, typed_where(options, lab)))
    figures = ", ".join(f"{column.figure} {column.name}" for column in columns)
    return columns, all(column.full for column in columns), f"lab {lab.number}: {figures}{CHOSEN if options.chosen else ''}"


def sum_line(named):
    """The score over several labs in a line; `named`: [(name, its columns)]."""
    if any(column.chosen for _, columns in named for column in columns):
        return "score: " + ", ".join("{} {} of {}".format(name, *sum_points(columns)) for name, columns in named) + CHOSEN
    return "score: " + ", ".join("{} {}/{}".format(name, *sum_scores(columns)) for name, columns in named)


def grade_table(course, options, folder):
    """The table of the labs; (columns, is the reference full?, the score in a line). A student's tree has no
    reference to stand beside."""
    last = course[-1].number
    rows = [lab for lab in course if options.lab in ("", str(lab.number))]
    own = [own_column("this tree", lab, options) for lab in rows]
    if not all(lab.solved for lab in course):
        run_columns(own, folder)
        report.print_table(rows, [own])
        report.print_reasons(own, typed(options, "top"))
        full = all(column.full for column in own if column.lab.exercises)
        return own, full, sum_line([("this tree", own)])
    reference = [reference_column("reference", lab, lab.number, options) for lab in rows]
    again = [reference_column("full kernel", lab, last, options)
             for lab in rows if lab.number < last]
    run_columns(own + reference + again, folder)
    report.print_table(rows, [own, reference, again])
    report.print_reasons(own + reference + again, typed(options, "top"))
    judged = [column for column in reference + again if column.lab.exercises]
    return (own + reference + again, all(column.full for column in judged),
            sum_line([("this tree", own), ("reference", reference)]))


def choose_tests(options, asked):
    """Which tests of the labs asked for are wanted, and whether those may be fewer than all."""
    exercises = {exercise.number: exercise for lab in asked for exercise in lab.exercises}
    if options.exercise and options.exercise not in exercises:
        sys.exit(f"no exercise {options.exercise} here; there are {', '.join(exercises)}")
    some = [test.name for test in exercises[options.exercise].tests] if options.exercise else None
    options.chosen = bool(options.test or options.exercise)
    options.wanted = lambda name: (some is None or name in some) and (not options.test or fnmatchcase(name, options.test))


def nearest(name, course):
    """The test that may have been meant, in words."""
    names = [test.name for lab in course for exercise in lab.exercises for test in exercise.tests]
    given = [test.name for lab in course for test in lab.given if fnmatchcase(test.name, name)]
    if given:
        return f"; {given[0]} is a test of given code, which counts nothing: make qemu TEST={given[0]}"
    found = get_close_matches(name, names, 1)
    return f"; did you mean {found[0]}?" if found else ""


def main():
    end_on_sigterm()
    options = parse_arguments()
    course = labs()
    known = {str(lab.number): lab for lab in course}
    for asked in filter(None, (options.folder, options.lab)):
        if asked not in known:
            sys.exit(f"no lab {asked} in this tree")
    choose_tests(options, [lab for lab in course if str(lab.number) in (options.folder or options.lab or known)])
    if not any(options.wanted(test.name) for lab in course for exercise in lab.exercises
               for test in exercise.tests):
        sys.exit(f"no test matches {options.test}{' in ' + options.exercise if options.exercise else ''}: a whole name, or a pattern such as 'page_*'{nearest(options.test, course)}")
    if options.tree and options.folder:
        demand_files(known[options.folder], options)
    foreign = [line for lab in course for line in foreign_includes(options.tree, lab)] if options.tree else []
    if foreign:
        sys.exit("not graded, an exercise file includes headers, by their names alone:\n  " + "\n  ".join(foreign))
    if options.identity:
        print(describe(options.identity))
    note_changed()
    with run_folder() as folder:
        if options.folder:
            graded = grade_folder(known[options.folder], options, folder)
        else:
            graded = grade_table(course, options, folder)
    columns, full, score = graded
    if options.json:
        report.write_json(options.json, columns, options.identity)
    if options.junit:
        report.write_junit(options.junit, columns)
    print(score)
    return 0 if full else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
    except OSError as error:  # no room, no right to write
        sys.exit(f"not graded: {error.filename or 'a file'}: {error.strerror}")
