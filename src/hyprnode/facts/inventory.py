"""What is on this host, part by part: so little that it can be compared, so much that a change can be named."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hyprnode.facts import accounts, dpkg, listeners
from hyprnode.host import Host, os_name
from hyprnode.say import printable
from hyprwire.inventory import LONGEST_NAME, LONGEST_VALUE, MOST_ITEMS, Items, Part, digest

RPM_DATABASES = ("/var/lib/rpm", "/usr/lib/sysimage/rpm")
RPM = ("rpm", "-qa", "--qf", "%{NAME}.%{ARCH} %{EVR}\\n")
APK = "/lib/apk/db/installed"
UNITS = "/etc/systemd/system"
RUNLEVELS = "/etc/runlevels"
SHORT_LIVED = 32768  # ports from here on are handed out to whoever asks, and are others each time


def system(host: Host) -> Items:
    """What a heartbeat also says; here, so that its changes are kept."""
    kernel = (host.text("/proc/sys/kernel/osrelease") or "").strip()
    return {name: value for name, value in (("kernel", kernel), ("system", os_name(host))) if value}


def packages(host: Host) -> Items:
    """By name; with the architecture where a name is there twice."""
    if host.exists(dpkg.STATUS):
        return of_dpkg([one for one in dpkg.packages(host) if one.state == "installed"])
    if host.exists(APK):
        return dict(re.findall(r"^P:(.+)\nV:(.+)$", host.text(APK) or "", re.M))
    if rpm_databases(host):
        return several(line.split(" ", 1) for line in host.run(RPM).output.splitlines() if " " in line)
    return {}


def state_of_packages(host: Host) -> str:
    return host.state_of(dpkg.STATUS, APK, *rpm_databases(host))


def rpm_databases(host: Host) -> list[str]:
    return [path for folder in RPM_DATABASES for path in host.glob(f"{folder}/*")]


def of_dpkg(found: list[dpkg.Package]) -> Items:
    often = Counter(one.name for one in found)
    return {one.name if often[one.name] == 1 else f"{one.name}:{one.architecture}": one.version for one in found}


def several(pairs: Iterator[list[str]]) -> Items:
    """Of kernels there are several at once."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, version in pairs:
        found[name].append(version)
    return {name: " ".join(sorted(versions)) for name, versions in found.items()}


def ports(host: Host) -> Items:
    """tcp/22: sshd on 0.0.0.0 ::"""
    owners = listeners.owners(host)
    addresses, names = defaultdict(set), defaultdict(set)
    for one in listeners.listeners(host):
        if one.port >= SHORT_LIVED and (one.protocol == "udp" or one.address.is_loopback):
            continue
        addresses[one.name].add(str(one.address))
        if one.inode in owners:
            names[one.name].add(owners[one.inode].name)
    return {
        port: f"{' '.join(sorted(names[port])) or 'somebody'} on {' '.join(sorted(found))}"
        for port, found in addresses.items()
    }


def users(host: Host) -> Items:
    groups = accounts.groups(host).values()
    return {one.name: about(one, sorted(group.name for group in groups if one.name in group.members))
            for one in accounts.accounts(host)}  # fmt: skip


def about(account: accounts.Account, groups: list[str]) -> str:
    also = f", in {' '.join(groups)}" if groups else ""
    return f"uid {account.uid}, {account.shell or '/bin/sh'}{also}"


def units(host: Host) -> Items:
    """What begins with the machine, or must not begin."""
    by: dict[str, set[str]] = defaultdict(set)
    for path in host.glob(f"{UNITS}/*.wants/*") + host.glob(f"{UNITS}/*.requires/*"):
        folder, _, name = path.removeprefix(f"{UNITS}/").partition("/")
        by[name].add(folder.rpartition(".")[0].removesuffix(".target"))
    for path in host.glob(f"{RUNLEVELS}/*/*"):
        level, _, name = path.removeprefix(f"{RUNLEVELS}/").partition("/")
        by[name].add(level)
    masked = {name: "masked" for name in host.names(UNITS) if host.real_path(f"{UNITS}/{name}") == "/dev/null"}
    return {name: f"enabled in {' '.join(sorted(targets))}" for name, targets in by.items()} | masked


@dataclass(frozen=True)
class Kind:
    """`state` changes whenever the items may have: while it does not, they are not looked at again."""

    items: Callable[[Host], Items]
    state: Callable[[Host], str] | None = None


KINDS = {
    "system": Kind(system),
    "packages": Kind(packages, state_of_packages),
    "ports": Kind(ports),
    "users": Kind(users),
    "units": Kind(units),
}


def news(host: Host, name: str, known: str) -> Part | None:
    """A part that is not as it was when its digest was `known`."""
    kind = KINDS[name]
    if kind.state and host.kept.text(f"inventory of {name}", kind.state(host), lambda: digest_of(host, kind)) == known:
        return None
    items = fitting(kind.items(host))
    its = digest(items)
    return None if its == known else Part(name=name, digest=its, items=items)


def digest_of(host: Host, kind: Kind) -> str:
    return digest(fitting(kind.items(host)))


def fitting(items: Items) -> Items:
    """As the control plane takes it: what comes from files may hold anything, and be of any size."""
    some = sorted(items.items())[:MOST_ITEMS]
    return {printable(name)[:LONGEST_NAME]: printable(value)[:LONGEST_VALUE] for name, value in some if name}
