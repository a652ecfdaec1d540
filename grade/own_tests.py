"""How programs of tests of our own Python run them, and say what `make check` reads: `N passed, N failed`."""
import signal
import sys
import tempfile
from pathlib import Path

from machine import end_on_sigterm


def hear_interrupts():
    """In a process that is to be interrupted: a shell has what it starts in the background ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def finish(passed, failed):
    """The last line, and the exit status; a program that has tested nothing has failed."""
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def said(result, status, *texts):
    """Fails unless a command's result, (exit status, what it said), is this status and has said these texts."""
    missing = [text for text in texts if text not in result[1]]
    assert result[0] == status and not missing, f"status {result[0]}, not said {missing}: {result[1][-800:]}"


def run_tests(tests):
    """Runs functions that fail by an exception; says which did and why."""
    failed = 0
    for one in tests:
        try:
            one()
        except Exception as error:  # one test's failure is not the end of the others
            failed += 1
            print(f"{one.__name__}: FAILED: {error!r:.600}")
    return finish(len(tests) - failed, failed)


def run_named(title, tests, names):
    """Runs those of the functions test_NAME that are named, or all, each in a folder of its own; they fail by an
    exception."""
    end_on_sigterm()
    known = {test.__name__.removeprefix("test_"): test for test in tests}
    unknown = sorted(set(names) - set(known))
    if unknown:
        sys.exit(f"no such test: {' '.join(unknown)} (there are: {' '.join(known)})")
    failed = 0
    for name in names or known:
        with tempfile.TemporaryDirectory(prefix=f"corey-{title}-") as folder:
            try:
                known[name](Path(folder))
                print(f"{title} {name}: passed", flush=True)
            except Exception as error:
                failed += 1
                print(f"{title} {name}: FAILED: {error}", flush=True)
    return finish(len(names or known) - failed, failed)


def run_results(title, find):
    """Counts what find(folder) yields: (name, passed, detail). What ends it early is one more failure."""
    end_on_sigterm()
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix=f"corey-{title}-") as folder:
        try:
            for name, good, detail in find(Path(folder)):
                passed, failed = passed + bool(good), failed + (not good)
                if not good:
                    print(f"{name}: {detail}", flush=True)
        except Exception as error:
            failed += 1
            print(f"{title}: {error}")
    return finish(passed, failed)


def run_findings(title, find):
    """The same for what yields (name, trouble), '' where there is none."""
    return run_results(title, lambda folder: ((name, not trouble, trouble) for name, trouble in find(folder)))
