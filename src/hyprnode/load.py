"""How busy the host is: three percentages, 0 to 100, from what the kernel counts."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from hyprnode.host import Host

FIRST_READING = 0.15  # seconds between the two readings that the first beat needs


@dataclass(frozen=True)
class CpuTime:
    busy: int
    total: int


@dataclass
class Cpu:
    """Busy since the last time it was asked; the first answer takes a moment."""

    host: Host
    last: CpuTime | None = None
    sleep: Callable[[float], None] = time.sleep

    def percent(self) -> float:
        if self.last is None:
            self.last = self._read()
            self.sleep(FIRST_READING)
        before, self.last = self.last, self._read()
        return share(self.last.busy - before.busy, self.last.total - before.total)

    def _read(self) -> CpuTime:
        return cpu_time(self.host.needed("/proc/stat"))


def cpu_time(stat: str) -> CpuTime:
    """`stat` as /proc/stat. Guests' time is in user and nice already; waiting for a disk is not being busy."""
    user, nice, system, idle, iowait, irq, softirq, steal = map(int, [*stat.split("\n", 1)[0].split()[1:], *"0000"][:8])
    busy = user + nice + system + irq + softirq + steal
    return CpuTime(busy=busy, total=busy + idle + iowait)


def ram_percent(host: Host) -> float:
    """Used without what can be reclaimed at once, as `free` counts it; in a container of its cgroup's limit."""
    total, used = machine_ram(host.needed("/proc/meminfo"))
    if host.sees_its_own_proc():
        for limit, in_use in (cgroup_v2(host), cgroup_v1(host)):
            if 0 < limit < total:
                return share(in_use, limit)
    return share(used, total)


def machine_ram(meminfo: str) -> tuple[int, int]:
    """Bytes: total, used."""
    kib = {line.split(":")[0]: int(line.split()[1]) for line in meminfo.splitlines() if ":" in line}
    free = kib.get("MemAvailable", kib["MemFree"] + kib.get("Buffers", 0) + kib.get("Cached", 0))  # Linux < 3.14
    return kib["MemTotal"] * 1024, (kib["MemTotal"] - free) * 1024


# The files of the hierarchy's visible root: there is a limit there only for a container, since the true root has
# none (v2) or one beyond all memory (v1). The limit of a service around the agent is none of the host.
def cgroup_v2(host: Host) -> tuple[int, int]:
    root = "/sys/fs/cgroup"
    stat = counters(host.text(f"{root}/memory.stat"))
    cache = stat.get("inactive_file", 0) + stat.get("active_file", 0) + stat.get("slab_reclaimable", 0)
    return number(host.text(f"{root}/memory.max")), number(host.text(f"{root}/memory.current")) - cache


def cgroup_v1(host: Host) -> tuple[int, int]:
    root = "/sys/fs/cgroup/memory"
    stat = counters(host.text(f"{root}/memory.stat"))
    cache = stat.get("total_inactive_file", 0) + stat.get("total_active_file", 0)
    in_use = number(host.text(f"{root}/memory.usage_in_bytes"))
    return number(host.text(f"{root}/memory.limit_in_bytes")), in_use - cache


def counters(text: str | None) -> dict[str, int]:
    return {name: int(value) for name, value in (line.split() for line in (text or "").splitlines())}


def number(text: str | None) -> int:
    """0 for what is absent or without a limit (`max`)."""
    return int(text) if text and text.strip().isdigit() else 0


def disk_percent(host: Host) -> float:
    """Of the root file system, as df says it: what is reserved for root counts as neither used nor free."""
    fs = os.statvfs(host.path("/"))
    used = fs.f_blocks - fs.f_bfree
    return share(used, used + fs.f_bavail)


def share(part: float, of: float) -> float:
    return round(min(max(100 * part / of, 0), 100), 1) if of > 0 else 0.0
