"""A clock that nobody keeps right: certificates, logs and one-time passwords depend on it."""

from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.facts.container import is_container
from hyprnode.facts.processes import running
from hyprnode.host import Host, uptime
from hyprnode.scanners.contract import FindingType, Scanner, Seen, unreadable
from hyprwire import Severity

SETTLES_WITHIN = 15 * 60  # seconds after the start
KEEPERS = {"chronyd", "ntpd", "systemd-timesyn", "ptp4l", "phc2sys"}
# Tools of a virtual machine's host: they set the clock and do not tell the kernel.
GUEST_TOOLS = {"vmtoolsd", "VBoxService", "hv_kvp_daemon"}

UNSYNCED = FindingType(
    "time.unsynced",
    "Clock is not synchronised",
    "The kernel knows of nobody who keeps the clock right.",
    (Severity.WARN,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    """The clock of a container is its host's."""
    if is_container(host) or (uptime(host) or 0) < SETTLES_WITHIN or running(host) & GUEST_TOOLS:
        return
    try:
        is_right, most_wrong = host.clock()
    except OSError as error:
        yield from unreadable("time", "clock", f"cannot be asked: {error.strerror}")
        return
    if not is_right:
        keepers = sorted(running(host) & KEEPERS)
        why = f"{', '.join(keepers)} runs and has not managed to" if keepers else "nothing runs that would"
        message = f"The clock is not synchronised: {why}"
        yield UNSYNCED.found("clock", Severity.WARN, message, services=keepers, maxErrorMicroseconds=most_wrong)


SCANNER = Scanner("time", scan, (UNSYNCED,))
