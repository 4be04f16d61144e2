"""Whether the kernel killed somebody of a job for lack of memory, and whom it is to kill sooner."""

from typing import NamedTuple

from hyprnode import cgroup

SOONER, MOST = 300, 1000


class Kills(NamedTuple):
    """How many there have been in `place`, as far as somebody counts."""

    place: str
    number: int


def kills(is_alone: bool) -> Kills:
    """In this process's group, which `is_alone` if it holds only the job; else wherever is counted."""
    for directory, file in ((cgroup.own(), "memory.events"), (cgroup.own("memory"), "memory.oom_control")):
        number = cgroup.count(f"{directory}/{file}", "oom_kill")
        if number is not None:
            return Kills("the job" if is_alone and file == "memory.events" else "its control group", number)
    return Kills("the host", cgroup.count("/proc/vmstat", "oom_kill") or 0)


def spare(score: int, pid: str = "self") -> None:
    """How soon the kernel ends this process when memory is short: 1000 first, -1000 never. OSError."""
    with open(f"/proc/{pid}/oom_score_adj", "w") as file:
        file.write(str(score))


def sooner() -> int:
    """The score of who is to be ended before this process is: an ordinary one where this one is spared.

    Where it may not spare itself, as in many containers, the kernel took it next when the greedy one was gone and what
    was in its pipes was still too much.
    """
    own = int(cgroup.text("/proc/self/oom_score_adj") or 0)
    return 0 if own < 0 else min(own + SOONER, MOST)


def since(before: Kills, now: Kills) -> str | None:
    """A sentence."""
    number = now.number - before.number
    if number <= 0:
        return None
    return f"out of memory: the kernel killed {number} process{'es' * (number > 1)} of {now.place} meanwhile"
