"""A restart is due: the running kernel, or what everything stands on, is older than the installed one."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hyprnode.config import Config
from hyprnode.facts.clock import boot_time
from hyprnode.facts.container import is_container
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Scanner, Seen
from hyprwire import Finding, Severity

FLAG = "/run/reboot-required"
MODULES = ("/lib/modules", "/usr/lib/modules")
RPM = "/var/lib/rpm"
NEEDS_A_RESTART = ("kernel-core", "glibc", "systemd", "dbus-broker", "dbus-daemon")
INSTALLED_AT = ("rpm", "-q", "--qf", "%{NAME} %{INSTALLTIME}\\n", *NEEDS_A_RESTART)

REQUIRED = FindingType(
    "reboot.required",
    "Restart needed to finish updates",
    "A newer kernel, or a newer libc or systemd, is installed than the one that runs; CRITICAL after 30 days.",
    (Severity.WARN, Severity.CRITICAL),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    """Of the reasons the first that there is: one restart does away with all of them."""
    if is_container(host):
        return
    for reason in (flagged, kernel, packages):
        if finding := reason(host, config):
            yield finding
            return


def flagged(host: Host, config: Config) -> Finding | None:
    """Debian and Ubuntu leave word."""
    status = host.status(FLAG)
    if status is None:
        return None
    names = sorted(set((host.text(f"{FLAG}.pkgs") or "").split()))
    why = f" of {', '.join(names[:4])}" if names else ""
    return required(host, config, status.st_mtime, f"A restart is needed to finish the update{why}", packages=names)


def kernel(host: Host, config: Config) -> Finding | None:
    """The newest that could start instead of the running one."""
    running = (host.text("/proc/sys/kernel/osrelease") or "").strip()
    newest = max(startable(host, running), key=numbers, default=running)
    if numbers(newest) <= numbers(running):
        return None
    since = max(status.st_mtime for folder in MODULES if (status := host.status(f"{folder}/{newest}")))
    message = f"The kernel {running} runs, {newest} is installed"
    return required(host, config, since, message, running=running, installed=newest)


def startable(host: Host, running: str) -> set[str]:
    """Of the same flavour, and more than what a removed kernel leaves behind."""
    names = {(folder, name) for folder in MODULES for name in host.names(folder)}
    whole = {name for folder, name in names if host.exists(f"{folder}/{name}/modules.dep")}
    return {name for name in whole if flavour(name) == flavour(running)}


def flavour(release: str) -> list[str]:
    """6.1.0-18-cloud-amd64 is of cloud-amd64, whichever suite it came from."""
    return [word for word in re.findall(r"[a-z]+", release) if word not in ("deb", "bpo", "el", "fc", "ubuntu")]


def numbers(release: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", release)]


def packages(host: Host, config: Config) -> Finding | None:
    """Red Hat's way: what was installed after the machine started."""
    started = boot_time(host)
    if started is None or not host.exists(RPM):
        return None
    rows = (line.split() for line in host.run(INSTALLED_AT).output.splitlines())
    newer = {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdecimal() and int(row[1]) > started}
    if not newer:
        return None
    message = f"A restart is needed to finish the update of {', '.join(sorted(newer))}"
    return required(host, config, min(newer.values()), message, packages=sorted(newer))


def required(host: Host, config: Config, since: float, message: str, **facts: object) -> Finding:
    due = host.now() - datetime.fromtimestamp(since, UTC)
    severity = Severity.CRITICAL if due > timedelta(days=config.reboot_critical_days) else Severity.WARN
    return REQUIRED.found("system", severity, message, dueDays=max(0, due.days), **facts)


SCANNER = Scanner("reboot", scan, (REQUIRED,))
