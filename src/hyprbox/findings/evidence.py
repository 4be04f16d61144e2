"""What a scanner has read, as rows for people: `notAfter` is "Not after", lists are lines."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hyprbox.visible import clip
from hyprbox.words import size

MOST_ROWS, MOST_LINES, LONGEST = 60, 50, 500
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)")
NAMES = {"sha256": "SHA-256", "ip": "IP", "os": "OS", "pid": "PID", "url": "URL", "san": "SAN", "uid": "UID"}


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    lines: list[str]


def rows(metadata: Mapping[str, Any]) -> list[Row]:
    return [
        Row(label(name), list(_lines(name, value))[:MOST_LINES]) for name, value in list(metadata.items())[:MOST_ROWS]
    ]


def label(name: str) -> str:
    if name.lower() in NAMES:
        return NAMES[name.lower()]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_-]+", " ", name).lower()
    return clip(words[:1].upper() + words[1:], 60)


def _lines(name: str, value: Any) -> Iterator[str]:
    if value in ([], {}, ""):
        yield "none"
    elif isinstance(value, list):
        for item in value:
            yield _text(name, item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield clip(f"{key}: {_text(str(key), item)}", LONGEST)
    else:
        yield _text(name, value)


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "unknown"
    if isinstance(value, str) and (moment := MOMENT.fullmatch(value)):
        return f"{moment[1]} {moment[2]} UTC"
    if isinstance(value, int | float) and name.lower().endswith("bytes"):
        return size(value)
    if isinstance(value, dict):
        return clip(", ".join(f"{key} {item}" for key, item in value.items()), LONGEST)
    return clip(str(value), LONGEST)
