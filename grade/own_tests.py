"""How a program of tests of our own Python runs them: functions that fail by an exception."""


def run_tests(tests):
    """Runs all, says which failed and why, and `N passed, N failed`, which `make check` reads; the exit status."""
    failed = 0
    for one in tests:
        try:
            one()
        except Exception as error:  # one test's failure is not the end of the others
            failed += 1
            print(f"{one.__name__}: FAILED: {error!r:.600}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0
