"""What dpkg has installed, and in what state."""

from dataclasses import dataclass

from hyprnode.host import Host, shared

STATUS = "/var/lib/dpkg/status"


@dataclass(frozen=True)
class Package:
    """`wanted` is install, hold, …; `flag` is ok or reinstreq; `state` is installed, half-configured, …"""

    name: str
    architecture: str
    version: str
    wanted: str
    flag: str
    state: str


@shared
def packages(host: Host) -> list[Package]:
    """Empty where there is no dpkg."""
    return parse(host.text(STATUS) or "")


def parse(status: str) -> list[Package]:
    found = []
    for paragraph in status.split("\n\n"):
        name, words = field(paragraph, "Package"), field(paragraph, "Status").split(" ")
        if name and len(words) == 3:
            found.append(Package(name, field(paragraph, "Architecture"), field(paragraph, "Version"), *words))
    return found


def field(paragraph: str, name: str) -> str:
    """Of a paragraph in Debian's control format, a field of one line. No regular expression: there are thousands."""
    start = paragraph.find(f"\n{name}: ") + 1
    if start == 0 and not paragraph.startswith(f"{name}: "):
        return ""
    start += len(name) + 2
    end = paragraph.find("\n", start)
    return paragraph[start:] if end < 0 else paragraph[start:end]


@shared
def installed(host: Host) -> dict[str, Package]:
    """By name."""
    return {package.name: package for package in packages(host) if package.state == "installed"}
