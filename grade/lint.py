"""`make lint`: the size of the kernel beside its budget, and rules that no compiler knows.

Counted are lines that hold code (neither blank nor comment only) of what runs in ring 0: given/ and
the headers of a lab, and its solutions; not tests, handouts or ring 3. Also: the longest file and
function, files over FILE_MOST lines and functions over FUNCTION_MOST, and every function that has a
weak default: where it is overridden, which must be in one place, in given/ or an exercise file of a
later lab. The layout of every C file is what .clang-format makes of it, if that tool is there; it leaves
comments alone, and knows no assembly and no page: none of their lines is wider than COLUMNS.
"""
import re
import shutil
import subprocess
import sys
from collections import defaultdict

from course import LAST_LAB, ROOT

BUDGET = {1: 1300, 2: 700, 3: 700, 4: 1300, 5: 1300, 6: 2200}
FILE_MOST = 300
FUNCTION_MOST = 60
COLUMNS = 120
SUFFIXES = {".c", ".h", ".asm", ".inc", ".S"}
PAGES = {".md", ".def", ".pml"}  # beside SUFFIXES, of which the width is looked at
NOT_KERNEL = {"test", "user", "programs", "experiments"}
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
DEFINITION = re.compile(r"^(?!__attribute__)(\w+)\([^;]*$")
WEAK = re.compile(r"__attribute__\(\(weak\)\)|^WEAK\b")


def folder_of(lab):
    """The folder of lab N, if it exists."""
    return next(iter(sorted(ROOT.glob(f"lab{lab}-*"))), None)


def lab_of(path):
    """The number of the lab that a source belongs to."""
    return int(re.search(r"/lab(\d)-", str(path)).group(1))


def kernel_files(lab):
    """The sources of lab N that run in ring 0, each exercise file as its solution."""
    folder = folder_of(lab)
    solved = ROOT / "solutions" / folder.name
    replaced = {path.name for path in solved.glob("*")}
    own = [path for path in folder.rglob("*")
           if not NOT_KERNEL & set(path.relative_to(folder).parts)
           and not (path.parent == folder and path.name in replaced)]
    return sorted(path for path in own + list(solved.glob("*")) if path.suffix in SUFFIXES)


