"""Progress on standard error: one line that is rewritten on a terminal, now and then a line in a
log, nothing for what is over at once."""
import sys
import time

QUIET = 2     # seconds before a terminal is told anything
LOG_GAP = 20  # seconds before a line in a log, and between two


class Progress:
    def __init__(self, stream=sys.stderr):
        self.stream = stream
        self.terminal = stream.isatty()
        self.next = time.monotonic() + (QUIET if self.terminal else LOG_GAP)
        self.shown = False

    def show(self, text):
        """Says how far the work is."""
        now = time.monotonic()
        if now < self.next:
            return
        if self.terminal:
            self.stream.write(f"\r\033[K{text[:78]}")
            self.shown = True
        else:
            self.stream.write(f"{text}\n")
            self.next = now + LOG_GAP
        self.stream.flush()

    def clear(self):
        """Removes the line from the terminal before something that stays is printed."""
        if self.shown:
            self.stream.write("\r\033[K")
            self.stream.flush()
            self.shown = False
