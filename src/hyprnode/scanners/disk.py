"""File systems that are full, or that became read-only."""

import os
from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.facts.mounts import Mount, mounts, plain
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Scanner, Seen, unreadable
from hyprwire import Finding, Severity

# What lies on a disk here. A network file system may hang whoever asks, and is somebody else's disk; an image that
# cannot be written to is always full.
ON_DISK = {"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "bcachefs", "vfat"}
GIB = 2**30

FULL = FindingType(
    "disk.full",
    "Disk almost full",
    "85 % of a file system are used (95 %: CRITICAL) as df counts it; a step milder where 20 GiB are still free.",
    (Severity.WARN, Severity.CRITICAL),
)
INODES = FindingType(
    "disk.inodes",
    "Disk almost out of inodes",
    "85 % of the inodes of a file system are used (95 %: CRITICAL): soon no file can be made in it.",
    (Severity.WARN, Severity.CRITICAL),
)
READONLY = FindingType(
    "disk.readonly",
    "Disk became read-only",
    "A file system that fstab mounts for writing is read-only: the kernel does that when a disk fails.",
    (Severity.CRITICAL,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    for mount in watched(host):
        if finding := readonly(mount, meant_for_writing(host)):
            yield finding
        try:
            space = host.space(host.path(mount.path))
        except OSError as error:
            yield from unreadable("disk", mount.path, f"cannot be measured: {error.strerror}")
            continue
        if "ro" not in mount.of_all:
            yield from fullness(mount, space, config)


def watched(host: Host) -> Iterator[Mount]:
    """Each file system once, where it is mounted first. Of overlays the root alone: the others are containers'.

    A single file of another disk, such as a container's /etc/hosts, tells of its host.
    """
    seen: set[str] = set()
    for mount in mounts(host):
        is_root = mount.path == "/" and mount.kind == "overlay"
        is_disk = mount.kind in ON_DISK and not os.path.isfile(host.path(mount.path))
        if (is_disk or is_root) and mount.device not in seen:
            seen.add(mount.device)
            yield mount


def meant_for_writing(host: Host) -> set[str]:
    rows = (line.split() for line in (host.text("/etc/fstab") or "").splitlines() if not line.startswith("#"))
    return {plain(row[1]) for row in rows if len(row) > 3 and "ro" not in row[3].split(",")}


def readonly(mount: Mount, for_writing: set[str]) -> Finding | None:
    """The file system itself: a mount of it may be read-only on purpose, as in the sandbox of a service."""
    if "ro" not in mount.of_all or mount.path not in for_writing:
        return None
    message = f"{mount.path} ({mount.source}) is read-only, though fstab mounts it for writing"
    return READONLY.found(mount.path, Severity.CRITICAL, message, fs=mount.kind, source=mount.source)


def fullness(mount: Mount, space: os.statvfs_result, config: Config) -> Iterator[Finding]:
    """85 % of a large disk is no trouble yet."""
    used, free = percent_used(space), space.f_bavail * space.f_frsize
    facts = {"percent": used, "freeBytes": free, "fs": mount.kind, "source": mount.source}
    severity, is_plenty = severity_of(used, config), free > config.disk_plenty_gib * GIB
    if severity := milder(severity) if is_plenty else severity:
        yield FULL.found(mount.path, severity, f"{mount.path} is {used:.0f} % full, {size(free)} are left", **facts)
    inodes = percent_of_inodes(space)
    if severity := severity_of(inodes, config):
        message = f"{mount.path} has used {inodes:.0f} % of its inodes"
        yield INODES.found(mount.path, severity, message, percent=inodes, fs=mount.kind, source=mount.source)


def percent_used(space: os.statvfs_result) -> float:
    """As df: what is reserved for root counts as neither used nor free."""
    used = space.f_blocks - space.f_bfree
    return share(used, used + space.f_bavail)


def percent_of_inodes(space: os.statvfs_result) -> float:
    """0 where there is no fixed number of them, as in btrfs."""
    return share(space.f_files - space.f_ffree, space.f_files)


def share(part: int, of: int) -> float:
    return round(100 * part / of, 1) if of else 0.0


def severity_of(percent: float, config: Config) -> Severity | None:
    if percent >= config.disk_critical_percent:
        return Severity.CRITICAL
    return Severity.WARN if percent >= config.disk_warn_percent else None


def milder(severity: Severity | None) -> Severity | None:
    return Severity.WARN if severity is Severity.CRITICAL else None


def size(number: int) -> str:
    return f"{number / GIB:.1f} GiB" if number >= GIB else f"{number / 2**20:.0f} MiB"


SCANNER = Scanner("disk", scan, (FULL, INODES, READONLY))
