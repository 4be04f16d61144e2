"""Which of two Debian versions is older, as the policy manual defines it."""

import re
from itertools import zip_longest

END = ((0,), 0)
Parts = list[tuple[tuple[int, ...], int]]


def is_older(one: str, other: str) -> bool:
    """Fields that differ decide, from the left."""
    if one == other:
        return False
    for mine, theirs in zip(split(one), split(other), strict=True):
        for pair in zip_longest(mine, theirs, fillvalue=END):
            if pair[0] != pair[1]:
                return pair[0] < pair[1]
    return False


def split(version: str) -> tuple[Parts, Parts, Parts]:
    """Epoch, upstream version, revision."""
    epoch, _, rest = version.rpartition(":") if ":" in version else ("0", "", version)
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "0")
    return parts(epoch), parts(upstream), parts(revision)


def parts(text: str) -> Parts:
    """What is no number and what is one, by turns. `~` comes before the end, letters before all other characters."""
    pairs = re.findall(r"([^0-9]*)([0-9]*)", text)
    return [((*map(order, words), 0), int(digits or 0)) for words, digits in pairs]


def order(character: str) -> int:
    if character == "~":
        return -1
    return ord(character) if character.isalpha() else ord(character) + 256
