"""Backups that are missing, old, or suddenly half as large."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hyprnode.config import Config
from hyprnode.facts.globs import closed, matches
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Scanner, Seen, unreadable
from hyprnode.values import Backup
from hyprwire import Finding, Severity

STILL_WRITTEN = timedelta(minutes=10)

MISSING = FindingType(
    "backup.missing",
    "Backup missing",
    "Nothing matches a pattern of HYPRBOX_BACKUPS.",
    (Severity.CRITICAL,),
)
STALE = FindingType(
    "backup.stale",
    "Backup is old",
    "The newest backup of a pattern of HYPRBOX_BACKUPS is older than its hours; CRITICAL after three times as many.",
    (Severity.WARN, Severity.CRITICAL),
)
SHRUNK = FindingType(
    "backup.shrunk",
    "Backup shrank",
    "The newest backup has less than half the size of the one before.",
    (Severity.WARN,),
)


@dataclass(frozen=True)
class Copy:
    path: str
    made: datetime
    size: int
    is_file: bool


def scan(host: Host, config: Config) -> Iterator[Seen]:
    for backup in config.backups:
        if hidden := closed(host, backup.pattern):
            yield from unreadable("backup", backup.pattern, f"cannot be looked for: {hidden[0]} {hidden[1]}")
            continue
        yield from judge(host, backup, copies(host, backup.pattern))


def copies(host: Host, pattern: str) -> list[Copy]:
    """The newest first. What a link leads to is counted once."""
    found = {}
    for path in matches(host, pattern):
        if status := host.status(path):
            made = datetime.fromtimestamp(status.st_mtime, UTC)
            is_file = stat.S_ISREG(status.st_mode)
            found[status.st_dev, status.st_ino] = Copy(path, made, status.st_size, is_file)
    return sorted(found.values(), key=lambda copy: copy.made, reverse=True)


def judge(host: Host, backup: Backup, found: list[Copy]) -> Iterator[Finding]:
    if not found:
        yield MISSING.found(backup.pattern, Severity.CRITICAL, f"No backup matches {backup.pattern}")
        return
    newest, age = found[0], host.now() - found[0].made
    limit = timedelta(hours=backup.hours)
    if age > limit:
        hours = age // timedelta(hours=1)
        yield STALE.found(
            backup.pattern,
            Severity.CRITICAL if age > 3 * limit else Severity.WARN,
            f"The newest backup, {newest.path}, is {hours} hours old, expected at most {backup.hours:g}",
            ageHours=hours,
            newest=newest.path,
        )
    if not backup.is_incremental and age > STILL_WRITTEN and has_shrunk(found):
        yield SHRUNK.found(
            backup.pattern,
            Severity.WARN,
            f"The newest backup, {newest.path}, has {newest.size} bytes, the one before had {found[1].size}",
            newest=newest.path,
            bytes=newest.size,
            bytesBefore=found[1].size,
        )


def has_shrunk(found: list[Copy]) -> bool:
    """The size of a folder says nothing."""
    return len(found) > 1 and found[0].is_file and found[1].is_file and found[0].size < found[1].size / 2


SCANNER = Scanner("backup", scan, (MISSING, STALE, SHRUNK))
