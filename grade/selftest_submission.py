"""Tests of what is believed of a submission: which texts of an exercise file are refused, and what is said of its author.
They are part of selftest.py.
"""
from course import ROOT, labs
from submission import describe, foreign_in, foreign_includes

# Each would bring in more than a header of the course, for gcc, for clang or for nasm.
REFUSED = {
    ".c": ['#include "../solutions/lab1-boot/page_list.c"', '%:include "../solutions/lab1-boot/page_list.c"', "#include NAME",
           '??=include "../x.c"', '/* a */ #include "../x.c"', '# /* a\n */ include "../x.c"', '#\\\n inc\\ \nlude "../x.c"',
           '#\0include "../x.c"', 'int x;\r#include "../x.c"', '#include "page.h" // */ include "../x.c"', '#include "x.c"',
           '#include_next "page.h"', '#import "page.h"', '#embed "x.h"', '#include </x.h>', 'R"x("/*)x";\n#include "../x.c"\n/* */',
           '__asm__(".inc" "bin \\"x\\"");', '__asm__(".INCLUDE \\"x\\"");'],
    ".asm": ['%include "../solutions/lab1-boot/trap_stubs.asm"', '%INCLUDE "../x.asm"', '%{include} "../x.asm"', "%include NAME",
             '%inc\\\nlude "../x.asm"', '%require "../x.asm"', "%use fp", '%pathsearch A "x"', '%depend "x"', 'IncBin "x"',
             '%include "a.inc" ; \\\n%include "../x.asm"', '%include "x.asm"'],
}
TAKEN = {".c": ['#include "page.h"', " # include <stdint.h>  /* sizes */", '#include "page.h" // a page', "/* Include it. #1 and #3 */"],
         ".asm": ['%include "trap.inc"', "%include 'trap.inc' ; frames", "%define include 3"]}


def check_submissions():
    """(name, passed, detail) for every test."""
    for kind, texts in REFUSED.items():
        for text in texts:
            yield f"refused in {kind}: {text!r}", list(foreign_in(f"x{kind}", f"int a;\n{text}\n")), "it was not"
    for kind, texts in TAKEN.items():
        for text in texts:
            wrong = list(foreign_in(f"x{kind}", f"{text}\n"))
            yield f"taken in {kind}: {text!r}", not wrong, str(wrong)
    wrong = [line for lab in labs() for tree in (ROOT, ROOT / "solutions") for line in foreign_includes(tree, lab)]
    yield "none of the course's own exercise files is refused", not wrong, str(wrong)
    line = describe({"name": "\033[2JA", "email": 7, "release": "r" * 100, "commit": "c", "committed": True, "others": "text",
                     "changed": ["a", "b", "c", "\nd"]})
    yield "of what strangers wrote nothing commands the terminal", line == (
        f"submission of [2JA <7>, written in release {'r' * 80}, commit c;"
        " given files changed there, which counts for nothing: a, b, c and 1 more"), repr(line)
