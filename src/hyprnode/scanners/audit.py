"""The audit daemon is there and does not run."""

from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.facts.container import is_container
from hyprnode.facts.processes import running
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Scanner, Seen
from hyprwire import Severity

INSTALLED = "/etc/audit/auditd.conf"

INACTIVE = FindingType(
    "audit.inactive",
    "Audit daemon does not run",
    "auditd is installed and does not run, so that what it should record is lost. Who has not installed it does not "
    "want it.",
    (Severity.INFO,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    """In a container it cannot run."""
    if host.exists(INSTALLED) and not is_container(host) and "auditd" not in running(host):
        yield INACTIVE.found("auditd", Severity.INFO, "auditd is installed and does not run")


SCANNER = Scanner("audit", scan, (INACTIVE,))
