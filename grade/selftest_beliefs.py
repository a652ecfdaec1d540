"""The grader's own tests, of `this looks like: …`."""
import misconceptions


def check_beliefs():
    """Which failures say what was believed, where others' exercises are not written yet."""
    real = misconceptions.known
    first, second = {"a": "mismatch", "b": "panic"}, {"a": "mismatch", "c": "race"}
    third = {"a": "mismatch; broke P1: f(x), g (y)", "b": "panic; #PF page fault (vector #)"}
    misconceptions.known = lambda: [
        {"exercise": "1.1", "believed": "x", "fails": first}, {"exercise": "1.1", "believed": "x", "fails": {"c": "race"}},
        {"exercise": "1.1", "believed": "y", "fails": second}, {"exercise": "1.2", "believed": "z", "fails": first},
        {"exercise": "1.3", "believed": "t", "fails": third}]
    good = dict.fromkeys("abc", "pass")
    try:
        for name, verdicts, wanted in (
                ("just so", {**good, **first}, "x"), ("another's exercise", {**good, "b": "mismatch"}, ""),
                ("nothing fails", good, ""), ("a blocked test", {**good, "a": "mismatch", "b": "blocked"}, "x"),
                ("too little is left", {"a": "mismatch", "b": "blocked", "c": "blocked"}, ""),
                ("a blocked test of one", {**good, "a": "blocked", "b": "panic"}, "x"),
                ("a fault without 1.4", {**good, "a": "mismatch", "b": "fault"}, "x"),
                ("nothing but blocked", dict.fromkeys("abc", "blocked"), ""),
                ("one skipped", {**good, **first, "c": "skipped"}, "x"),
                ("two alike, of two beliefs", {**good, "a": "blocked", "c": "race"}, "")):
            seen = misconceptions.belief("1.1", verdicts)
            yield f"belief: {name}", seen == wanted, f"expected {wanted!r}, told {seen!r}"
        for name, verdicts, wanted in (
                ("the same check", third, "t"), ("another check", {**third, "a": "mismatch; broke P1: f(x)"}, ""),
                ("a check with more to its name", {**third, "a": third["a"] + ", where i is 1"}, ""),
                ("more than is known of it", {**third, "b": third["b"] + "; and more"}, "t"),
                ("a fault that would say what it was", {**third, "b": "fault"}, "t")):
            seen = misconceptions.belief("1.3", verdicts)
            yield f"belief: {name}", seen == wanted, f"expected {wanted!r}, told {seen!r}"
        said = ", ".join(f"{test} ({failure})" for test, failure in third.items())
        seen = misconceptions.read_fails(said)
        yield "belief: a head's words", seen == third, f"{said} was read as {seen}"
    finally:
        misconceptions.known = real
