"""The processes that descend from one, as /proc tells it. The one is a subreaper, so that none slips away."""

import os
from collections.abc import Iterable
from typing import NamedTuple


class Process(NamedTuple):
    pid: int
    parent: int
    comm: str
    state: str


def descendants(ancestor: int) -> list[Process]:
    """All that live, parents before children; a zombie is no more than a number."""
    children: dict[int, list[Process]] = {}
    for process in everybody():
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    parents = [ancestor]
    while parents:
        kids = children.get(parents.pop(0), [])
        parents += [kid.pid for kid in kids]
        found += [kid for kid in kids if kid.state not in "ZX"]
    return found


def everybody() -> Iterable[Process]:
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", "rb") as stat:
                    yield parse(stat.read().decode("utf-8", "replace"))
            except OSError:
                pass  # gone meanwhile


def parse(stat: str) -> Process:
    """`stat` as /proc/<pid>/stat; the name stands in brackets and may hold anything, brackets too."""
    head, _, rest = stat.rpartition(")")
    pid, _, comm = head.partition(" (")
    state, parent = rest.split()[:2]
    return Process(pid=int(pid), parent=int(parent), comm=comm, state=state)
