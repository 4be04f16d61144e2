"""Who runs, and what systemd calls it."""

import os
from contextlib import suppress
from dataclasses import dataclass

from hyprnode.host import Host, shared


@dataclass(frozen=True)
class Process:
    """`started` is in clock ticks since the machine was."""

    pid: int
    name: str
    started: int


@shared
def processes(host: Host) -> dict[int, Process]:
    """By pid. Hundreds of files: opened without further ado."""
    found = {}
    there = str(host.path("/proc"))
    for entry in os.listdir(there):
        if entry.isdecimal():
            with suppress(OSError), open(f"{there}/{entry}/stat", errors="replace") as stat:
                found[int(entry)] = process(stat.read())
    return found


def process(stat: str) -> Process:
    """The name stands in parentheses and may hold some, too."""
    pid, _, rest = stat.partition(" (")
    name, _, fields = rest.rpartition(") ")
    return Process(int(pid), name, int(fields.split(" ", 20)[19]))


@shared
def running(host: Host) -> frozenset[str]:
    """Names as the kernel keeps them: the first 15 characters."""
    return frozenset(process.name for process in processes(host).values())


def unit(host: Host, pid: int) -> str | None:
    """The service that it belongs to; None for who belongs to a session, or to a container."""
    return unit_of(host.text(f"/proc/{pid}/cgroup") or "")


def unit_of(cgroup: str) -> str | None:
    path = next(
        (line.split(":", 2)[2] for line in cgroup.splitlines() if line.startswith(("0::", "1:name=systemd:"))), ""
    )
    for part in reversed(path.split("/")):
        if part.endswith((".scope", ".slice")):
            return None
        if part.endswith(".service"):
            return None if part.startswith("user@") else part
    return None
