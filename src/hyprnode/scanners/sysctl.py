"""Settings of the kernel that make an attacker's work easier."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hyprnode.config import Config
from hyprnode.facts.container import is_container
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Scanner, Seen
from hyprwire import Severity


@dataclass(frozen=True)
class Rule:
    name: str
    wanted: str
    fits: Callable[[int], bool]
    severity: Severity = Severity.INFO


def at_least(name: str, least: int, severity: Severity = Severity.INFO) -> Rule:
    return Rule(name, f"at least {least}", lambda value: value >= least, severity)


def exactly(name: str, wanted: int, severity: Severity = Severity.INFO) -> Rule:
    return Rule(name, str(wanted), lambda value: value == wanted, severity)


# Forwarding, reverse path filters and the like are not among them: routers, VPNs and Docker need those otherwise.
RULES = (
    at_least("kernel.randomize_va_space", 2, Severity.WARN),
    at_least("fs.protected_hardlinks", 1, Severity.WARN),
    at_least("fs.protected_symlinks", 1, Severity.WARN),
    at_least("net.ipv4.tcp_syncookies", 1, Severity.WARN),
    exactly("net.ipv4.conf.all.accept_source_route", 0, Severity.WARN),
    at_least("kernel.kptr_restrict", 1),
    at_least("kernel.dmesg_restrict", 1),
    at_least("kernel.unprivileged_bpf_disabled", 1),
    at_least("kernel.yama.ptrace_scope", 1),
    at_least("fs.protected_fifos", 1),
    at_least("fs.protected_regular", 1),
    Rule("fs.suid_dumpable", "0 or 2", lambda value: value in (0, 2)),
    exactly("net.ipv4.conf.all.accept_redirects", 0),
    exactly("net.ipv6.conf.all.accept_redirects", 0),
    exactly("net.ipv4.conf.all.send_redirects", 0),
    at_least("net.ipv4.icmp_echo_ignore_broadcasts", 1),
    Rule("net.ipv6.conf.all.accept_source_route", "0 or less", lambda value: value <= 0),
)

WEAK = FindingType(
    "sysctl.weak",
    "Kernel settings are weak",
    "Settings below a baseline that hinders nobody; WARN for address randomisation, protected links, SYN cookies and "
    "source routes.",
    (Severity.INFO, Severity.WARN),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    """One finding for all of them. In a container they are the host's."""
    if is_container(host):
        return
    values = {rule: host.number(f"/proc/sys/{rule.name.replace('.', '/')}") for rule in RULES}
    weak = {rule: value for rule, value in values.items() if value is not None and not rule.fits(value)}
    if weak:
        severity = Severity.WARN if any(rule.severity is Severity.WARN for rule in weak) else Severity.INFO
        names = [rule.name for rule in weak]
        message = f"{len(weak)} settings are below the baseline: {', '.join(names[:4])}"
        settings = {rule.name: {"is": value, "wanted": rule.wanted} for rule, value in weak.items()}
        yield WEAK.found("kernel", severity, message, settings=settings)


SCANNER = Scanner("sysctl", scan, (WEAK,))
