"""What stands on a machine's screen, and its keyboard, by QEMU's own control channel (QMP)."""
import json
import re
import socket

from course import ROOT

FONT = ROOT / "lab1-boot" / "given" / "font.c"
WIDTH, HEIGHT, ROWS = 6, 10, 8  # pixels of a cell; rows of a glyph
TEXT_AT, TEXT_COLUMNS, TEXT_ROWS = 0xB8000, 80, 25
KEYS = {" ": "spc", "\n": "ret"}


class Screen:
    """Of the QEMU that was started with `arguments(folder)`."""

    def __init__(self, folder):
        self.folder = folder
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(folder / "qmp"))
        self.answers = self.socket.makefile("r")
        self.answers.readline()  # its greeting
        self.ask("qmp_capabilities")

    @staticmethod
    def arguments(folder):
        (folder / "qmp").unlink(missing_ok=True)
        return ("-qmp", f"unix:{folder}/qmp,server=on,wait=off")

    def ask(self, command, **arguments):
        """The answer; events that come in between are dropped."""
        self.socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while True:
            answer = json.loads(self.answers.readline())
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def keys(self, text):
        """Types on the keyboard: small letters, digits, blanks, newlines."""
        for c in text:
            self.press(KEYS.get(c, c))

    def press(self, *names):
        """Keys together, by QEMU's names."""
        self.ask("send-key", keys=[{"type": "qcode", "data": name} for name in names])

    def text(self):
        """The lines of VGA's text memory."""
        path = self.folder / "screen"
        self.ask("pmemsave", val=TEXT_AT, size=2 * TEXT_COLUMNS * TEXT_ROWS, filename=str(path))
        cells = path.read_bytes()[::2].decode("latin-1")
        return [cells[at:at + TEXT_COLUMNS].rstrip() for at in range(0, len(cells), TEXT_COLUMNS)]

    def pixels(self):
        """The lines of letters that the pixels are; '?' for what is none."""
        path = self.folder / "screen"
        self.ask("screendump", filename=str(path))
        return read_letters(path.read_bytes())

    def close(self):
        self.answers.close()
        self.socket.close()


def read_font():
    """{the bits of a glyph's rows: its letter}; with the cursor on it a letter is the same."""
    glyphs = [int(word, 16) for word in re.findall(r"0x([0-9a-f]{16}),", FONT.read_text(encoding="ascii"))]
    letters = {glyph: chr(ord(" ") + number) for number, glyph in enumerate(glyphs)}
    whole = sum(0x3F << 8 * row for row in range(ROWS))
    return {**{whole ^ glyph << 1: letter for glyph, letter in letters.items()},
            **{glyph << 1: letter for glyph, letter in letters.items()}}


def read_letters(picture):
    """The lines of a picture (PPM) in which each pixel is black or white."""
    header = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", picture)
    width, height = int(header.group(1)), int(header.group(2))
    red = picture[header.end()::3]
    font, lines = read_font(), []
    for top in range(0, height - HEIGHT + 1, HEIGHT):
        line = ""
        for left in range(0, width - WIDTH, WIDTH):
            glyph = 0
            for y in range(ROWS):
                at = (top + y) * width + left
                glyph = glyph << 8 | int("".join("1" if one else "0" for one in red[at:at + WIDTH]), 2)
            line += font.get(glyph, "?")
        lines.append(line.rstrip())
    return lines
