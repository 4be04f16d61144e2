"""Somebody tries out passwords."""

import os
import struct
from collections import Counter
from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.facts.processes import running
from hyprnode.facts.sshd import effective
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Scanner, Seen, unreadable
from hyprwire import Severity

FAILURES = "/var/log/btmp"
NEWEST = 20_000  # records that are looked at
A_DAY = 24 * 3600
GUARDS = {"fail2ban-server", "crowdsec", "sshguard"}
# struct utmp: its size, and where the address and the seconds stand. 64-bit ARM and its kin keep no 32-bit times.
LAYOUT = {384: (76, 340, "<i"), 400: (76, 344, "<q")}

BRUTEFORCE = FindingType(
    "auth.bruteforce",
    "Passwords are being guessed",
    "More than 100 logins failed in 24 hours; INFO where fail2ban or the like shuts out who does that.",
    (Severity.INFO, Severity.WARN),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    """Where no password is taken, they may guess for ever."""
    sshd = effective(host)
    if not host.exists(FAILURES) or (sshd and sshd.settings and not sshd.accepts_passwords):
        return
    try:
        times = failures(host, host.now().timestamp() - A_DAY)
    except PermissionError as error:
        yield from unreadable("auth", FAILURES, f"cannot be read: {error.strerror}")
        return
    count = sum(times.values())
    if count < config.failed_logins_per_day:
        return
    guards = sorted(running(host) & GUARDS)
    but = f", {guards[0]} runs" if guards else ", and nothing shuts out who does that"
    message = f"{count} logins failed in 24 hours, from {len(times)} addresses{but}"
    top = [{"address": address, "count": n} for address, n in times.most_common(5)]
    severity = Severity.INFO if guards else Severity.WARN
    yield BRUTEFORCE.found("ssh", severity, message, count=count, addresses=len(times), top=top, windowHours=24)


def failures(host: Host, since: float) -> Counter[str]:
    """How many by address, of the newest records. PermissionError."""
    size = 400 if os.uname().machine in ("aarch64", "riscv64", "loongarch64") else 384
    with open(host.path(FAILURES), "rb") as file:
        end = file.seek(0, os.SEEK_END) // size * size
        file.seek(max(0, end - NEWEST * size))
        return count(file.read(NEWEST * size), size, since)


def count(records: bytes, size: int, since: float) -> Counter[str]:
    address_at, seconds_at, seconds = LAYOUT[size]
    found: Counter[str] = Counter()
    for start in range(0, len(records) - size + 1, size):
        if struct.unpack_from(seconds, records, start + seconds_at)[0] >= since:
            address = records[start + address_at : start + address_at + 256].split(b"\0")[0]
            found[address.decode("ascii", "replace")] += 1
    return found


SCANNER = Scanner("auth", scan, (BRUTEFORCE,))
