"""A control group for a job's script alone, where there are such of the second kind: all in it can be ended at once.

hyprnode-job-<id>…            the supervisor; made by systemd, or by us at the top
└─ script                     bash and all that descends from it
"""

import glob
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from hyprnode import cgroup

SCRIPT = "script"
PREFIX = "hyprnode-job-"
PASSES = 5


class Group(NamedTuple):
    path: str

    def enter(self) -> None:
        """This process, and with it all that it will start."""
        write(f"{self.path}/cgroup.procs", "0")

    def take(self, pid: int) -> None:
        """This one, and with it all that it will start. OSError."""
        write(f"{self.path}/cgroup.procs", str(pid))

    def gather(self, everybody: Callable[[], Iterable[int]]) -> None:
        """Those who came to be outside, and whoever they start meanwhile."""
        for _ in range(PASSES):
            outside = set(everybody()) - set(self.members())
            if not outside:
                return
            for pid in outside:
                with suppress(OSError):  # gone meanwhile
                    self.take(pid)

    def members(self) -> list[int]:
        return [int(line) for line in cgroup.text(f"{self.path}/cgroup.procs").split()]

    def kill(self) -> None:
        """All at once, so that nobody escapes by forking. Linux before 5.14 cannot."""
        with suppress(OSError):
            write(f"{self.path}/cgroup.kill", "1")

    def remove(self) -> None:
        """With what was made around it; not while somebody lives there."""
        for path in (self.path, os.path.dirname(self.path)):
            with suppress(OSError):  # it was removed before, or the supervisor is still on its way out
                os.rmdir(path)


def made_for_a_job(path: str) -> Group | None:
    """Of a path that was written down: nobody is to be killed for a wrong one."""
    home, name = os.path.split(path)
    return Group(path) if name == SCRIPT and os.path.basename(home).startswith(PREFIX) else None


def settle(name: str) -> Group | None:
    """Of the supervisor that calls this, when systemd has given it a group: one for its script in there."""
    home = cgroup.own()
    if home is None or name not in os.path.basename(home):
        return None
    try:
        os.mkdir(f"{home}/{SCRIPT}")
    except OSError:
        return None
    return Group(f"{home}/{SCRIPT}")


def make(name: str, spool: str) -> Group | None:
    """Where systemd does not run: the supervisor that calls this leaves the agent's group for one of its own.

    `spool` tells the jobs of two agents on one host apart, should they have one name. None where none can be made.
    """
    try:
        home = _made(f"{name}-{os.stat(spool).st_ino}")
        os.mkdir(f"{home}/{SCRIPT}")
        Group(home).enter()
    except OSError:
        return None
    return Group(f"{home}/{SCRIPT}")


def _made(name: str) -> str:
    top = cgroup.top()
    if top is None or cgroup.systemd_runs():
        raise OSError("no place for control groups")
    _clear_up(top)
    home = f"{top}/{name}"
    os.mkdir(home)
    return home


def _clear_up(top: str) -> None:
    """What is left of jobs whose last process ended long after them."""
    for home in map(Group, glob.iglob(f"{top}/{PREFIX}*")):
        if not home.members():
            Group(f"{home.path}/{SCRIPT}").remove()


def write(path: str, word: str) -> None:
    with open(path, "w") as file:
        file.write(word)
