"""Units that failed, and services that start again and again. Where OpenRC rules, services that crashed."""

import os
import re
from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.facts.container import is_container
from hyprnode.facts.processes import processes, unit
from hyprnode.host import Host, uptime
from hyprnode.scanners.contract import FindingType, Gap, Scanner, Seen, unreadable
from hyprwire import Finding, Severity

LIST = ("systemctl", "list-units", "--all", "--plain", "--no-legend", "--full", "--no-pager")
SHOW = ("systemctl", "show", "--no-pager", "--property=Id,NRestarts")
LATELY = 15 * 60  # seconds
KINDS = (".service", ".socket", ".mount", ".timer", ".automount", ".swap", ".path")
# Without these the machine is cut off, unguarded, or does not do what it is there for.
VITAL = re.compile(
    r"(sshd?|nginx|apache2|httpd|haproxy|caddy|postgresql|mysqld?|mariadb|mongod|redis|docker|containerd|nftables"
    r"|iptables|ufw|firewalld|networking|NetworkManager|systemd-networkd)\b"
)
# What fails in a container because it is one.
NOT_IN_CONTAINERS = re.compile(
    r"(auditd|systemd-(modules-load|udevd|sysctl|remount-fs|journald-audit)|kmod|sys-|dev-|proc-|getty|console-getty)"
)

FAILED = FindingType(
    "systemd.failed",
    "Unit failed",
    "A unit is in the state failed; CRITICAL for a mount, SSH, the firewall, the network, web servers and databases.",
    (Severity.WARN, Severity.CRITICAL),
)
FLAPPING = FindingType(
    "systemd.flapping",
    "Unit keeps restarting",
    "A service ended and was started again, five times or more, and once more within the last quarter of an hour.",
    (Severity.WARN,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    if host.exists("/run/systemd/system"):
        yield from by_systemd(host, config.unit_restarts)
    elif host.exists("/run/openrc"):
        yield from by_openrc(host)


def by_systemd(host: Host, many: int) -> Iterator[Seen]:
    ran = host.run([*LIST, "--state=failed,auto-restart"])
    if ran.code != 0:
        yield from unreadable("systemd", "systemd", f"cannot be asked: {ran.why}")
        yield Gap()
        return
    rows = [line.split(None, 4)[:4] for line in ran.output.splitlines()]
    yield from (failed(row[0]) for row in rows if row[2] == "failed" and counts(host, row[0], row[1]))
    waiting = [row[0] for row in rows if row[3] == "auto-restart"]
    yield from flapping(host, waiting, many)


def counts(host: Host, name: str, loaded: str) -> bool:
    """What is left of a package that was removed does not; nor what cannot work here."""
    ours = name.endswith(KINDS) and loaded != "not-found"
    return ours and not (is_container(host) and NOT_IN_CONTAINERS.match(name))


def failed(name: str) -> Finding:
    is_vital = name.endswith(".mount") or VITAL.match(name)
    return FAILED.found(name, Severity.CRITICAL if is_vital else Severity.WARN, f"{name} has failed")


def flapping(host: Host, waiting: list[str], many: int) -> Iterator[Finding]:
    """The counter never goes back by itself, so only that of a service that was started lately says something."""
    candidates = sorted({*waiting, *started_lately(host)})
    if not candidates:
        return
    for name, restarts in shown(host.run([*SHOW, *candidates]).output):
        if restarts >= many or name in waiting:
            message = f"{name} was started again {restarts} times"
            yield FLAPPING.found(name, Severity.WARN, message, restarts=restarts)


def started_lately(host: Host) -> set[str]:
    since = ((uptime(host) or 0) - LATELY) * os.sysconf("SC_CLK_TCK")
    young = (process.pid for process in processes(host).values() if process.started > since)
    return {name for pid in young if (name := unit(host, pid))}


def shown(output: str) -> Iterator[tuple[str, int]]:
    for paragraph in output.split("\n\n"):
        facts = dict(line.split("=", 1) for line in paragraph.splitlines() if "=" in line)
        if facts.get("NRestarts", "").isdecimal():
            yield facts.get("Id", ""), int(facts["NRestarts"])


def by_openrc(host: Host) -> Iterator[Seen]:
    """nginx                [  crashed  ]"""
    for name in re.findall(r"^\s*(\S+)\s+\[\s*crashed\s*\]", host.run(["rc-status", "--crashed"]).output, re.M):
        yield failed(name)


SCANNER = Scanner("systemd", scan, (FAILED, FLAPPING))
