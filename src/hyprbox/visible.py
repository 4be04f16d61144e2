"""Text of strangers made safe to look at: what would be invisible or turn a line round is shown by its number."""

import re
import unicodedata

from markupsafe import Markup

# Controls, line and paragraph separators, everything that sets the direction of writing, and what takes no room.
UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
MARKS_IN_A_ROW = 4


def visible(text: str) -> str:
    """ "a\u202eb" becomes "aU+202Eb"; tabs and line ends stay."""
    return UNSEEN.sub(lambda match: f"U+{ord(match[0]):04X}", _flatten(text))


def clip(text: str, most: int) -> str:
    """The beginning, and a sign that it is only that."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def finish(value: object) -> object:
    """What each expression of a template goes through: no page can forget it."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _flatten(text: str) -> str:
    """Marks stacked on one letter would grow over the lines around it."""
    if text.isascii():
        return text
    kept, stacked = [], 0
    for sign in text:
        stacked = stacked + 1 if unicodedata.combining(sign) else 0
        if stacked <= MARKS_IN_A_ROW:
            kept.append(sign)
    return "".join(kept)
