"""A machine at whose console a script sits: it types, and waits for what must come."""
import os
import re
import selectors
import subprocess
import time

from machine import calibrate, time_waited


class Console:
    """A machine whose serial line is the standard input and output of `command`. It has `seconds` of its own time for all
    that it is asked."""

    def __init__(self, command, seconds):
        self.seen = ""
        self.limit = seconds * calibrate()
        self.begin = time.monotonic()
        self.watch = selectors.DefaultSelector()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, start_new_session=True)
        self.line = self.process.stdin.fileno()
        self.watch.register(self.process.stdout, selectors.EVENT_READ)

    @property
    def overdue(self):
        used = time.monotonic() - self.begin
        return used >= self.limit and used - time_waited(self.process.pid) >= self.limit

    def read(self):
        """Takes what has come; False when the machine has ended or its time is over."""
        while True:
            for key, _ in self.watch.select(0.25):
                try:
                    piece = os.read(key.fd, 4096)
                except OSError:  # of a terminal: the other side is gone
                    piece = b""
                if not piece:
                    return False
                self.seen += piece.decode(errors="replace").replace("\r", "")
                return True
            if self.overdue:
                return False

    def step(self, typed, pattern):
        """Types, and reads until the pattern has come: what was seen instead, or ""."""
        self.seen = ""
        if typed:
            os.write(self.line, typed.encode())
        while not re.search(pattern, self.seen, re.DOTALL):
            if not self.read():
                return self.seen or "nothing"
        return ""

    def end(self, typed):
        """Types, and waits for the machine's end: its exit status, None if it does not end."""
        os.write(self.line, typed.encode())
        while self.read():
            pass
        return None if self.overdue else self.process.wait()

    def close(self):
        self.watch.close()
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def run_steps(console, steps):
    """(name, passed, detail) of each step (name, what is typed, what must come: a pattern); the first that fails is the
    last."""
    for name, typed, pattern in steps:
        instead = console.step(typed, pattern)
        yield name, not instead, f"expected {pattern!r}, seen {instead[-300:]!r}"
        if instead:
            return
