"""What waits on Red Hat and its family, from what dnf fetched before."""

from collections.abc import Iterator
from datetime import datetime

from hyprnode.host import Host
from hyprnode.scanners.contract import Gap, Seen, unreadable
from hyprnode.scanners.pending import AUTO_DISABLED, Manager, Update, security
from hyprwire import Severity

RPM_STATE = ("/var/lib/rpm", "/usr/lib/sysimage/rpm")
CACHE = "/var/cache/dnf"


def fetched(host: Host) -> datetime | None:
    if not host.glob(f"{CACHE}/*.solv"):
        return None
    return host.newest([f"{CACHE}/last_makecache", *host.glob(f"{CACHE}/*.solv")])


def state(host: Host) -> str:
    databases = [path for folder in RPM_STATE for path in host.glob(f"{folder}/*")]
    return host.state_of(*databases, *host.glob(f"{CACHE}/*.solv*"), *dnf_automatic(host))


def look(host: Host) -> Iterator[Seen]:
    """From what it fetched before: whoever waits for the network here waits for everybody's."""
    ran = host.run(["dnf", "-q", "-C", "updateinfo", "list", "--security"])
    if ran.code != 0:
        yield from unreadable("updates", "dnf", f"cannot be asked: {ran.why}")
        yield Gap()
        return
    yield from security("dnf", list(advised(ran.output)), dnf=True)
    if not any(map(host.exists, dnf_automatic(host))):
        message = "Security updates are not installed by themselves: no timer of dnf-automatic is on"
        yield AUTO_DISABLED.found("dnf", Severity.INFO, message, dnf=True)


def advised(output: str) -> Iterator[Update]:
    """RHSA-2024:1 Important/Sec. openssl-1:3.0.7-27.el9.x86_64: each package once, however many advisories it has."""
    rows = (line.split() for line in output.splitlines())
    for whole in dict.fromkeys(row[2] for row in rows if len(row) == 3 and "-" in row[2]):
        name, version, release = [*whole.rsplit("-", 2), "", ""][:3]
        yield Update(name, "", f"{version}-{release.rpartition('.')[0]}")


def dnf_automatic(host: Host) -> list[str]:
    wants = "/etc/systemd/system/timers.target.wants"
    return [f"{wants}/{name}.timer" for name in ("dnf-automatic", "dnf-automatic-install", "dnf5-automatic")]


MANAGER = Manager("dnf", CACHE, fetched, state, look)
