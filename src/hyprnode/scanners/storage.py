"""Arrays and pools that lost a disk, and disks that gave back something else than was written."""

import re
from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Scanner, Seen
from hyprwire import Finding, Severity

RAID = FindingType(
    "raid.degraded",
    "RAID array degraded",
    "An array lacks a disk: the next one to fail may take the data along. WARN while it rebuilds.",
    (Severity.WARN, Severity.CRITICAL),
)
ZFS = FindingType(
    "zfs.degraded",
    "ZFS pool degraded",
    "A pool is not ONLINE: it lost a disk, or more than it can bear.",
    (Severity.CRITICAL,),
)
BTRFS = FindingType(
    "btrfs.errors",
    "btrfs counted errors",
    "A device of a btrfs file system failed, or gave back damaged data, since its counters were reset.",
    (Severity.CRITICAL,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    yield from arrays(host)
    yield from pools(host)
    yield from btrfs(host)


def arrays(host: Host) -> Iterator[Finding]:
    """RAID 0 has no such number: it cannot lose a disk and live."""
    for path in host.glob("/sys/block/md*/md/degraded"):
        name, missing = path.split("/")[3], host.number(path)
        if missing:
            action = (host.text(f"/sys/block/{name}/md/sync_action") or "idle").strip()
            rebuilds = action in ("recover", "resync")
            but = ", a rebuild is under way" if rebuilds else ""
            severity = Severity.WARN if rebuilds else Severity.CRITICAL
            message = f"{name} lacks {missing} of its disks{but}"
            yield RAID.found(name, severity, message, missing=missing, action=action)


def pools(host: Host) -> Iterator[Finding]:
    for path in host.glob("/proc/spl/kstat/zfs/*/state"):
        name, state = path.split("/")[5], (host.text(path) or "").strip()
        if state and state != "ONLINE":
            yield ZFS.found(name, Severity.CRITICAL, f"The pool {name} is {state}", state=state)


def btrfs(host: Host) -> Iterator[Finding]:
    for path in host.glob("/sys/fs/btrfs/*/devinfo/*/error_stats"):
        _, _, _, _, file_system, _, device, _ = path.split("/")
        counts = {name: int(n) for name, n in re.findall(r"(\w+) (\d+)", host.text(path) or "") if int(n)}
        if counts:
            label = (host.text(f"/sys/fs/btrfs/{file_system}/label") or "").strip() or file_system
            some = ", ".join(f"{name} {n}" for name, n in counts.items())
            message = f"btrfs counted errors on device {device} of {label}: {some}"
            yield BTRFS.found(f"{file_system}/{device}", Severity.CRITICAL, message, counts=counts)


SCANNER = Scanner("storage", scan, (RAID, ZFS, BTRFS))
