"""What commands print: tables for people, JSON for programs, errors as one sentence."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

import click

from hyprbox.cli.safe import plain
from hyprbox.visible import UNSEEN

GREEN, RED, YELLOW, DIM = "green", "red", "yellow", "bright_black"
MOST_LISTED = 10
TONES = {
    "ONLINE": GREEN, "OFFLINE": RED, "SUCCEEDED": GREEN, "FAILED": RED, "TIMED_OUT": RED, "LOST": RED,
    "CANCELLED": YELLOW, "EXPIRED": YELLOW, "CRITICAL": RED, "WARN": YELLOW,
    "live": GREEN, "revoked": DIM, "expired": DIM,
}  # fmt: skip


def data(value: Any) -> None:
    """The text of strangers stays what it is, and takes no effect on a terminal."""
    print(UNSEEN.sub(lambda match: json.dumps(match[0])[1:-1], json.dumps(value, indent=2, ensure_ascii=False)))


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], empty: str) -> None:
    """`columns` maps a heading to the key of its values."""
    if not rows:
        print(empty)
        return
    cells = [[cell(row.get(key)) for key in columns.values()] for row in rows]
    widths = [max(len(line[n]) for line in [list(columns), *cells]) for n in range(len(columns))]
    heading = _line(columns, widths)
    print(click.style(heading, bold=True) if sys.stdout.isatty() else heading)
    for line in cells:
        print(_line(line, widths))


def facts(row: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """One thing, a line for each of its facts; those that are not known are left out."""
    width = max(map(len, names))
    for heading, key in names.items():
        if row.get(key) not in (None, "", [], {}):
            print(f"{heading:<{width}}  {coloured(cell(row[key]))}")


def cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return " ".join(f"{plain(str(key))}={cell(item)}" for key, item in value.items())
    if isinstance(value, list):
        return listed(value)
    text = str(value)
    moment = _moment(text)
    return ago(moment) if moment else plain(text)


def listed(values: Sequence[Any]) -> str:
    """The first of them; all are in --json."""
    more = len(values) - MOST_LISTED
    return ", ".join(map(cell, values[:MOST_LISTED])) + (f" and {more} more" if more > 0 else "")


def ago(moment: datetime) -> str:
    """A moment as people say it; the exact one is in --json."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    size = abs(seconds)
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if size >= length:
            return f"{int(size // length)} {unit} ago" if seconds > 0 else f"in {int(size // length)} {unit}"
    return "now"


def coloured(text: str) -> str:
    tone = TONES.get(text.strip())
    return click.style(text, fg=tone) if tone and sys.stdout.isatty() else text


def fail(sentence: str, code: int = 1) -> NoReturn:
    print(f"hyprbox: {plain(sentence)}", file=sys.stderr)
    sys.exit(code)


def _line(cells: Iterable[str], widths: Sequence[int]) -> str:
    padded = [coloured(f"{text:<{width}}") for text, width in zip(cells, widths, strict=True)]
    return "  ".join(padded).rstrip()


def _moment(text: str) -> datetime | None:
    """None also for what only looks like one: it may be the text of a stranger."""
    if not (len(text) >= 20 and text[4:5] == "-" and text[10:11] == "T" and text.endswith("Z")):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
