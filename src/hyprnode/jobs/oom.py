"""Whether the kernel killed somebody of a job for lack of memory."""

from typing import NamedTuple

from hyprnode import cgroup


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


def since(before: Kills, now: Kills) -> str | None:
    """A sentence."""
    number = now.number - before.number
    if number <= 0:
        return None
    return f"out of memory: the kernel killed {number} process{'es' * (number > 1)} of {now.place} meanwhile"