def count_code(path):
    """Lines that hold code."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".asm", ".inc"):
        lines = (line.split(";")[0] for line in text.splitlines())
    else:
        lines = COMMENT.sub(lambda m: "\n" * m.group().count("\n"), text).splitlines()
    return sum(1 for line in lines if line.strip())


def functions(path):
    """(name, first line, lines) of each C function, by the house's layout: name at the line's
    beginning, closing brace alone."""
    name, start = None, 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = DEFINITION.match(line)
        if match and not name:
            name, start = match.group(1), number
        elif name and line == "}":
            yield name, start, number - start + 1
            name = None
        elif name and line.endswith(";") and not line.startswith((" ", "\t")):
            name = None


def print_sizes(sources):
    """The table of sizes: lines of C, of headers and of assembly, and their sum beside the budget."""
    print(f"{'lab':<6}{'C':>8}{'headers':>9}{'assembly':>9}{'sum':>8}{'budget':>8}")
    totals = defaultdict(int)
    for lab, paths in sources.items():
        kinds = defaultdict(int)
        for path in paths:
            kinds[path.suffix if path.suffix in (".c", ".h") else "asm"] += count_code(path)
        for kind, lines in kinds.items():
            totals[kind] += lines
        print_row(lab, kinds, BUDGET[lab])
    print_row("sum", totals, sum(BUDGET.values()))


def print_row(title, kinds, budget):
    print(f"{title:<6}{kinds['.c']:>8}{kinds['.h']:>9}{kinds['asm']:>9}{sum(kinds.values()):>8}"
          f"{budget:>8}")


def print_longest(paths):
    """The longest file and function; complaints about what is over the limits."""
    files = [(len(path.read_text(encoding="utf-8").splitlines()), path) for path in paths]
    code = [(lines, name, path, start) for path in paths if path.suffix == ".c"
            for name, start, lines in functions(path)]
    wrong = [f"{path.relative_to(ROOT)}: {lines} lines" for lines, path in files
             if lines > FILE_MOST]
    wrong += [f"{path.relative_to(ROOT)}:{start}: {name} has {lines} lines"
              for lines, name, path, start in code if lines > FUNCTION_MOST]
    for lines, path in sorted(files, reverse=True)[:1]:
        print(f"longest file: {path.relative_to(ROOT)}, {lines} lines")
    for lines, name, path, start in sorted(code, key=lambda entry: entry[0], reverse=True)[:1]:
        print(f"longest function: {name} at {path.relative_to(ROOT)}:{start}, {lines} lines")
    return wrong


def weak_and_strong(paths):
    """({function: paths of weak definitions}, {function: paths of ordinary ones})."""
    weak, strong = defaultdict(list), defaultdict(list)
    for path in paths:
        lines = path.read_text(encoding="utf-8").splitlines()
        for name, start, _ in functions(path):
            head = " ".join(lines[max(0, start - 3):start - 1])
            head = re.split(r"[;}]", head)[-1]
            kind = weak if WEAK.search(head) else strong
            if "static" not in head.split():
                kind[name].append(path)
    return weak, strong


def print_overrides(paths):
    """Every weak default and its override; complaints where that is not one place of a later lab."""
    weak, strong = weak_and_strong([path for path in paths if path.suffix == ".c"])
    wrong = []
    for name, places in sorted(weak.items()):
        by = strong.get(name, [])
        shown = ", ".join(str(path.relative_to(ROOT)) for path in by) or "nobody yet"
        print(f"weak: {name} ({places[0].relative_to(ROOT)}), overridden by {shown}")
        if len(places) > 1:
            wrong.append(f"{name}: {len(places)} weak defaults")
        if len(by) > 1:
            wrong.append(f"{name}: overridden {len(by)} times")
        wrong += [f"{path.relative_to(ROOT)}: overrides {name} of the same lab or a later one"
                  for path in by if lab_of(path) <= lab_of(places[0])]
    return wrong


def tree_files():
    """Every file of the labs, of solutions/ and of grade/, but for mutants: they are pieces of files."""
    return [path for folder in [*ROOT.glob("lab[1-7]-*"), ROOT / "solutions", ROOT / "grade"]
            for path in sorted(folder.rglob("*")) if path.parent.name != "mutants"]


def check_widths():
    """Complaints about lines that are too wide. A row of a table cannot be broken, and what a machine has said is as
    wide as it was said."""
    wrong = []
    for path in [ROOT / "README.md", *tree_files()]:
        if path.suffix not in SUFFIXES | PAGES:
            continue
        fenced = False
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            fenced ^= path.suffix == ".md" and line.startswith("```")
            if len(line) > COLUMNS and not fenced and not (path.suffix == ".md" and line.startswith("|")):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {len(line)} columns, at most {COLUMNS}")
    return wrong


def check_format():
    """Complaints about the layout of the tree's C files, ring 3 and tests included."""
    if not shutil.which("clang-format"):
        print("layout not checked: no clang-format")
        return []
    paths = [path for path in tree_files() if path.suffix in (".c", ".h")]
    run = subprocess.run(["clang-format", "--dry-run", *map(str, paths)], stderr=subprocess.PIPE,
                         text=True)
    files = dict.fromkeys(re.findall(r"^(\S+?):\d+:\d+: warning", run.stderr, re.MULTILINE))
    return [f"{path.replace(f'{ROOT}/', '')}: make format" for path in files]


def main():
    sources = {lab: kernel_files(lab) for lab in range(1, LAST_LAB) if folder_of(lab)}
    paths = [path for some in sources.values() for path in some]
    print_sizes(sources)
    wrong = print_longest(paths) + print_overrides(paths) + check_widths() + check_format()
    print("\n".join(f"wrong: {line}" for line in wrong) or "nothing wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
