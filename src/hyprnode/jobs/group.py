"""A control group for a job's script alone, where there are such of the second kind: all in it can be ended at once.

hyprnode-job-<id>…            the supervisor; made by systemd, or by us at the top
└─ script                     bash and all that descends from it
"""

import glob
import os
from contextlib import suppress
from dataclasses import dataclass

from hyprnode import cgroup

SCRIPT = "script"
PREFIX = "hyprnode-job-"


@dataclass(frozen=True)
class Group:
    path: str

    def enter(self) -> None:
        """This process, and with it all that it will start."""
        write(f"{self.path}/cgroup.procs", "0")

    def members(self) -> list[int]:
        return [int(line) for line in cgroup.text(f"{self.path}/cgroup.procs").split()]

    def kill(self) -> None:
        """All at once, so that nobody escapes by forking. Linux before 5.14 cannot."""
        with suppress(OSError):
            write(f"{self.path}/cgroup.kill", "1")

    def remove(self) -> None:
        """With what was made around it; not while somebody lives there."""
        with suppress(OSError):
            os.rmdir(self.path)
            os.rmdir(os.path.dirname(self.path))


def made_for_a_job(path: str) -> Group | None:
    """Of a path that was written down: nobody is to be killed for a wrong one."""
    home, name = os.path.split(path)
    return Group(path) if name == SCRIPT and os.path.basename(home).startswith(PREFIX) else None


def settle(name: str, spool: str) -> Group | None:
    """Of the supervisor that calls this: the group for its script. None where none can be made.

    `spool` tells the jobs of two agents on one host apart, should they have one name.
    """
    try:
        home = cgroup.own()
        if home is None or name not in os.path.basename(home):
            home = _move_to_a_new_one(f"{name}-{os.stat(spool).st_ino}")
        group = Group(f"{home}/{SCRIPT}")
        os.mkdir(group.path)
        return group
    except OSError:
        return None


def _move_to_a_new_one(name: str) -> str:
    top = cgroup.top()
    if top is None or cgroup.systemd_runs():
        raise OSError("no place for control groups")
    _clear_up(top)
    home = Group(f"{top}/{name}")
    os.mkdir(home.path)
    home.enter()
    return home.path


def _clear_up(top: str) -> None:
    """What is left of jobs whose last process ended long after them."""
    for home in map(Group, glob.iglob(f"{top}/{PREFIX}*")):
        if not home.members():
            Group(f"{home.path}/{SCRIPT}").remove()


def write(path: str, word: str) -> None:
    with open(path, "w") as file:
        file.write(word)
