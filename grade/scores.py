"""From verdicts to points: what one column of a grading is worth, lab by lab.

A lab's score is of 100, whatever the sum of its tests' points; in a sum of several labs each counts
what grade/course.mk says. What is said is rounded down, so that full marks are said of nothing less.
Where only some tests were chosen there is no score, but points of those.
"""
from dataclasses import dataclass

from course import Lab
from trials import Trial


@dataclass
class Column:
    """One way of judging one lab: its trials and, once they ran, their verdicts. `state` says why
    nothing was booted ('' when it was); `chosen`, whether only some of the lab's tests were asked for."""
    name: str
    lab: Lab
    trials: list
    state: str = ""
    results: dict = None
    chosen: bool = False

    def earned(self, exercise=None):
        return sum(trial.test.points for trial in self.trials
                   if exercise in (None, trial.exercise) and self.results[trial][0].passed)

    def points(self, exercise=None):
        return sum(trial.test.points for trial in self.trials if exercise in (None, trial.exercise))

    @property
    def full(self):
        return not self.state and all(verdict.passed for verdict, _ in self.results.values())

    @property
    def score(self):
        """Of 100."""
        points = self.points()
        return 100 * self.earned() // points if points and not self.state else 0

    @property
    def figure(self):
        """What the column is worth, in words."""
        return f"{self.earned()} of {self.points()}" if self.chosen and not self.state else f"{self.score}/100"

    @property
    def skipped(self):
        """The trials that nothing could be said of here."""
        return [trial for trial, verdict in self.failures if verdict.kind == "skipped"]

    @property
    def failures(self):
        return [] if self.state else [
            (trial, self.results[trial][0]) for trial in self.trials
            if not self.results[trial][0].passed]


def collect_column(name, lab, kernel_of, wanted, chosen=False):
    """The column of a lab's exercises: kernel_of(exercise) is the kernel for an exercise's tests,
    wanted(test name) says which of them are asked for, `chosen` whether those may be fewer than all."""
    trials = [Trial(f"{name.replace(' ', '-')}/lab{lab.number}", kernel_of(exercise),
                    exercise.number, test)
              for exercise in lab.exercises for test in exercise.tests if wanted(test.name)]
    return Column(name, lab, trials, chosen=chosen)


def fill_columns(columns, results):
    """Hands each column its share of the results."""
    for column in columns:
        column.results = {trial: results[trial] for trial in column.trials if trial in results}


def sum_points(columns):
    """(earned, possible) of the chosen tests."""
    judged = [column for column in columns if column.trials]
    return sum(column.earned() for column in judged), sum(column.points() for column in judged)


def sum_scores(columns):
    """(earned, possible) over the columns of labs that have exercises."""
    counted = [column for column in columns if column.trials or column.state == "not started"]
    return (sum(column.score * column.lab.weight for column in counted) // 100,
            sum(column.lab.weight for column in counted))
