"""Logs that nobody rotates, and systems that keep none."""

import stat
from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.facts.container import is_container
from hyprnode.facts.processes import running
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Scanner, Seen
from hyprwire import Severity

LOGS = "/var/log"
JOURNAL = f"{LOGS}/journal/"
GIB = 2**30
DEEPEST, MOST_FILES = 4, 20_000
LOGGERS = {"rsyslogd", "syslog-ng", "syslogd", "metalog", "socklog"}

OVERSIZED = FindingType(
    "log.oversized",
    "Log file grew very large",
    "A file below /var/log takes more than 2 GiB of the disk.",
    (Severity.WARN,),
)
DOWN = FindingType(
    "logging.down",
    "Nothing keeps a log",
    "Neither journald nor another system logger runs: what happens leaves no trace.",
    (Severity.CRITICAL,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    for path, taken in large(host, config.log_max_gib * GIB):
        message = f"{path} takes {taken / GIB:.1f} GiB"
        yield OVERSIZED.found(path, Severity.WARN, message, bytes=taken, journal=path.startswith(JOURNAL))
    if host.exists("/run/systemd/system"):
        if "systemd-journal" not in running(host):
            yield DOWN.found("journald", Severity.CRITICAL, "systemd-journald does not run")
    elif not is_container(host) and running(host) and not running(host) & LOGGERS:
        yield DOWN.found("syslog", Severity.CRITICAL, "No system logger runs")


def large(host: Host, most: int) -> Iterator[tuple[str, int]]:
    """What they take of the disk: files such as lastlog are mostly holes."""
    folders, seen = [(LOGS, 0)], 0
    while folders and seen < MOST_FILES:
        folder, depth = folders.pop()
        for name in host.names(folder):
            seen += 1
            path = f"{folder}/{name}"
            status = host.status(path, follow=False)
            if status and stat.S_ISDIR(status.st_mode) and depth < DEEPEST:
                folders.append((path, depth + 1))
            elif status and stat.S_ISREG(status.st_mode) and (taken := status.st_blocks * 512) > most:
                yield path, taken


SCANNER = Scanner("log", scan, (OVERSIZED, DOWN))
