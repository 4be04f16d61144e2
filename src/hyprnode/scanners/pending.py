"""How updates that wait are told of, whichever package manager knows them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from hyprnode.host import Host
from hyprnode.scanners.contract import LONGEST_LIST, FindingType, Seen
from hyprwire import Finding, Severity

# What is open to the network or rules the machine: the kernel, TLS, SSH, sudo, libc, systemd, web servers.
URGENT = re.compile(
    r"(linux-image-|kernel|openssl|libssl|libcrypto|openssh|sudo|libc6|libc-bin|glibc|musl|systemd|nginx|apache2|httpd)"
)

SECURITY = FindingType(
    "updates.security",
    "Security updates pending",
    "Updates of the distribution's security archive wait; CRITICAL when the kernel, TLS, SSH, sudo, libc, systemd or "
    "a web server is among them.",
    (Severity.WARN, Severity.CRITICAL),
)
HELD = FindingType(
    "updates.held",
    "Package held back from a security update",
    "A security update waits for a package that somebody holds or pins.",
    (Severity.WARN,),
)
AUTO_DISABLED = FindingType(
    "updates.auto_disabled",
    "Security updates are not installed by themselves",
    "Nothing on this machine installs security updates without being told.",
    (Severity.INFO,),
)


@dataclass(frozen=True)
class Manager:
    """Of packages. `mark` is a file that only its hosts have; what `look` sees stays true while `state` does."""

    name: str
    mark: str
    fetched: Callable[[Host], datetime | None]
    state: Callable[[Host], str]
    look: Callable[[Host], Iterator[Seen]]


@dataclass(frozen=True)
class Update:
    name: str
    installed: str
    offered: str


def held(updates: Iterable[Update]) -> Iterator[Finding]:
    for update in updates:
        message = f"{update.name} {update.installed} is held back from the security update to {update.offered}"
        yield HELD.found(update.name, Severity.WARN, message, installed=update.installed, offered=update.offered)


def security(key: str, updates: list[Update], **facts: int) -> Iterator[Finding]:
    if not updates:
        return
    urgent = sorted(update.name for update in updates if URGENT.match(update.name))
    some = f", among them {', '.join(urgent[:4])}" if urgent else ""
    yield SECURITY.found(
        key,
        Severity.CRITICAL if urgent else Severity.WARN,
        f"{count(len(updates), 'security update waits', 'security updates wait')}{some}",
        count=len(updates),
        packages=[{"name": one.name, "from": one.installed, "to": one.offered} for one in updates[:LONGEST_LIST]],
        **facts,
    )


def count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
