"""The grader's own tests, of `this looks like: …`."""
import misconceptions


def check_beliefs():
    """Which failures say what was believed, where others' exercises are not written yet."""
    real = misconceptions.known
    first, second = {"a": "mismatch", "b": "panic"}, {"a": "mismatch", "c": "race"}
    misconceptions.known = lambda: [
        {"exercise": "1.1", "believed": "x", "fails": first}, {"exercise": "1.1", "believed": "x", "fails": {"c": "race"}},
        {"exercise": "1.1", "believed": "y", "fails": second}, {"exercise": "1.2", "believed": "z", "fails": first}]
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
    finally:
        misconceptions.known = real
