"""The archive that Linux unpacks into its first file system: cpio's format "newc", of the kernel's
Documentation/driver-api/early-userspace/buffer-format.rst. Equal contents make equal bytes: no
owner, no time, inodes numbered in order.
"""
import stat
from dataclasses import dataclass

MAGIC = b"070701"
ALIGNMENT = 4
TRAILER = "TRAILER!!!"


@dataclass(frozen=True)
class Node:
    """A file, folder or device: mode with its kind, bytes, and a device's numbers."""
    mode: int
    content: bytes = b""
    device: tuple = (0, 0)


FOLDER = Node(stat.S_IFDIR | 0o755)
CONSOLE = Node(stat.S_IFCHR | 0o600, device=(5, 1))  # the kernel opens /dev/console for its first process
NULL = Node(stat.S_IFCHR | 0o666, device=(1, 3))


def pad(size):
    return b"\0" * (-size % ALIGNMENT)


def entry(number, name, node):
    """One entry as bytes: thirteen numbers of eight hexadecimal digits, the name, the content."""
    encoded = name.encode() + b"\0"
    numbers = (number, node.mode, 0, 0, 1, 0, len(node.content), 0, 0, *node.device, len(encoded), 0)
    head = MAGIC + b"".join(b"%08X" % value for value in numbers) + encoded
    return b"".join((head, pad(len(head)), node.content, pad(len(node.content))))


def folders_of(names):
    """The folders that these names lie in, each before what lies in it."""
    found = set()
    for name in names:
        parts = name.split("/")
        found |= {"/".join(parts[:depth]) for depth in range(1, len(parts))}
    return sorted(found)


def make_archive(files):
    """The archive of {absolute path: Node}, with the folders that the paths need."""
    nodes = {path.lstrip("/"): node for path, node in files.items()}
    folders = [name for name in folders_of(nodes) if name not in nodes]
    names = [(name, FOLDER) for name in folders] + sorted(nodes.items())
    entries = [entry(number, name, node) for number, (name, node) in enumerate(names, 1)]
    return b"".join([*entries, entry(0, TRAILER, Node(0))])
