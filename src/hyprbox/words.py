"""Times, spans, sizes and counts as a person says them. Times are UTC."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

NBSP = "\u00a0"
MINUTE, HOUR, DAY = 60, 3600, 86400
JUST_NOW = 1
ROUNDING = 1  # what was set for 90 days a moment ago is "in 90 d"


def exact(moment: datetime) -> str:
    """Sun 22 Nov 2026, 12:00:00 UTC."""
    return f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M:%S} UTC"


def short(moment: datetime, now: datetime) -> str:
    """12:00:00 today, 21 Nov, 12:00:00 this year, else with the year."""
    if moment.date() == now.date():
        return f"{moment:%H:%M:%S}"
    year = "" if moment.year == now.year else f" {moment.year}"
    return f"{moment.day} {moment:%b}{year}, {moment:%H:%M:%S}"


def relative(moment: datetime, now: datetime) -> str:
    """26 min ago, in 5 d, just now."""
    seconds = (now - moment).total_seconds()
    if abs(seconds) < JUST_NOW:
        return "just now"
    return f"{rough(seconds)} ago" if seconds > 0 else f"in {rough(-seconds + ROUNDING)}"


def rough(seconds: float) -> str:
    """One unit, as large as it can be: 36 s, 26 min, 26 h, 5 d."""
    if seconds < MINUTE:
        return f"{max(int(seconds), 0)}{NBSP}s"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)}{NBSP}min"
    if seconds < 2 * DAY:
        return f"{int(seconds // HOUR)}{NBSP}h"
    return f"{int(seconds // DAY):,}{NBSP}d"


def span(length: timedelta | float) -> str:
    """Two units, for what took that long: 0.4 s, 47 s, 1 min 9 s, 1 h 12 min, 23 d 5 h."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    if seconds < 10:
        return f"{seconds:.1f}{NBSP}s" if seconds >= 0.05 else f"0{NBSP}s"
    whole = int(seconds)
    for unit, name, below, below_name in ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "min"), (MINUTE, "min", 1, "s")):
        if whole >= unit:
            rest = whole % unit // below
            return f"{whole // unit}{NBSP}{name}" + (f" {rest}{NBSP}{below_name}" if rest else "")
    return f"{whole}{NBSP}s"


def spelled(value: Any) -> str:
    """What a program has noted: env=prod role=db, q=env=prod settings=(diskWarnPercent=75), yes, nothing."""
    if value is None or value in ({}, []):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return " ".join(f"{name}={_within(each)}" for name, each in value.items())
    return ", ".join(map(_within, value)) if isinstance(value, list) else str(value)


def _within(value: Any) -> str:
    return f"({spelled(value)})" if value and isinstance(value, dict) else spelled(value)


def size(count: float) -> str:
    """904 B, 4.1 KiB, 214 MiB."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f}{NBSP}{unit}" if count >= 100 or unit == "B" else f"{count:.1f}{NBSP}{unit}"
        count /= 1024
    return f"{count:.1f}{NBSP}TiB"


def system(name: str) -> str:
    """Debian 13, where it says Debian GNU/Linux 13 (trixie)."""
    return re.sub(r" GNU/Linux|\s*\([^)]*\)$", "", name)


def browser(agent: str) -> str:
    """Chrome 128 on Linux, as far as it says so; otherwise what it says."""
    names = ("Edg", "OPR", "Firefox", "HeadlessChrome", "Chrome", "Version")  # most say that they are several of them
    name = next(filter(None, (re.search(rf"({name})/(\d+)", agent) for name in names)), None)
    place = re.search(r"Windows|Android|iPhone|iPad|Mac OS X|Linux", agent)
    if name is None or place is None:
        return agent
    called = {"Edg": "Edge", "OPR": "Opera", "Version": "Safari", "HeadlessChrome": "Chrome"}.get(name[1], name[1])
    return f"{called} {name[2]} on {place[0].replace('Mac OS X', 'macOS')}"


def count(number: int, one: str, many: str | None = None) -> str:
    """1 node, 1,204 nodes."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(items: Sequence[str], most: int = 3) -> str:
    """web-1, web-2 and 3 more."""
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most:,} more"
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))
