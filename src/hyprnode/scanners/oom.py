"""Processes that the kernel killed because there was no memory left."""

import re
from collections import Counter
from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.facts.container import is_container
from hyprnode.facts.kmsg import last_day
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Gap, Scanner, Seen
from hyprwire import Severity

OFTEN = 3

KILLED = FindingType(
    "memory.oom_kill",
    "Processes killed for lack of memory",
    "The kernel killed a program for lack of memory in the last 24 hours; CRITICAL from the third time on.",
    (Severity.WARN, Severity.CRITICAL),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    """A container would read its host's words. That they cannot be read at all, the scanner `kernel` says."""
    if is_container(host):
        return
    try:
        said = last_day(host)
    except OSError:
        yield Gap()
        return
    names = Counter(match[1] for one in said if (match := re.search(r"Killed process \d+ \(([^)]+)\)", one.text)))
    for name, times in names.items():
        severity = Severity.CRITICAL if times >= OFTEN else Severity.WARN
        message = f"The kernel killed {name} for lack of memory, {times} times in 24 hours"
        yield KILLED.found(name, severity, message, count=times, windowHours=24)


SCANNER = Scanner("oom", scan, (KILLED,))
