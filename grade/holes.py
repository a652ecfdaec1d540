"""`make holes`: renders the exercise files from solutions/; --check proves that doing so would
change nothing and that no solution stands outside solutions/.

An exercise file is never written by hand: where the two differ, solutions/ is right.
"""
import re
import sys

from course import ROOT, labs
from handed_out import rendered
from markers import MarkerError, find_bodies

SOURCES = ("*.c", "*.h", "*.asm", "*.inc")
LEAK = 4  # this many lines of a body, one after another, found elsewhere are solution text


def check_listed(lab):
    """solutions/labN-*/ holds the files that labN.py names, and nothing else."""
    folder = ROOT / "solutions" / lab.folder
    present = {path.name for path in folder.glob("*")}
    for name in sorted(present ^ set(lab.files)):
        where = "solutions/ has it, " if name in present else "no such solution, though "
        yield f"{lab.folder}/{name}: {where}grade/lab{lab.number}.py " + (
            "does not name it" if name in present else "names it")


def check_rendered(lab):
    """Rendering again changes nothing; the markers are those of the exercise that has the file."""
    for exercise in lab.exercises:
        for name in exercise.files:
            if not lab.solution_path(name).is_file():
                continue
            try:
                text = rendered(lab, name)
                bodies = find_bodies(name, lab.solution_path(name).read_text().splitlines())
            except MarkerError as error:
                yield str(error)
                continue
            if bodies[0].exercise != exercise.number:
                yield f"{name}: marked {bodies[0].exercise}, but belongs to {exercise.number}"
            own = lab.own_path(name)
            if not own.is_file() or own.read_text(encoding="utf-8") != text:
                yield f"{lab.folder}/{name} is not what solutions/ renders to: make holes"


def squeezed(line):
    return re.sub(r"\s+", "", line)


def telling(line):
    """Is a line long enough to be recognised as somebody's?"""
    return len(squeezed(line)) > 8 and not line.strip().startswith(("/*", "*", "//", ";"))


def body_runs(lab):
    """{a run of LEAK telling lines, squeezed: the solution it is from}."""
    runs = {}
    for name in lab.files:
        path = lab.solution_path(name)
        if not path.is_file():
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        for body in find_bodies(name, lines):
            kept = [squeezed(line) for line in lines[body.first + 1:body.last] if telling(line)]
            for start in range(len(kept) - LEAK + 1):
                runs[tuple(kept[start:start + LEAK])] = f"{lab.folder}/{name}"
    return runs


def check_leaks(course):
    """No run of solution lines stands in any source or handout of the lab folders."""
    runs = {}
    for lab in course:
        runs.update(body_runs(lab))
    for lab in course:
        paths = [path for pattern in (*SOURCES, "*.md")
                 for path in (ROOT / lab.folder).rglob(pattern)]
        for path in sorted(paths):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            kept = [squeezed(line) for line in lines if telling(line)]
            found = {runs[tuple(kept[start:start + LEAK])]
                     for start in range(len(kept) - LEAK + 1)
                     if tuple(kept[start:start + LEAK]) in runs}
            for name in sorted(found):
                yield f"{path.relative_to(ROOT)}: holds lines of the solution {name}"
            marked = [line for line in lines if re.search(r"(BEGIN|END) \d\.\d", line)]
            if marked:
                yield f"{path.relative_to(ROOT)}: a marker outside solutions/: {marked[0].strip()}"


def check_holes():
    """Everything that is wrong with the exercise files, a line each."""
    course = labs()
    wrong = []
    for lab in course:
        wrong += list(check_listed(lab)) + list(check_rendered(lab))
    return wrong if wrong else list(check_leaks(course))


def write_holes():
    """Renders every exercise file whose text would change."""
    for lab in labs():
        for name in lab.files:
            text, own = rendered(lab, name), lab.own_path(name)
            if not own.is_file() or own.read_text(encoding="utf-8") != text:
                own.write_text(text, encoding="utf-8")
                print(f"rendered {lab.folder}/{name}")


def main():
    if "--check" in sys.argv[1:]:
        wrong = check_holes()
        print("\n".join(wrong) or "the exercise files are what solutions/ renders to")
        return 1 if wrong else 0
    try:
        write_holes()
    except (MarkerError, FileNotFoundError) as error:
        sys.exit(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
