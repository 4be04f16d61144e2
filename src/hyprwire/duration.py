"""Durations as Go writes them: 90s, 5m, 1h30m, 1.5h, 250ms. Days (90d) are ours, for expiries."""

import re
from datetime import timedelta

_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h|d)"
_DURATION = re.compile(rf"(?:{_PART})+", re.ASCII)


def parse(text: str) -> timedelta:
    """ValueError unless `text` is a positive duration."""
    if not _DURATION.fullmatch(text):
        raise ValueError("expected a duration such as 30s or 5m")
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in re.findall(_PART, text, re.ASCII))
    if not 0 < seconds <= 100 * 365 * 86400:
        raise ValueError("expected a duration above 0 and below 100 years")
    return timedelta(seconds=seconds)
