"""What is mounted where, as /proc/self/mountinfo says it."""

import re
from dataclasses import dataclass

from hyprnode.host import Host, shared


@dataclass(frozen=True)
class Mount:
    """`options` are this mount's own, `of_all` those of the file system wherever it is mounted."""

    device: str
    path: str
    options: frozenset[str]
    kind: str
    source: str
    of_all: frozenset[str]


@shared
def mounts(host: Host) -> list[Mount]:
    return [mount(line) for line in (host.text("/proc/self/mountinfo") or "").splitlines()]


def mount(line: str) -> Mount:
    """In between stand a varying number of optional fields."""
    left, right = line.split(" - ", 1)
    _, _, device, _, path, options, *_ = left.split()
    kind, source, of_all = [*right.split(" "), "", ""][:3]
    return Mount(device, plain(path), frozenset(options.split(",")), kind, plain(source), frozenset(of_all.split(",")))


def plain(path: str) -> str:
    r"""The kernel writes a space as \040, as fstab does."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), path)
