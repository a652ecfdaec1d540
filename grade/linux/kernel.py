"""Debian's Linux for the peer: fetched and unpacked, never installed.

`linux-image-cloud-amd64` names the package of the newest kernel; that one is downloaded by apt, which
checks its signature, and unpacked into build/linux/kernel/: vmlinuz, config, version. Nobody has to be
root. Where the system's own lists of packages know no such kernel, or one that is no longer to be had,
lists of our own are fetched below build/. Run as a program it fetches what is missing and says which
kernel that is.
"""
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "linux" / "kernel"
METAPACKAGE = "linux-image-cloud-amd64"
DEPENDS = re.compile(r"^Depends:.*?\b(linux-image-[0-9][^ ,]*-cloud-amd64)\b", re.MULTILINE)
VERSION = re.compile(r"^Version: (\S+)", re.MULTILINE)
PARTS = ("vmlinuz", "config")
TOOLS = ("apt-get", "apt-cache", "dpkg-deb")


def run(*command, folder=None):
    """Runs a command; its output, or None where it fails, and its first complaint."""
    ran = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                         errors="replace", env=dict(os.environ, LC_ALL="C"))
    complaints = [line for line in ran.stderr.splitlines() if line.startswith(("W: Failed", "E: "))]
    return (None if ran.returncode else ran.stdout), (complaints or ran.stderr.splitlines() or [""])[0]


def own_lists(folder):
    """apt's options for lists of packages of our own."""
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return ["-o", f"Dir::State::lists={folder}/lists", "-o", f"Dir::Cache={folder}/cache"]


def newest_package(options):
    """The package that the metapackage depends on; '' where apt knows none."""
    shown, _ = run("apt-cache", *options, "show", "--no-all-versions", METAPACKAGE)
    found = DEPENDS.search(shown or "")
    return found.group(1) if found else ""


def download(folder, options):
    """(the package's file below `folder` or None, what went wrong)."""
    name = newest_package(options)
    if not name:
        return None, f"apt knows no {METAPACKAGE}"
    done, complaint = run("apt-get", *options, "download", name, folder=folder)
    files = sorted(folder.glob(f"{name}_*.deb"))
    return (files[0], "") if done is not None and files else (None, complaint)


def fetch_package(folder):
    """The package's file, or an exception that says in one line what is missing."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        raise RuntimeError(f"no Linux to compare with: {missing[0]} is missing (it takes a Debian system)")
    package, _ = download(folder, [])
    if not package:
        options = own_lists(folder)
        _, complaint = run("apt-get", *options, "update", "-qq")
        package, trouble = download(folder, options)
        if not package:
            raise RuntimeError(f"no Linux to compare with: {METAPACKAGE} cannot be fetched; is there a network? "
                               f"({complaint or trouble})")
    return package


def unpack(package, folder):
    """Takes the kernel and its configuration out of the package."""
    done, complaint = run("dpkg-deb", "-x", str(package), str(folder / "package"))
    if done is None:
        raise RuntimeError(f"{package.name}: {complaint}")
    made = folder / "made"
    made.mkdir()
    for part in PARTS:
        files = list((folder / "package" / "boot").glob(f"{part}-*"))
        if len(files) != 1:
            raise RuntimeError(f"{package.name} has no boot/{part}-*")
        shutil.copyfile(files[0], made / part)
    said, _ = run("dpkg-deb", "-f", str(package), "Package", "Version")
    version = VERSION.search(said or "")
    (made / "version").write_text(f"{package.name.split('_')[0]} {version.group(1) if version else '?'}\n")
    return made


def fetch_kernel():
    """The folder with the kernel's parts, fetched unless it is there."""
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{FOLDER}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (FOLDER / "version").exists():
            with tempfile.TemporaryDirectory(prefix="fetch-", dir=FOLDER.parent) as work:
                made = unpack(fetch_package(Path(work)), Path(work))
                shutil.rmtree(FOLDER, ignore_errors=True)
                made.rename(FOLDER)
    return FOLDER


def kernel_version():
    """Package and version of the kernel, for whoever reports what has been measured."""
    return (fetch_kernel() / "version").read_text().strip()


if __name__ == "__main__":
    try:
        print(f"{fetch_kernel()}: {kernel_version()}")
    except (RuntimeError, OSError) as error:
        sys.exit(str(error))
