"""What happens to a simulated fleet, and when. From options, or from a TOML file:

[[event]]
at = "4m"
stop = 1000        # nodes that fall silent
# start = 1000     # of those, that come back
# jobs = "echo hi" # a script for every node; needs an admin's key
# storm = true     # every node sends its heartbeat now
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hyprwire import duration

KINDS = ("stop", "start", "jobs", "storm")


class BadScenario(Exception):
    """One sentence."""


@dataclass(frozen=True, slots=True)
class Event:
    at: float
    kind: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Durations in seconds. `polls` nodes hold a poll, as real agents do; `churn` is the share of changed reports."""

    nodes: int
    interval: float
    ramp: float
    length: float
    polls: int
    connections: int
    scan_interval: float
    seed: int
    events: tuple[Event, ...] = field(default=())


def events_of(file: Path) -> tuple[Event, ...]:
    """BadScenario names what is wrong."""
    try:
        tables = tomllib.loads(file.read_text()).get("event", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadScenario(f"{file} is no scenario: {error}") from None
    return tuple(sorted((_event(file, table) for table in tables), key=lambda event: event.at))


def _event(file: Path, table: dict[str, Any]) -> Event:
    kinds = [kind for kind in KINDS if kind in table]
    if len(kinds) != 1 or set(table) - {"at", *kinds}:
        raise BadScenario(f"{file} has an event {table}, expected `at` and one of {', '.join(KINDS)}")
    try:
        at = duration.parse(str(table.get("at", ""))).total_seconds()
    except ValueError as error:
        raise BadScenario(f"{file} has an event at {table.get('at')!r}, {error}") from None
    return Event(at, kinds[0], table[kinds[0]])
