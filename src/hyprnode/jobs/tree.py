"""The processes that descend from one, as /proc tells it. The one is a subreaper, so that none slips away."""

import os
from collections.abc import Iterable
from typing import NamedTuple


class Process(NamedTuple):
    pid: int
    parent: int
    comm: str
    state: str

    @property
    def is_alive(self) -> bool:
        """A zombie is no more than a number."""
        return self.state not in "ZX"


def descendants(ancestor: int, everybody: Iterable[Process]) -> list[Process]:
    """All that live, parents before children. Nobody descends from 0 or 1: that would be the whole host."""
    if ancestor <= 1:
        return []
    children: dict[int, list[Process]] = {}
    for process in everybody:
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    parents = [ancestor]
    while parents:
        kids = children.get(parents.pop(0), [])
        parents += [kid.pid for kid in kids]
        found += [kid for kid in kids if kid.is_alive]
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
