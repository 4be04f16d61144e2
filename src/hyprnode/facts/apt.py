"""What apt knows without being asked: the lists that it fetched, and what its administrator pinned."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from hyprnode.facts.dpkg import Package, field
from hyprnode.host import Host, Unreadable, shared

LISTS = "/var/lib/apt/lists"
# Of Ubuntu's extended support, where nobody subscribed: known, but not to be had.
UNSUBSCRIBED = "/var/lib/ubuntu-advantage/apt-esm/var/lib/apt/lists"
LARGEST_LIST = 256 * 2**20
COMPRESSED = (".lz4", ".gz", ".xz", ".zst", ".bz2")

Versions = dict[tuple[str, str], str]


@dataclass(frozen=True)
class Pin:
    """Only those that name packages: a pin of everything is a preference, and keeps no security update away."""

    names: list[str]
    what: str
    priority: int

    def keeps_away(self, name: str, version: str) -> bool:
        if not any(fnmatchcase(name, pattern) for pattern in self.names):
            return False
        how, _, wanted = self.what.partition(" ")
        if how == "version":
            return self.priority > 0 and not fnmatchcase(version, wanted.strip())
        return self.priority < 0


@shared
def security_lists(host: Host) -> list[str]:
    """Named after suites such as bookworm-security or, long ago, the host security.debian.org."""
    return host.glob(f"{LISTS}/*security*_Packages*")


def offered(host: Host, lists: list[str], names: Container[str]) -> Versions:
    """By name and architecture, the version in the lists of each package that is asked for. Unreadable."""
    found: Versions = {}
    for path in lists:
        for paragraph in read(host, path).split("\n\n"):
            name = field(paragraph, "Package")
            if name in names:
                found[name, field(paragraph, "Architecture")] = field(paragraph, "Version")
    return found


def read(host: Host, path: str) -> str:
    if not path.endswith(COMPRESSED):
        return host.content(path, LARGEST_LIST).decode("utf-8", "replace")
    ran = host.run(["/usr/lib/apt/apt-helper", "cat-file", str(host.path(path))])
    if ran.code != 0:
        raise Unreadable(f"cannot be unpacked: {ran.why}")
    return ran.output


def version_for(package: Package, versions: Versions) -> str | None:
    return versions.get((package.name, package.architecture)) or versions.get((package.name, "all"))


@shared
def pins(host: Host) -> list[Pin]:
    paths = ["/etc/apt/preferences", *host.glob("/etc/apt/preferences.d/*")]
    return [pin for path in paths for pin in parse_pins(host.text(path) or "")]


def parse_pins(text: str) -> Iterator[Pin]:
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for paragraph in lines.split("\n\n"):
        names = field(paragraph.strip(), "Package").split()
        what, priority = field(paragraph.strip(), "Pin"), field(paragraph.strip(), "Pin-Priority")
        if names and names != ["*"] and what and priority.lstrip("-").isdecimal():
            yield Pin(names, what, int(priority))
