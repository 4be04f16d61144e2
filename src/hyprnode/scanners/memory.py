"""Memory that runs out: little left, swap full, or everybody waiting for it."""

import re
from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.host import Host, shared
from hyprnode.load import ram_percent
from hyprnode.scanners.contract import FindingType, Scanner, Seen
from hyprwire import Finding, Severity

FULL_SWAP, TIGHT = 80, 20  # percent of swap used, of memory left: swap that is used while there is memory is no trouble
WAITING = 10  # percent of the last five minutes

LOW = FindingType(
    "memory.low",
    "Memory almost used up",
    "Less than 10 % of the memory can be had (3 %: CRITICAL); what is used as cache can.",
    (Severity.WARN, Severity.CRITICAL),
)
SWAP = FindingType(
    "memory.swap",
    "Swap almost used up",
    "More than 80 % of the swap space are used, and less than 20 % of the memory can be had.",
    (Severity.WARN,),
)
PRESSURE = FindingType(
    "memory.pressure",
    "Processes wait for memory",
    "For more than a tenth of the last five minutes nothing went on but waiting for memory.",
    (Severity.WARN,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    left = percent_left(host)
    for finding in (low(left, config), swap(host, left), pressure(host.text("/proc/pressure/memory") or "")):
        if finding:
            yield finding


def percent_left(host: Host) -> float:
    """In a container of its own limit. ZFS gives back what its cache has beyond the least, and nobody counts that."""
    cache = counters_of_zfs(host)
    total = kib(host).get("MemTotal", 0) * 1024
    reclaimable = max(0, cache.get("size", 0) - cache.get("c_min", 0))
    return 100 - ram_percent(host) + (100 * reclaimable / total if total else 0)


def counters_of_zfs(host: Host) -> dict[str, int]:
    rows = re.findall(r"^(size|c_min)\s+\d+\s+(\d+)$", host.text("/proc/spl/kstat/zfs/arcstats") or "", re.M)
    return {name: int(number) for name, number in rows}


@shared
def kib(host: Host) -> dict[str, int]:
    return {name: int(number) for name, number in re.findall(r"^(\w+):\s+(\d+)", host.needed("/proc/meminfo"), re.M)}


def low(left: float, config: Config) -> Finding | None:
    if left >= max(config.memory_warn_percent, config.memory_critical_percent):
        return None
    severity = Severity.CRITICAL if left < config.memory_critical_percent else Severity.WARN
    return LOW.found("ram", severity, f"{left:.1f} % of the memory are left", percentLeft=round(left, 1))


def swap(host: Host, left: float) -> Finding | None:
    total, free = (kib(host).get(name, 0) for name in ("SwapTotal", "SwapFree"))
    if not total or left >= TIGHT or 100 * (total - free) / total <= FULL_SWAP:
        return None
    used = round(100 * (total - free) / total)
    return SWAP.found("swap", Severity.WARN, f"{used} % of the swap space are used", percentUsed=used)


def pressure(text: str) -> Finding | None:
    match = re.search(r"^full .*\bavg300=([\d.]+)", text, re.M)
    if match is None or float(match[1]) <= WAITING:
        return None
    message = f"Everything waited for memory during {match[1]} % of the last five minutes"
    return PRESSURE.found("psi", Severity.WARN, message, percent=float(match[1]))


SCANNER = Scanner("memory", scan, (LOW, SWAP, PRESSURE))
