"""Security updates that wait, lists that are too old to know of them, and machines that nobody updates."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from hyprnode.config import Config
from hyprnode.host import Host
from hyprnode.scanners import updates_apk, updates_apt, updates_dnf
from hyprnode.scanners.contract import FindingType, Scanner, Seen
from hyprnode.scanners.pending import AUTO_DISABLED, HELD, SECURITY
from hyprwire import Severity

STALE_LISTS = FindingType(
    "updates.stale_lists",
    "Package lists are old",
    "The lists of packages were not fetched for 7 days (30 days: CRITICAL), so nobody knows what waits.",
    (Severity.WARN, Severity.CRITICAL),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    """Ages are told anew each time, the rest when something has changed."""
    manager = next((one for one in MANAGERS if host.exists(one.mark)), None)
    if manager:
        yield from stale_lists(host, config, manager.name, manager.fetched(host))
        yield from host.kept.again("updates", manager.state(host), partial(manager.look, host))


def stale_lists(host: Host, config: Config, key: str, fetched: datetime | None) -> Iterator[Seen]:
    if fetched is None:
        message = "The lists of packages were never fetched, so nobody knows which updates wait"
        yield STALE_LISTS.found(key, Severity.WARN, message)
        return
    age = host.now() - fetched
    warn, critical = (timedelta(days=days) for days in (config.updates_warn_days, config.updates_critical_days))
    if age > min(warn, critical):
        severity = Severity.CRITICAL if age > critical else Severity.WARN
        message = f"The lists of packages were last fetched {age.days} days ago"
        yield STALE_LISTS.found(key, severity, message, ageDays=age.days)


MANAGERS = (updates_apt.MANAGER, updates_dnf.MANAGER, updates_apk.MANAGER)
SCANNER = Scanner("updates", scan, (SECURITY, STALE_LISTS, HELD, AUTO_DISABLED))
