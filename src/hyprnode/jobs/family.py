"""Everybody who belongs to a job: who descends from its supervisor, and who is in its group however he came there."""

import os
import signal
from collections.abc import Collection
from contextlib import suppress
from typing import NamedTuple

from hyprnode.jobs import tree
from hyprnode.jobs.group import Group
from hyprnode.jobs.tree import Process


class Family(NamedTuple):
    ancestor: int | None
    """None: he is dead, and only the group tells."""
    group: Group | None = None

    def members(self) -> list[Process]:
        """All that live, parents before children."""
        everybody = list(tree.everybody())
        found = tree.descendants(self.ancestor, everybody) if self.ancestor is not None else []
        known = {process.pid for process in found}
        others = set(self.group.members() if self.group else ()) - known - {self.ancestor}
        return found + [process for process in everybody if process.pid in others and process.is_alive]

    def kill(self) -> None:
        if self.group is not None:
            self.group.kill()
        send(signal.SIGKILL, self.members())


def send(number: int, processes: Collection[Process]) -> None:
    for process in processes:
        with suppress(OSError):  # gone meanwhile, or another user's, whom the report will name
            os.kill(process.pid, number)
