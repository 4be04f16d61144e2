"""What an idle agent costs: memory and CPU of all its processes, at its default settings."""

import os
import sys
import time
from pathlib import Path

from bench.pair import pair
from bench.table import show

SECONDS = int(os.environ.get("SECONDS_IDLE", "300"))
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    with pair() as (_, _, (agent,)):
        time.sleep(20)  # the first beat and the first scan are over
        before = {pid: cpu_seconds(pid) for pid in family(agent.pid)}
        time.sleep(SECONDS)
        now = family(agent.pid)
        used = sum(cpu_seconds(pid) - before.get(pid, 0) for pid in now)
        rows = [(role(pid, agent.pid), *memory(pid)) for pid in now]
    rows.append(("all", *(f"{sum(float(row[n]) for row in rows):.1f}" for n in (1, 2))))
    show(f"An idle agent, {SECONDS} s, Python {sys.version.split()[0]}", ("process", "RSS MB", "PSS MB"), rows)
    print(f"\nCPU: {used:.2f} s, that is {used * 3600 / SECONDS:.2f} s per hour")


def family(pid: int) -> list[int]:
    """A process and all that it started, oldest first."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def role(pid: int, agent: int) -> str:
    return "agent" if pid == agent else "nursery"


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def memory(pid: int) -> tuple[str, str]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    found = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines[1:]}
    return f"{found['Rss']:.1f}", f"{found['Pss']:.1f}"


if __name__ == "__main__":
    main()
