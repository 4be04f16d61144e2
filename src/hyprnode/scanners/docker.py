"""Ways to become root through containers, and past the firewall into them."""

import stat
from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.facts.accounts import groups
from hyprnode.facts.listeners import from_outside, owners
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Scanner, Seen
from hyprnode.scanners.firewall import ufw_is_on
from hyprwire import Finding, Severity

SOCKETS = ("/run/docker.sock", "/run/podman/podman.sock")
API_PORT = 2375

SOCKET_OPEN = FindingType(
    "docker.socket_open",
    "Docker's socket is open to everybody",
    "Every user of the machine may start containers, and so become root.",
    (Severity.CRITICAL,),
)
GROUP = FindingType(
    "docker.group",
    "Members of the group docker are root",
    "Whoever is in this group may start containers, and so become root. Worth knowing.",
    (Severity.INFO,),
)
TCP_OPEN = FindingType(
    "docker.tcp_open",
    "Docker's API is open to the network",
    "Docker listens to the network without TLS: whoever reaches it is root here.",
    (Severity.CRITICAL,),
)
UFW_BYPASS = FindingType(
    "docker.ufw_bypass",
    "Container ports go past ufw",
    "Docker published a port on all addresses; its rules come before those of ufw, which does not see it.",
    (Severity.WARN,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    for path in SOCKETS:
        if finding := open_socket(host, path):
            yield finding
    if (group := groups(host).get("docker")) and group.members:
        message = f"Members of the group docker are as good as root: {', '.join(group.members[:5])}"
        yield GROUP.found("docker", Severity.INFO, message, members=group.members)
    for port, name in published(host):
        if name == "dockerd" and port == API_PORT:
            yield TCP_OPEN.found(f"tcp/{port}", Severity.CRITICAL, "Docker's API listens to the network without TLS")
        elif name == "docker-proxy" and ufw_is_on(host):
            message = f"The port {port} of a container is open to everybody, whatever ufw says"
            yield UFW_BYPASS.found(f"tcp/{port}", Severity.WARN, message, port=port)


def open_socket(host: Host, path: str) -> Finding | None:
    status = host.status(path)
    if status is None or not stat.S_ISSOCK(status.st_mode) or not status.st_mode & 0o002:
        return None
    mode = f"{stat.S_IMODE(status.st_mode):04o}"
    return SOCKET_OPEN.found(path, Severity.CRITICAL, f"{path} has mode {mode}: every user may use it", mode=mode)


def published(host: Host) -> list[tuple[int, str]]:
    """TCP ports on all addresses of the machine, with the names of those who listen."""
    if not host.exists("/run/docker.sock"):
        return []
    everywhere = [one for one in from_outside(host) if one.protocol == "tcp" and one.address.is_unspecified]
    return sorted({(one.port, owners(host)[one.inode].name) for one in everywhere if one.inode in owners(host)})


SCANNER = Scanner("docker", scan, (SOCKET_OPEN, GROUP, TCP_OPEN, UFW_BYPASS))
