"""What of a node's scanners may be set from the control plane: how much is too much, and which do not look at all.

Nothing else of a node can be set from there: not whom it speaks to, not what it runs. Each setting is a variable of
the agent as well, and what is set on the host itself counts.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OFF = "scannersOff"
SCANNER = re.compile(r"[a-z]{1,40}")
MOST_OFF = 50

Settings = dict[str, int | list[str]]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A whole number; `about` is a sentence that says what happens beyond it."""

    name: str
    variable: str
    default: int
    least: int
    most: int
    about: str

    @property
    def expected(self) -> str:
        return f"a whole number from {self.least} to {self.most}"


THRESHOLDS = {
    one.name: one
    for one in (
        Threshold(
            "tlsWarnDays", "HYPRBOX_TLS_WARN_DAYS", 30, 0, 36_500,
            "Fewer days left: WARN. Unset, a third of the lifetime where a CA issued for less than 90 days.",
        ),
        Threshold(
            "tlsCriticalDays", "HYPRBOX_TLS_CRITICAL_DAYS", 7, 0, 36_500,
            "Fewer days left: CRITICAL. Unset, a twelfth of the lifetime where a CA issued for less than 90 days.",
        ),
        Threshold(
            "diskWarnPercent", "HYPRBOX_DISK_WARN_PERCENT", 85, 1, 100,
            "So much of a file system or of its inodes used: WARN.",
        ),
        Threshold(
            "diskCriticalPercent", "HYPRBOX_DISK_CRITICAL_PERCENT", 95, 1, 100,
            "So much of a file system or of its inodes used: CRITICAL.",
        ),
        Threshold(
            "diskPlentyGib", "HYPRBOX_DISK_PLENTY_GIB", 20, 0, 100_000,
            "Where more GiB than this are free, a full file system is a step milder.",
        ),
        Threshold(
            "memoryWarnPercent", "HYPRBOX_MEMORY_WARN_PERCENT", 10, 0, 100,
            "Less of the memory can be had: WARN.",
        ),
        Threshold(
            "memoryCriticalPercent", "HYPRBOX_MEMORY_CRITICAL_PERCENT", 3, 0, 100,
            "Less of the memory can be had: CRITICAL.",
        ),
        Threshold(
            "rebootCriticalDays", "HYPRBOX_REBOOT_CRITICAL_DAYS", 30, 0, 3650,
            "A restart is due for longer: CRITICAL.",
        ),
        Threshold(
            "updatesWarnDays", "HYPRBOX_UPDATES_WARN_DAYS", 7, 0, 3650,
            "The lists of packages are older: WARN.",
        ),
        Threshold(
            "updatesCriticalDays", "HYPRBOX_UPDATES_CRITICAL_DAYS", 30, 0, 3650,
            "The lists of packages are older: CRITICAL.",
        ),
        Threshold(
            "logMaxGib", "HYPRBOX_LOG_MAX_GIB", 2, 1, 100_000,
            "A single log takes more: WARN.",
        ),
        Threshold(
            "failedLoginsPerDay", "HYPRBOX_FAILED_LOGINS_PER_DAY", 100, 1, 10_000,
            "So many failed logins within a day, with nobody who watches: a finding.",
        ),
        Threshold(
            "unitRestarts", "HYPRBOX_UNIT_RESTARTS", 5, 1, 1000,
            "A service was started again so often: WARN.",
        ),
        Threshold(
            "ssdWornPercent", "HYPRBOX_SSD_WORN_PERCENT", 90, 1, 255,
            "So much of what its maker promised is used up of an SSD: WARN.",
        ),
    )
}  # fmt: skip

# Which of two that belong together may not be more than the other.
ORDERED = (
    ("tlsCriticalDays", "tlsWarnDays"),
    ("diskWarnPercent", "diskCriticalPercent"),
    ("memoryCriticalPercent", "memoryWarnPercent"),
    ("updatesWarnDays", "updatesCriticalDays"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a scan looked by: the digest of what was taken of the control plane, and what the host itself says instead.

    `refused` is why what the control plane says last was not taken; it is empty when it was.
    """

    digest: str
    own: list[str] = field(default_factory=list)
    refused: str = ""


def check(said: Mapping[str, Any]) -> Settings:
    """ValueError names the first that is none, with what was expected."""
    found: Settings = {name: _read(name, value) for name, value in said.items()}
    for less, more in ORDERED:
        low, high = found.get(less), found.get(more)
        if isinstance(low, int) and isinstance(high, int) and low > high:
            raise ValueError(f"{less} is {low}, expected at most {more}, which is {high}")
    return found


def _read(name: str, value: Any) -> int | list[str]:
    if name == OFF:
        if not isinstance(value, list) or len(value) > MOST_OFF or not all(map(_is_scanner, value)):
            raise ValueError(f"{OFF} is {value!a:.80}, expected a list of at most {MOST_OFF} names of scanners")
        return sorted(set(value))
    kind = THRESHOLDS.get(name)
    if kind is None:
        raise ValueError(f"{name!a:.60} cannot be set, expected one of {', '.join([*THRESHOLDS, OFF])}")
    if not isinstance(value, int) or isinstance(value, bool) or not kind.least <= value <= kind.most:
        raise ValueError(f"{name} is {value!a:.40}, expected {kind.expected}")
    return value


def _is_scanner(name: Any) -> bool:
    return isinstance(name, str) and SCANNER.fullmatch(name) is not None


def digest(settings: Settings) -> str:
    """The same for the same settings, on both sides."""
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
