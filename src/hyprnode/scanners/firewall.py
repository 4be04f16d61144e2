"""Whether anything filters what comes in, and whether what was configured to do so is loaded."""

from collections.abc import Callable, Iterator

from hyprnode.config import Config
from hyprnode.facts.container import is_container
from hyprnode.facts.listeners import Listener, from_outside
from hyprnode.facts.netfilter import Filter, netfilter
from hyprnode.facts.processes import running
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Gap, Scanner, Seen, unreadable
from hyprwire import Severity

WANTS = "/etc/systemd/system/multi-user.target.wants"
SYSINIT = "/etc/systemd/system/sysinit.target.wants"

INACTIVE = FindingType(
    "firewall.inactive",
    "No firewall filters what comes in",
    "Programs listen to the network, and no rule of this machine decides who may reach them. A filter in front of it "
    "is not seen from here.",
    (Severity.WARN,),
)
NOT_LOADED = FindingType(
    "firewall.configured_not_loaded",
    "Firewall configured but not loaded",
    "A firewall is switched on and its rules are not in the kernel: whoever relies on it is wrong.",
    (Severity.CRITICAL,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    """A container without a system of its own is filtered by who runs it."""
    if is_container(host) and not host.exists("/run/systemd/system"):
        return
    now = netfilter(host)
    if now.why_not:
        yield from unreadable("firewall", "netfilter", f"cannot be read: {now.why_not}")
        yield Gap()
        return
    for name, is_on, is_loaded in FIREWALLS:
        if is_on(host) and not is_loaded(host, now):
            message = f"{name} is switched on, but its rules are not in the kernel"
            installed = {"ufwInstalled": name == "ufw", "firewalldInstalled": name == "firewalld"}
            yield NOT_LOADED.found(name, Severity.CRITICAL, message, **installed)
    ports = open_ports(from_outside(host))
    if ports and not now.filters_input:
        message = f"Nothing filters what comes in, and {len(ports)} ports listen to the network: {', '.join(ports[:6])}"
        has_ufw, has_firewalld = host.exists("/usr/sbin/ufw"), host.exists("/usr/sbin/firewalld")
        installed = {"ufwInstalled": has_ufw, "firewalldInstalled": has_firewalld}
        yield INACTIVE.found("input", Severity.WARN, message, ports=ports, **installed)


def open_ports(listeners: list[Listener]) -> list[str]:
    """Of TCP: a UDP socket may be nothing but a question that waits for its answer."""
    return [f"tcp/{port}" for port in sorted({one.port for one in listeners if one.protocol == "tcp"})]


def ufw_is_on(host: Host) -> bool:
    lines = (host.text("/etc/ufw/ufw.conf") or "").splitlines()
    return "ENABLED=yes" in (line.strip().replace('"', "") for line in lines)


def ufw_is_loaded(host: Host, now: Filter) -> bool:
    return "ufw-before-input" in now.chains


def firewalld_is_on(host: Host) -> bool:
    return host.exists(f"{WANTS}/firewalld.service")


def firewalld_is_loaded(host: Host, now: Filter) -> bool:
    return "firewalld" in running(host)


def nftables_is_on(host: Host) -> bool:
    is_wanted = host.exists(f"{SYSINIT}/nftables.service") or host.exists(f"{WANTS}/nftables.service")
    return is_wanted and "hook input" in (host.text("/etc/nftables.conf") or "")


def nftables_is_loaded(host: Host, now: Filter) -> bool:
    return bool(now.chains)


def persistent_is_on(host: Host) -> bool:
    is_wanted = host.exists(f"{WANTS}/netfilter-persistent.service") or host.exists(f"{WANTS}/iptables.service")
    saved = (host.text("/etc/iptables/rules.v4") or "") + (host.text("/etc/sysconfig/iptables") or "")
    return is_wanted and ":INPUT DROP" in saved


def persistent_is_loaded(host: Host, now: Filter) -> bool:
    return now.filters_input


FIREWALLS: tuple[tuple[str, Callable[[Host], bool], Callable[[Host, Filter], bool]], ...] = (
    ("ufw", ufw_is_on, ufw_is_loaded),
    ("firewalld", firewalld_is_on, firewalld_is_loaded),
    ("nftables", nftables_is_on, nftables_is_loaded),
    ("netfilter-persistent", persistent_is_on, persistent_is_loaded),
)
SCANNER = Scanner("firewall", scan, (INACTIVE, NOT_LOADED))
