"""Text from nodes on a terminal. It is hostile: it may move the cursor, rename the window, turn lines round."""

import re
import unicodedata

# ESC [ … m: colours and weights, all that may pass of a job's output.
COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
UNFINISHED = re.compile(r"\x1b(?:\[[0-9;:]{0,60})?$")
KEPT = "\n\t"


def plain(text: str) -> str:
    """One line in which nothing takes effect: control and direction characters are shown as \\x1b, \\u202e."""
    return "".join(_shown(sign, "") for sign in text)


class Output:
    """A job's output piece by piece: colours pass, everything else that a terminal would obey is shown instead."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """What can be shown now; a sequence that is not complete yet waits for the next piece."""
        text = self._held + text
        unfinished = UNFINISHED.search(text)
        end = unfinished.start() if unfinished else len(text) - text.endswith("\r")
        self._held = text[end:]
        return _filtered(text[:end])

    def end(self) -> str:
        held, self._held = self._held, ""
        return _filtered(held)


def _filtered(text: str) -> str:
    parts, at = [], 0
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # a bare return would overwrite what stands there
    for colour in COLOUR.finditer(text):
        parts += [_shown(sign, KEPT) for sign in text[at : colour.start()]]
        parts.append(colour[0])
        at = colour.end()
    parts += [_shown(sign, KEPT) for sign in text[at:]]
    return "".join(parts)


def _shown(sign: str, kept: str) -> str:
    if sign in kept or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return sign
    return sign.encode("unicode_escape").decode()
