"""`make compile_commands.json`: for editors (clangd), how each file of C is compiled, from make's own words.

    compile_commands.py OUT -- MAKE OBJECT …

Make is asked what it would do for these objects if none were there: no rule is written twice.
"""
import json
import shlex
import subprocess
import sys
from pathlib import Path

from course import ROOT


def commands(lines):
    """The entries of what make would do, a line a command."""
    for line in lines:
        words = shlex.split(line) if " -c " in line else []
        if "-c" in words and words[-1].endswith(".o"):
            yield {"directory": str(ROOT), "file": words[words.index("-c") + 1], "arguments": words}


def main():
    out, make = Path(sys.argv[1]), sys.argv[sys.argv.index("--") + 1:]
    said = subprocess.run(make, stdout=subprocess.PIPE, text=True)
    if said.returncode:
        sys.exit(said.returncode)
    entries = list(commands(said.stdout.splitlines()))
    out.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
    print(f"{out}: {len(entries)} files")


if __name__ == "__main__":
    main()
