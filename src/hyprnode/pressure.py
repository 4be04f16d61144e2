"""Whether the host is hard pressed, as the kernel tells it: how much of the time somebody waits for what is short."""

import os
from collections.abc import Callable

from hyprnode.host import Host

IO, MEMORY, CPU = 60, 20, 90
"""Percent of the last ten seconds in which at least one process waited."""
CROWD = 10
"""Processes for each core that want to run: on any host that does some work somebody waits for a core."""


def high(host: Host, cores: Callable[[], int | None] = os.cpu_count) -> str | None:
    """A sentence; None when nothing is short, or the kernel does not tell."""
    for what, most in (("io", IO), ("memory", MEMORY), ("cpu", CPU)):
        share = some(host.text(f"/proc/pressure/{what}") or "")
        if share > most and (what != "cpu" or crowd(host) > CROWD * (cores() or 1)):
            return f"{what} is short: somebody waited for it in more than {most} % of the last ten seconds"
    return None


def some(text: str) -> float:
    """`text` as /proc/pressure/cpu: `some avg10=1.23 avg60=…`."""
    for word in text.split("\n", 1)[0].split():
        if word.startswith("avg10="):
            return float(word.removeprefix("avg10="))
    return 0.0


def crowd(host: Host) -> float:
    """The load of the last minute."""
    return float((host.text("/proc/loadavg") or "0").split()[0])
