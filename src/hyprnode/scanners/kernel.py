"""What the kernel complains of: disks that fail, broken file systems and hardware, tasks that hang."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hyprnode.config import Config
from hyprnode.facts.container import is_container
from hyprnode.facts.kmsg import BUFFER, Said, last_day
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Gap, Scanner, Seen, unreadable
from hyprwire import Severity


@dataclass(frozen=True)
class Class:
    name: str
    severity: Severity
    pattern: str


CLASSES = (
    Class("io", Severity.CRITICAL, r"I/O error|critical (?:medium|target) error"),
    Class("ata", Severity.CRITICAL, r"\bata\d+(?:\.\d+)?: (?:failed command|exception Emask)"),
    Class("ext4", Severity.CRITICAL, r"EXT4-fs error|Remounting filesystem read-only"),
    Class("xfs", Severity.CRITICAL, r"XFS .*(?:[Cc]orruption|[Ss]hutting down|[Ss]hut down)"),
    Class("btrfs", Severity.CRITICAL, r"BTRFS (?:error|critical)"),
    Class("hardware", Severity.CRITICAL, r"Hardware Error|Machine check events logged|\bUE memory"),
    Class("oops", Severity.CRITICAL, r"kernel BUG at|\bOops: "),
    Class("hung-task", Severity.WARN, r"blocked for more than \d+ seconds"),
    Class("lockup", Severity.WARN, r"soft lockup|hard LOCKUP|rcu_sched self-detected stall"),
    Class("conntrack", Severity.WARN, r"nf_conntrack: table full"),
)
# Of these a reader complains each time somebody leaves a disk half-way, or an image is broken.
COMES_AND_GOES = re.compile(r"\bdev (fd\d+|sr\d+|loop\d+|nbd\d+)\b")
DEVICE = re.compile(r"\bdev (sd[a-z]+|mmcblk\d+)")

ERRORS = FindingType(
    "kernel.errors",
    "The kernel reports errors",
    "In the last 24 hours the kernel complained of disks, file systems or hardware (CRITICAL), or of tasks that hang.",
    (Severity.WARN, Severity.CRITICAL),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    if is_container(host):
        return
    try:
        said = last_day(host)
    except OSError as error:
        yield from unreadable("kernel", BUFFER, f"cannot be read: {error.strerror}")
        yield Gap()
        return
    for kind in CLASSES:
        pattern = re.compile(kind.pattern)
        texts = [one.text for one in said if pattern.search(one.text) and not is_removable(host, one)]
        if texts:
            message = f"The kernel said {len(texts)} times in 24 hours: {texts[-1][:200]}"
            yield ERRORS.found(kind.name, kind.severity, message, count=len(texts), sample=texts[-1], windowHours=24)


def is_removable(host: Host, said: Said) -> bool:
    """A USB stick that was pulled out."""
    if COMES_AND_GOES.search(said.text):
        return True
    match = DEVICE.search(said.text)
    return match is not None and host.number(f"/sys/block/{match[1]}/removable") == 1


SCANNER = Scanner("kernel", scan, (ERRORS,))
