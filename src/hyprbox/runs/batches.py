"""How a run is cut into batches: `1, 5%, 25%, 100%` is one node, then 5 % of all, then 25 %, then the rest."""

import re

from hyprbox.errors import Invalid

CANARY = ("1", "5%", "25%", "100%")
SIZE = re.compile(r"([1-9]\d{0,5})(%?)")
MOST = 20


def sizes(total: int, batches: tuple[str, ...]) -> list[int]:
    """The last one is repeated until none is left."""
    found: list[int] = []
    while (left := total - sum(found)) > 0:
        found.append(min(_size(batches[min(len(found), len(batches) - 1)], total), left))
    return found


def check(batches: tuple[str, ...]) -> None:
    if not 1 <= len(batches) <= MOST:
        raise Invalid(f"batches has {len(batches)} entries, expected 1 to {MOST}, for example 1, 5%, 25%, 100%")
    for text in batches:
        found = SIZE.fullmatch(text)
        if not found or (found[2] and int(found[1]) > 100):
            raise Invalid(f"batches has {text[:20]!a}, expected a number of nodes such as 10, or a share such as 5%")


def _size(text: str, total: int) -> int:
    """A share is rounded up: no batch is empty."""
    number = int(text.removesuffix("%"))
    return -(-total * number // 100) if text.endswith("%") else number
