"""What was seen before a fix beside what was seen after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hyprbox.findings import evidence

GONE = "not found any more"
SCAN = "Scan"

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of the comparison. No lines on one side: nothing was said of it there."""

    name: str
    before: list[str]
    after: list[str]

    @property
    def changed(self) -> bool:
        return self.before != self.after


def pairs(before: Body, after: Body | None) -> list[Pair]:
    """The message first, then each field that either side knows; `after` is None while nobody has looked again."""
    first = Pair("Finding", [str(before.get("message", ""))], [_message(after)] if after else [])
    old, new = _fields(before), _fields(after or {})
    both = [Pair(name, old.get(name, []), new.get(name, [])) for name in {**old, **new}]
    return [first, *both, *_scan(after or {})]


def _message(after: Body) -> str:
    return str(after.get("message", "")) if after.get("seen") else GONE


def _fields(body: Body) -> dict[str, list[str]]:
    metadata = body.get("metadata")
    return {row.name: row.lines for row in evidence.rows(metadata)} if isinstance(metadata, dict) else {}


def _scan(after: Body) -> list[Pair]:
    scan = after.get("scan")
    if not isinstance(scan, dict):
        return []
    names = [str(run.get("name")) for run in scan.get("scanners") or [] if isinstance(run, dict)]
    return [Pair(SCAN, [], [f"{scan.get('id')}{', by ' + ', '.join(names) if names else ''}"])]
