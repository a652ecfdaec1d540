"""Kernels with one exercise changed: the skeleton's hole, the solution itself, a body that merely
returns, a body that ends the machine as if all were well. They prove that tests can fail.

Each variant is a tree under build/grade/trees/ that holds the exercise's files and nothing else,
built as a student's tree is: TREE=…, EX=… among reference files.
"""
from build import BUILD, Kernel
from course import labs
from markers import is_assembly, render_exercise, replace_bodies, return_type
from trials import Trial, run_trials

GOOD_EXIT = "0x10"
SHOWN = 3  # wrong tests of a variant that are named
BAD_ENDS = ("mismatch", "leak", "race", "missing record", "panic", "fault", "triple fault", "time-out",
            "boot")


def return_body(path, lines, body):
    """The lines that leave a body at once, with a zero of whatever type is asked for."""
    if is_assembly(path):
        return [f"{body.indent}xor eax, eax", f"{body.indent}ret"]
    kind = return_type(lines, body)
    return [f"{body.indent}return;" if kind in (None, "void") else
            f"{body.indent}return ({kind}){{0}};"]


def exit_body(path, lines, body):
    """The lines that end the machine with the exit code of success."""
    if is_assembly(path):
        end = ["mov dx, 0xf4", f"mov eax, {GOOD_EXIT}", "out dx, eax"]
    else:
        end = [f'__asm__ volatile("outl %0, %1" : : "a"({GOOD_EXIT}), "d"((unsigned short)0xf4));']
    return [body.indent + line for line in end] + return_body(path, lines, body)


def solved(path, text):
    return text


def returning(path, text):
    return replace_bodies(path, text, lambda number, body, lines: return_body(path, lines, body))


def exiting(path, text):
    return replace_bodies(path, text, lambda number, body, lines: exit_body(path, lines, body))


OF_EARLIER_LABS = ("skeleton", "alone")  # all that is made of an exercise without files
VARIANTS = {"skeleton": render_exercise, "alone": solved, "return": returning, "exit": exiting}


def write_tree(label, lab, texts):
    """A tree under build/ with these exercise files of one lab; untouched where nothing changed,
    so that nothing is built again."""
    folder = BUILD / "trees" / label
    for name, text in texts.items():
        path = folder / lab.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    return str(folder)


def variant_kernel(kind, lab, exercise):
    """The kernel of one variant of one exercise."""
    make = VARIANTS[kind]
    judged = {lab: exercise.files} if exercise.files else {
        other: other.files for other in labs() if other.number < lab.number}
    for owner, files in judged.items():
        texts = {name: make(name, owner.solution_path(name).read_text(encoding="utf-8"))
                 for name in files}
        tree = write_tree(f"{kind}-{exercise.number}", owner, texts)
    return Kernel(lab.number, "own", exercise.number, tree)


def variant_trials(kind, lab, exercise):
    """What a variant must be seen to do: its own tests; for a skeleton those of the whole lab."""
    kernel = variant_kernel(kind, lab, exercise)
    shown = lab.exercises if kind == "skeleton" and exercise.files else [exercise]
    return [Trial(f"{kind}/{exercise.number}", kernel, owner.number, test)
            for owner in shown for test in owner.tests]


def is_right(kind, number, trial, verdict):
    """Did a trial of this variant of exercise `number` end as it must?"""
    if kind == "skeleton" and number.endswith(".0"):
        return verdict.kind == "blocked"
    if kind == "skeleton":
        if trial.exercise == number:
            return verdict.kind == "not written yet" and verdict.hole == number
        return verdict.passed or verdict.hole == number
    if kind == "alone":
        return verdict.passed
    return verdict.kind in BAD_ENDS


def check_variants(folder, progress, only=None, kinds=tuple(VARIANTS)):
    """(name, passed, detail) for each variant of each exercise, or of lab `only`."""
    wanted = [(kind, lab, exercise) for lab in labs() if only in (None, lab.number) and lab.solved
              for exercise in lab.exercises for kind in kinds
              if exercise.files or kind in OF_EARLIER_LABS]
    trials = {(kind, exercise.number): variant_trials(kind, lab, exercise)
              for kind, lab, exercise in wanted}
    results = run_trials([trial for some in trials.values() for trial in some], folder, progress)
    for (kind, number), some in trials.items():
        wrong = [f"{trial.test.name}: {results[trial][0].kind}: {results[trial][0].summary}"
                 for trial in some if not is_right(kind, number, trial, results[trial][0])]
        if len(wrong) > SHOWN:
            wrong[SHOWN:] = [f"and {len(wrong) - SHOWN} more"]
        yield f"{kind} of {number}", bool(some) and not wrong, "; ".join(wrong) or "no test"
