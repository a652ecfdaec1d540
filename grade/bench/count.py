"""Instructions of the guest, counted by a plugin of QEMU's (count.c) region by region."""
import json
import os
import re
import subprocess

import machine
from course import ROOT
from inputs import FOLDER

SOURCE = ROOT / "grade/bench/count.c"
OLDEST = (7, 2)  # QEMU
KINDS = ("user", "kernel", "waiting")


def plugin_interface():
    """Which version of the plugin interface the QEMU that we run has, as plugin.h names it; an exception says what that
    QEMU lacks."""
    said = subprocess.run([machine.QEMU, "-help"], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.match(r"QEMU emulator version (\d+)\.(\d+)", said)
    version = tuple(map(int, found.groups())) if found else (0, 0)
    if version < OLDEST:
        raise RuntimeError(f"plugins of QEMU's count and simulate, and take QEMU {'.'.join(map(str, OLDEST))} or later; "
                           f"this is {found.group() if found else 'another program'}")
    if not re.search("^-plugin ", said, re.MULTILINE):
        raise RuntimeError(f"{found.group()} was built without plugins, which count and simulate")
    return 1 if version < (9, 0) else 2 if version == (9, 0) else 3


def build_plugin():
    """The path of the plugin, built for the QEMU that we run."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    plugin = FOLDER / "count.so"
    new = plugin.with_name(f"count.{os.getpid()}.so")
    subprocess.run([os.environ.get("CC", "gcc"), "-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror",
                    "-fPIC", "-shared", "-fvisibility=hidden", f"-DPLUGIN_API={plugin_interface()}",
                    "-o", new, SOURCE], check=True)
    new.replace(plugin)
    return plugin


def plugin_argument(plugin, out):
    """QEMU's argument for a run whose counts are to lie in `out`; the file is gone until then."""
    out.unlink(missing_ok=True)
    return f"{plugin},out={out}"


def read_regions(out):
    """[region: [processor: {kind: instructions}]]; None when the run left no counts."""
    try:
        return json.loads(out.read_text())["regions"]
    except (FileNotFoundError, ValueError):
        return None


def worked(counts):
    """The instructions of each processor, waiting left out."""
    return [one["user"] + one["kernel"] for one in counts]
