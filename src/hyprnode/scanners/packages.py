"""Packages that are half installed, and server software from elsewhere that its makers have given up."""

import re
from collections.abc import Iterator
from functools import partial

from hyprnode.config import Config
from hyprnode.facts import apt, dpkg
from hyprnode.facts.dpkg import Package
from hyprnode.host import Host, Unreadable
from hyprnode.scanners.contract import FindingType, Scanner, Seen, unreadable
from hyprnode.scanners.distro import day, end_of
from hyprnode.scanners.lifetimes import SOFTWARE
from hyprwire import Finding, Severity

UPDATES = "/var/lib/dpkg/updates"
LOCKS = ("/var/lib/dpkg/lock", "/var/lib/dpkg/lock-frontend")
BROKEN_STATES = {"half-installed", "half-configured", "unpacked", "triggers-awaited", "triggers-pending"}
DISTRIBUTIONS = {"Debian", "Ubuntu", "Raspbian", "Canonical", "UbuntuESM", "UbuntuESMApps"}
NAME = re.compile("|".join(f"(?:{pattern})" for _, pattern, _ in SOFTWARE))

BROKEN = FindingType(
    "packages.broken",
    "Packages are half installed",
    "dpkg was interrupted: packages are unpacked and not configured, and no update can be installed.",
    (Severity.CRITICAL,),
)
OUT_OF_SUPPORT = FindingType(
    "package.eol",
    "Server software is out of support",
    "A server of a foreign archive gets no fixes any more. Those of the distribution are mended by it.",
    (Severity.WARN,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    if not host.exists(dpkg.STATUS):
        return
    left = [name for name in host.names(UPDATES) if name.isdecimal()]
    found = host.kept.again("packages", host.state_of(dpkg.STATUS, UPDATES), partial(broken, host, left))
    if found and not is_at_work(host):
        yield from found
    releases = host.glob(f"{apt.LISTS}/*Release")
    state = f"{host.state_of(dpkg.STATUS, *releases)} {host.now():%Y-%m-%d}"
    yield from host.kept.again("packages of others", state, partial(out_of_support, host, releases))


def is_at_work(host: Host) -> bool:
    """Then of course some are half installed. Whoever locked a file is known by its inode."""
    inodes = {str(status.st_ino) for path in LOCKS if (status := host.status(path))}
    rows = (line.split() for line in (host.text("/proc/locks") or "").splitlines())
    return any(len(row) > 5 and row[5].rpartition(":")[2] in inodes for row in rows)


def broken(host: Host, left: list[str]) -> Iterator[Finding]:
    names = sorted(package.name for package in dpkg.packages(host) if is_broken(package))
    if names or left:
        some = f": {', '.join(names[:5])}" if names else ""
        yield BROKEN.found("dpkg", Severity.CRITICAL, f"dpkg was interrupted in the middle{some}", packages=names)


def is_broken(package: Package) -> bool:
    return package.flag != "ok" or package.state in BROKEN_STATES


def out_of_support(host: Host, releases: list[str]) -> Iterator[Seen]:
    """First what is cheap: on most machines no such software is installed at all."""
    ended = {
        name: end for name in dpkg.installed(host) if NAME.fullmatch(name) and (end := end_of_software(host, name))
    }
    if not ended:
        return
    try:
        foreign = apt.offered(host, foreign_lists(host, releases), ended)
    except Unreadable as why:
        yield from unreadable("packages", apt.LISTS, str(why))
        return
    for name, (title, version, last_day) in ended.items():
        package = dpkg.installed(host)[name]
        if apt.version_for(package, foreign):
            message = f"{title} {version}, installed as {name} from a foreign archive, gets no fixes since {last_day}"
            yield OUT_OF_SUPPORT.found(name, Severity.WARN, message, version=package.version, endedOn=last_day)


def end_of_software(host: Host, name: str) -> tuple[str, str, str] | None:
    """Title, version and last day of what is out of support; None for the rest."""
    installed = dpkg.installed(host)[name].version.rpartition(":")[2]
    for title, pattern, ends in SOFTWARE:
        match = re.fullmatch(pattern, name)
        if match is None:
            continue
        version = match[1] if match.groups() else next((one for one in ends if installed.startswith(f"{one}.")), "")
        if version in ends and host.now() >= end_of(ends[version]):
            return title, version, day(end_of(ends[version]))
    return None


def foreign_lists(host: Host, releases: list[str]) -> list[str]:
    """Of archives whose Release names somebody else than the distribution as their origin."""
    found = []
    for path in releases:
        origin = re.search(r"^Origin: (.*)$", host.text(path) or "", re.M)
        if origin is None or origin[1].strip() not in DISTRIBUTIONS:
            found += host.glob(f"{re.sub(r'(In)?Release$', '', path)}*_Packages*")
    return found


SCANNER = Scanner("packages", scan, (BROKEN, OUT_OF_SUPPORT))
