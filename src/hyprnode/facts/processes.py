"""Who runs, and what systemd calls it."""

from contextlib import suppress
from dataclasses import dataclass

from hyprnode.host import Host, shared

# What is below these in the tree of control groups is no service of this machine.
CONTAINERS = ("docker", "libpod", "kubepods", "lxc", "machine.slice", "payload", "crio", "cri-containerd")
PEOPLE = ("user.slice",)


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
    for entry in host.names("/proc"):
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
    parts = systemd_path(cgroup).split("/")
    if any(part.startswith(CONTAINERS + PEOPLE) for part in parts):
        return None
    last = next((part for part in reversed(parts) if part.endswith((".service", ".scope", ".slice"))), "")
    return last if last.endswith(".service") else None


def systemd_path(cgroup: str) -> str:
    """Of the first or the second kind of control groups; where there are both, systemd may use either."""
    for line in cgroup.splitlines():
        number, controllers, path = line.split(":", 2)
        if path != "/" and (controllers == "name=systemd" or (number, controllers) == ("0", "")):
            return path
    return ""
