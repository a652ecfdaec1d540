"""The branch `solution`: that it is what it says, and that a difference would be found.

As a program: its last line is `N passed, N failed`.
"""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from course import labs
from own_tests import run_tests
from solution_branch import ROOT, TREE, build, commit, differences, exercise_paths, git, make_tree, prove

BRANCH = "refs/corey-tests/solution"  # not the one that people use


def test_kernel_is_the_reference():
    """Solved in place, without solutions/, and the same bytes; one changed line is noticed."""
    assert list(prove(make_tree())) == []
    assert not (TREE / "solutions").exists()
    path = TREE / labs()[0].folder / "page_list.c"
    text = path.read_text()
    path.write_text(text.replace("list->count++;", "list->count += 2;"))
    try:
        assert list(differences(build(ROOT), build(TREE))) == [".text: other bytes"]
    finally:
        path.write_text(text)


def test_only_exercise_files_differ():
    """HEAD's tree itself is refused: nothing is solved in it."""
    wrong = list(prove(git("rev-parse", "HEAD^{tree}").decode().strip()))
    assert {f"{path} is not its solution" for path in exercise_paths()} <= set(wrong), wrong


def test_grows_by_commits():
    """Each new tree is a commit on top of the last; the same tree is none."""
    tree = make_tree()
    try:
        assert commit(git("rev-parse", "HEAD^{tree}").decode().strip(), BRANCH)
        first = git("rev-parse", BRANCH)
        assert commit(tree, BRANCH) and commit(tree, BRANCH) is None
        assert git("rev-parse", f"{BRANCH}^1") == first and git("rev-parse", f"{BRANCH}^2") == git("rev-parse", "HEAD")
        assert git("rev-parse", f"{BRANCH}^{{tree}}").decode().strip() == tree
    finally:
        git("update-ref", "-d", BRANCH)


def test_on_the_branch_itself():
    """There are no solutions to put in place: that is said."""
    with tempfile.TemporaryDirectory(prefix="corey-solution-") as made:
        shutil.copytree(ROOT / "grade", Path(made) / "grade")
        for lab in labs():
            (Path(made) / lab.folder).mkdir()
        ran = subprocess.run([sys.executable, "-B", f"{made}/grade/solution_branch.py"], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    assert ran.returncode == 1 and ran.stdout.startswith("there is no solutions/ here: make solution-branch is to be typed on"), ran


if __name__ == "__main__":
    sys.exit(run_tests([test_kernel_is_the_reference, test_only_exercise_files_differ, test_grows_by_commits, test_on_the_branch_itself]))
