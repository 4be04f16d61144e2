"""What happens to a simulated fleet, and when. From options, and from a TOML file:

churn = 0.1        # the share of reports that differ from the one before
flapping = 20      # nodes that are silent every other `flap`, again and again
flap = "2m"

[distros]          # who is what, in parts
"Debian GNU/Linux 12 (bookworm)" = 5

[[event]]
at = "4m"
stop = 1000        # nodes that fall silent
# start = 1000     # of those, that come back
# jobs = "echo hi" # a script for every node that holds a poll; needs an admin's key
# storm = true     # every node sends its heartbeat now
# check = true     # exactly the silent ones are OFFLINE; needs a key
# away = "30s"     # you restart the control plane now: errors do not count for so long

[expect]           # else the exit code is 1; errors are 0 unless said otherwise
errors = 0         # at most
p99_ms = 200       # of heartbeats, at most
beats = 1000       # at least; jobs and reports likewise
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hyprwire import duration

DISTROS = {"Debian GNU/Linux 12 (bookworm)": 5, "Ubuntu 24.04.1 LTS": 3, "Rocky Linux 9.4": 1, "Alpine Linux v3.20": 1}
KINDS = ("stop", "start", "jobs", "storm", "check", "away")
KEYS = ("churn", "flapping", "flap", "distros", "event", "expect")
AT_MOST, AT_LEAST = ("errors", "p99_ms"), ("beats", "jobs", "reports")


class BadScenario(Exception):
    """One sentence."""


@dataclass(frozen=True, slots=True)
class Event:
    at: float
    kind: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a file says. `flap` in seconds."""

    churn: float = 0.1
    flapping: int = 0
    flap: float = 120
    distros: Mapping[str, int] = field(default_factory=lambda: DISTROS)
    events: tuple[Event, ...] = ()
    expect: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Durations in seconds. `polls` nodes hold a poll, as real agents do."""

    nodes: int
    interval: float
    ramp: float
    length: float
    polls: int
    connections: int
    scan_interval: float
    seed: int
    story: Story = field(default_factory=Story)


def read(file: Path) -> Story:
    """BadScenario names what is wrong."""
    try:
        said = tomllib.loads(file.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadScenario(f"{file} is no scenario: {error}") from None
    for place, names in (("", KEYS), ("expect", AT_MOST + AT_LEAST)):
        for name in said.get(place, {}) if place else said:
            if name not in names:
                raise BadScenario(f"{file} says {f'{place} {name}'.strip()}, expected {', '.join(names)}")
    return Story(
        churn=float(said.get("churn", 0.1)), flapping=int(said.get("flapping", 0)),
        flap=_seconds(file, "flap", said.get("flap", "2m")), distros=said.get("distros", DISTROS),
        events=tuple(sorted((_event(file, table) for table in said.get("event", [])), key=lambda event: event.at)),
        expect=said.get("expect", {}),
    )  # fmt: skip


def _event(file: Path, table: dict[str, Any]) -> Event:
    kinds = [kind for kind in KINDS if kind in table]
    if len(kinds) != 1 or set(table) - {"at", *kinds}:
        raise BadScenario(f"{file} has an event {table}, expected `at` and one of {', '.join(KINDS)}")
    kind, value = kinds[0], table[kinds[0]]
    return Event(
        _seconds(file, "at", table.get("at", "")), kind, _seconds(file, kind, value) if kind == "away" else value
    )


def _seconds(file: Path, name: str, text: object) -> float:
    try:
        return duration.parse(str(text)).total_seconds()
    except ValueError as error:
        raise BadScenario(f"{file} says {name} is {text!r}, {error}") from None
