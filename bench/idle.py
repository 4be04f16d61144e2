"""What a process and all that it started cost."""

import os
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and all that it started, oldest first."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def cpu_seconds(pid: int) -> float:
    """Its own, to the nanosecond, and of children that have ended, such as those that scan, in ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    threads = Path(f"/proc/{pid}/task").iterdir()
    own = sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
    return own + sum(map(int, fields[13:15])) / TICKS


def cpu_of_all(pid: int) -> float:
    return sum(cpu_seconds(one) for one in family(pid))


def memory_of_all(pid: int) -> tuple[float, float]:
    """RSS and PSS in MB; of one that has just ended, nothing."""
    rollups = []
    for one in family(pid):
        with suppress(ProcessLookupError, FileNotFoundError):
            rollups.append(Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()[1:])
    found = [{line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines} for lines in rollups]
    return sum(each["Rss"] for each in found), sum(each["Pss"] for each in found)


def memory(pid: int) -> tuple[float, float]:
    """RSS and PSS of one process, in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    found = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines[1:]}
    return found["Rss"], found["Pss"]
