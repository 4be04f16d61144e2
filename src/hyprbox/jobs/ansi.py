"""A job's output as HTML: colours become classes, everything else that a terminal would obey is shown or left out.

Output comes in pieces, and each piece is whole HTML: what is open at its end is closed, and opened again in the next.
So is every line, so that a reader may cut between lines.
"""

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from hyprbox.visible import visible

LONGEST_LINE = 5000
COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")

ESCAPE = "\x1b"
SEQUENCE = re.compile(
    r"\x1b(?:\[([0-9;:]*)(m)"  # SGR, which colours
    r"|\[[0-?]*[ -/]*[@-~]"  # other CSI: moves, erases
    r"|[\]PX^_][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)"  # OSC and other strings: titles, links
    r"|[ -/]*[0-~])"  # all others
)
UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]{0,4096}\x1b?|[ -/]*)?\Z")


@dataclass(frozen=True, slots=True)
class Style:
    colour: str = ""
    bold: bool = False
    dim: bool = False

    def classes(self) -> str:
        named = (f"ansi-{self.colour}" if self.colour else "", "ansi-bold" * self.bold, "ansi-dim" * self.dim)
        return " ".join(filter(None, named))


PLAIN = Style()


class Painter:
    """Remembers the colour, how long the line is already, and the beginning of an escape sequence that was cut."""

    def __init__(self) -> None:
        self._style, self._column, self._kept = PLAIN, 0, ""

    def paint(self, piece: str) -> Markup:
        text, self._kept = _split((self._kept + piece).replace("\r\n", "\n"))
        parts, at = [], 0
        for match in SEQUENCE.finditer(text):
            parts.append(self._lines(text[at : match.start()]))
            at = match.end()
            if match[2] == "m":
                self._style = restyled(self._style, match[1])
        return Markup("").join([*parts, self._lines(text[at:])])

    def _lines(self, text: str) -> Markup:
        return Markup("\n").join(self._line(line, number) for number, line in enumerate(re.split(r"[\n\r]", text)))

    def _line(self, line: str, number: int) -> Markup:
        if number:
            self._column = 0
        room = max(LONGEST_LINE - self._column, 0)
        cut = len(line) > room and self._column <= LONGEST_LINE
        self._column += len(line)
        shown = visible(line[:room]) + (" … the rest of this line is in the raw output" if cut else "")
        return self._spanned(shown) if shown else Markup()

    def _spanned(self, text: str) -> Markup:
        classes = self._style.classes()
        return Markup('<span class="{}">{}</span>').format(classes, text) if classes else escape(text)


def restyled(style: Style, codes: str) -> Style:
    """After an SGR sequence, `1;31` for example. Colours of 256 or more are read and not shown."""
    numbers = [int(code) if code.isdecimal() and len(code) < 5 else 0 for code in re.split("[;:]", codes)]
    while numbers:
        code = numbers.pop(0)
        if code in (38, 48):
            del numbers[: 2 if numbers[:1] == [5] else 4]
        else:
            style = _after(style, code)
    return style


def _after(style: Style, code: int) -> Style:
    if code == 0:
        return PLAIN
    if code in (1, 2):
        return Style(style.colour, style.bold or code == 1, style.dim or code == 2)
    if code == 22:
        return Style(style.colour)
    if 30 <= code <= 37 or 90 <= code <= 97:
        return Style(COLOURS[code % 10], style.bold, style.dim)
    return Style("", style.bold, style.dim) if code == 39 else style


def _split(text: str) -> tuple[str, str]:
    """What can be painted, and the beginning of a sequence or a line end whose rest has not come."""
    if text.endswith("\r"):
        return text[:-1], "\r"
    last = text.rfind(ESCAPE)
    if last < 0 or not UNFINISHED.match(text, last):
        return text, ""
    return text[:last], text[last:]
