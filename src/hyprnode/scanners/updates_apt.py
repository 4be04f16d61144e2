"""What waits on Debian and Ubuntu, from dpkg's status and the lists that apt fetched."""

import os
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from hyprnode.facts import apt, dpkg
from hyprnode.facts.dpkg import Package
from hyprnode.facts.versions import is_older
from hyprnode.host import Host, Unreadable
from hyprnode.scanners.contract import Gap, Seen, unreadable
from hyprnode.scanners.pending import AUTO_DISABLED, Manager, Update, held, security
from hyprwire import Finding, Severity

# What apt touches when it fetches. The lists themselves carry the server's times.
TOUCHED = (
    "/var/lib/apt/periodic/update-success-stamp",
    apt.LISTS,
    f"{apt.LISTS}/partial",
    "/var/cache/apt/pkgcache.bin",
)


def fetched(host: Host) -> datetime | None:
    return host.newest(TOUCHED) if host.glob(f"{apt.LISTS}/*_Packages*") else None


def state(host: Host) -> str:
    lists = [*apt.security_lists(host), *host.glob(f"{apt.UNSUBSCRIBED}/*_Packages*")]
    settings = [*host.glob("/etc/apt/preferences*"), *host.glob("/etc/apt/preferences.d/*"), *conf_files(host)]
    return host.state_of(dpkg.STATUS, *lists, *settings, *TIMERS)


def look(host: Host) -> Iterator[Seen]:
    try:
        installed = dpkg.installed(host)
        versions = apt.offered(host, apt.security_lists(host), installed)
        unsubscribed = apt.offered(host, host.glob(f"{apt.UNSUBSCRIBED}/*_Packages*"), installed)
    except Unreadable as why:
        yield from unreadable("updates", apt.LISTS, str(why))
        yield Gap()
        return
    waiting = list(pending(installed.values(), versions))
    kept_back = [update for update in waiting if is_held(host, update)]
    yield from held(kept_back)
    free = [update for update in waiting if update not in kept_back]
    more = sum(1 for update in pending(installed.values(), unsubscribed))
    yield from security("apt", free, **({"esmCount": more} if more else {}))
    yield from not_automatic_with_apt(host, "unattended-upgrades" in installed)


def pending(installed: Iterable[Package], versions: apt.Versions) -> Iterator[Update]:
    for package in installed:
        offered = apt.version_for(package, versions)
        if offered and is_older(package.version, offered):
            yield Update(package.name, package.version, offered)


def is_held(host: Host, update: Update) -> bool:
    held = dpkg.installed(host)[update.name].wanted == "hold"
    return held or any(pin.keeps_away(update.name, update.offered) for pin in apt.pins(host))


TIMERS = (
    "/etc/systemd/system/apt-daily-upgrade.timer",
    "/etc/systemd/system/timers.target.wants/apt-daily-upgrade.timer",
)


def not_automatic_with_apt(host: Host, is_installed: bool) -> Iterator[Finding]:
    if not is_installed:
        why = "unattended-upgrades is not installed"
    elif not is_switched_on("\n".join(host.text(path) or "" for path in conf_files(host))):
        why = "APT::Periodic::Unattended-Upgrade is not set"
    elif host.exists("/run/systemd/system") and not host.exists(TIMERS[1]):
        why = "apt-daily-upgrade.timer is off"
    else:
        return
    message = f"Security updates are not installed by themselves: {why}"
    yield AUTO_DISABLED.found("apt", Severity.INFO, message, installed=is_installed)


def conf_files(host: Host) -> list[str]:
    """In the order in which apt reads them: the last word counts. What dpkg left beside them is not read."""
    parts = [path for path in host.glob("/etc/apt/apt.conf.d/*") if os.path.splitext(path)[1] in ("", ".conf")]
    return [*parts, "/etc/apt/apt.conf"]


def is_switched_on(conf: str) -> bool:
    """Written as one path or in braces, the name of the setting stands before its value."""
    values = re.findall(r'^[^#\n]*?(?<!//)\bUnattended-Upgrade\s+"([^"]*)"', conf, re.M)
    return bool(values) and values[-1] not in ("", "0")


MANAGER = Manager("apt", dpkg.STATUS, fetched, state, look)
