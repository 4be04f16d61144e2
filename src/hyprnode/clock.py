"""Times as they are written on the wire."""

import time
from datetime import UTC, datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def stamp() -> str:
    """Now, RFC 3339 in UTC with milliseconds."""
    seconds, milliseconds = divmod(time.time_ns() // 1_000_000, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{milliseconds:03d}Z"


def seconds_of(text: str) -> float:
    """Of HTTP's `Mon, 30 Nov 2026 12:00:00 GMT` since 1970; ValueError. By hand: strptime and its tables are large."""
    try:
        _, day, month, year, clock, _ = text.split()
        return seconds(year, month, day, clock)
    except ValueError:
        raise ValueError(f"a time is {text!r}, expected one such as Mon, 30 Nov 2026 12:00:00 GMT") from None


def seconds(year: str, month: str, day: str, clock: str) -> float:
    """UTC, since 1970; ValueError."""
    hour, minute, second = map(int, clock.split(":"))
    return datetime(int(year), MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=UTC).timestamp()
