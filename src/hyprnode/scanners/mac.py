"""Whether AppArmor or SELinux keeps programs to what they are for."""

from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.facts.container import is_container
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Scanner, Seen
from hyprwire import Severity

APPARMOR = "/sys/module/apparmor/parameters/enabled"
SELINUX, CONFIGURED = "/sys/fs/selinux/enforce", "/etc/selinux/config"

DISABLED = FindingType(
    "mac.disabled",
    "Neither AppArmor nor SELinux is enforced",
    "Nothing confines services beyond their user. WARN where SELinux is there and only watches.",
    (Severity.INFO, Severity.WARN),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    if is_container(host) or (host.text(APPARMOR) or "").strip() == "Y" or host.number(SELINUX) == 1:
        return
    if host.number(SELINUX) == 0:
        yield DISABLED.found("lsm", Severity.WARN, "SELinux is permissive: it watches and hinders nothing")
    elif host.exists(CONFIGURED):
        yield DISABLED.found("lsm", Severity.WARN, "SELinux belongs to this system and is off")
    elif host.exists("/etc/apparmor.d"):
        yield DISABLED.found("lsm", Severity.INFO, "AppArmor is installed and the kernel does not use it")


SCANNER = Scanner("mac", scan, (DISABLED,))
