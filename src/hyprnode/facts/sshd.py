"""What the SSH server really does, as it says itself: a reader of its files would have to know all of its rules."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hyprnode.facts.processes import running
from hyprnode.host import Host, shared

PROGRAMS = ("/usr/sbin/sshd", "/usr/local/sbin/sshd")
MAIN = "/etc/ssh/sshd_config"
# Where systemd and OpenRC note that it shall run.
WANTED = (
    "/etc/systemd/system/multi-user.target.wants/ssh.service",
    "/etc/systemd/system/multi-user.target.wants/sshd.service",
    "/etc/systemd/system/sockets.target.wants/ssh.socket",
    "/etc/systemd/system/sockets.target.wants/sshd.socket",
    "/etc/runlevels/default/sshd",
)
ROOT_FROM_AFAR = "user=root,host=far.example.com,addr=203.0.113.1"  # what Match blocks say of such a one

Settings = dict[str, list[str]]


@dataclass(frozen=True)
class Effective:
    """Settings by name in small letters; `of_root` are those for root from far away. Or why they cannot be known."""

    settings: Settings = field(default_factory=dict)
    of_root: Settings = field(default_factory=dict)
    why_not: str = ""

    @property
    def accepts_passwords(self) -> bool:
        return accepts_passwords(self.settings)


@shared
def effective(host: Host) -> Effective | None:
    """None where no SSH server is meant to run."""
    program = next(filter(host.exists, PROGRAMS), None)
    if program is None or not ("sshd" in running(host) or any(map(host.exists, WANTED))):
        return None
    files = list(config_files(host, [MAIN]))
    state = host.state_of(program, *files)
    complaints: list[str] = []
    said = host.kept.text("sshd", state, lambda: ask(host, program, [], complaints))
    has_match = any("match" in (host.text(path) or "").lower() for path in files)
    of_root = said
    if said and has_match:
        of_root = host.kept.text("sshd of root", state, lambda: ask(host, program, ["-C", ROOT_FROM_AFAR], complaints))
    return Effective(parse(said), parse(of_root), "; ".join(complaints))


def ask(host: Host, program: str, about: Sequence[str], complaints: list[str]) -> str:
    """`-T` wants root, host keys and /run/sshd; `-G` does not, and is known to newer ones only."""
    for how in ("-T", "-G"):
        ran = host.run([program, how, *about])
        if ran.code == 0:
            complaints.clear()
            return ran.output
        if not complaints:
            complaints.append(ran.errors.strip() or ran.why)
    return ""


def parse(said: str) -> Settings:
    found: Settings = {}
    for line in said.splitlines():
        name, _, value = line.partition(" ")
        found.setdefault(name.lower(), []).append(value)
    return found


def config_files(host: Host, paths: Sequence[str], depth: int = 4) -> Iterator[str]:
    """With all that they include."""
    for path in paths:
        yield path
        for line in (host.text(path) or "").splitlines() if depth else ():
            word, _, patterns = line.strip().replace("=", " ").partition(" ")
            if word.lower() == "include":
                for pattern in patterns.split():
                    yield from config_files(host, host.glob(os.path.join("/etc/ssh", pattern.strip('"'))), depth - 1)


def accepts_passwords(settings: Settings) -> bool:
    """Asked for by itself or through PAM, and not only after a key."""
    by_keyboard = first(settings, "kbdinteractiveauthentication") or first(settings, "challengeresponseauthentication")
    through_pam = by_keyboard == "yes" and first(settings, "usepam") == "yes"
    if first(settings, "passwordauthentication") != "yes" and not through_pam:
        return False
    ways = first(settings, "authenticationmethods").split() or ["any"]
    return any(way == "any" or way.startswith(("password", "keyboard-interactive")) for way in ways)


def first(settings: Settings, name: str) -> str:
    return settings.get(name, [""])[0]
