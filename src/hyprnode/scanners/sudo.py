"""Who becomes root without being asked for a password."""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from hyprnode.config import Config
from hyprnode.host import Host
from hyprnode.scanners.contract import FindingType, Gap, Scanner, Seen, unreadable
from hyprwire import Finding, Severity

SUDOERS, DOAS = "/etc/sudoers", "/etc/doas.conf"
TAG = re.compile(r"(\w+):\s*")

NOPASSWD = FindingType(
    "account.sudo_nopasswd",
    "sudo without a password",
    "A user or group may run everything as root without being asked for a password; some cloud images come like that.",
    (Severity.WARN,),
)
WRITABLE = FindingType(
    "account.sudoers_writable",
    "Rules of sudo can be changed by others",
    "A file that says who may become root can be written by somebody else than root.",
    (Severity.CRITICAL,),
)


@dataclass(frozen=True)
class Rules:
    path: str
    lines: list[str]


def scan(host: Host, config: Config) -> Iterator[Seen]:
    """Who may run some commands only is left alone: that is what sudo is for."""
    try:
        everything = [*read(host, SUDOERS)]
    except OSError as error:
        yield from unreadable("sudo", SUDOERS, f"cannot be read: {error.strerror}")
        yield Gap()
        return
    everywhere = aliases_of_all([line for rules in everything for line in rules.lines])
    for rules in everything:
        yield from writable(host, rules.path)
        for who in dict.fromkeys(who for line in rules.lines for who in unasked(line, everywhere)):
            yield nopasswd(who, rules.path)
    for who in doas(host.text(DOAS) or ""):
        yield nopasswd(who, DOAS)


def nopasswd(who: str, path: str) -> Finding:
    message = f"{who} may run everything as root without a password ({path})"
    if who == "!authenticate":
        message = f"Nobody is asked for a password at all ({path})"
    return NOPASSWD.found(f"{who}@{os.path.basename(path)}", Severity.WARN, message, who=who, file=path)


def read(host: Host, path: str, depth: int = 8) -> Iterator[Rules]:
    """With what it includes, and only that: a folder that no line names is not read. OSError for the first of them."""
    if not host.exists(path):
        return
    lines = logical(host.needed(path))
    yield Rules(path, lines)
    for line in lines if depth else ():
        match = re.match(r"[@#](include|includedir)\s+\"?([^\"]+)\"?$", line)
        if match:
            there = os.path.join(os.path.dirname(path), match[2])
            files = in_folder(host, there) if match[1] == "includedir" else [there]
            for file in files:
                yield from read(host, file, depth - 1)


def in_folder(host: Host, folder: str) -> list[str]:
    """sudo leaves out what a package manager or an editor put aside."""
    return [f"{folder}/{name}" for name in host.names(folder) if "." not in name and not name.endswith("~")]


def logical(text: str) -> list[str]:
    """Without continuations and comments; `#include` and `#1000`, a uid, are none."""
    whole = re.sub(r"\\\n", " ", text)
    lines = (re.sub(r"(?<!\S)#(?!\s*(?:include|includedir)\s|\d).*", "", line).strip() for line in whole.splitlines())
    return [line for line in lines if line]


def aliases_of_all(lines: list[str]) -> set[str]:
    """Names of command aliases that contain everything."""
    found = {"ALL"}
    for line in lines:
        if line.startswith("Cmnd_Alias"):
            for definition in line.removeprefix("Cmnd_Alias").split(":"):
                name, _, members = definition.partition("=")
                if found & {member.strip() for member in members.split(",")}:
                    found.add(name.strip())
    return found


def unasked(line: str, everything: set[str]) -> Iterator[str]:
    """Users, %groups and aliases of a line that need no password for all commands as root."""
    if line.startswith("Defaults"):
        if re.search(r"(?<!\S)!authenticate\b", line):
            yield "!authenticate"
        return
    match = re.match(r"(.+?)\s+(\S+)\s*=\s*(.*)$", line)
    if match and not re.match(r"\w+_Alias\b", line) and is_unasked(match[3], everything):
        yield from (who for who in re.split(r"\s*,\s*", match[1]) if who != "root")


def is_unasked(commands: str, everything: set[str]) -> bool:
    """`(runas) TAG: command, …`: runas and tags hold for what follows, too."""
    as_root, is_free = True, False
    for part in re.split(r",(?![^(]*\))", commands):
        command = part.strip()
        if match := re.match(r"\(([^)]*)\)\s*", command):
            as_root = bool({"root", "ALL", "#0", ""} & {user.strip() for user in match[1].split(":")[0].split(",")})
            command = command[match.end() :]
        while match := TAG.match(command):
            is_free = {"NOPASSWD": True, "PASSWD": False}.get(match[1], is_free)
            command = command[match.end() :]
        if is_free and as_root and command.strip() in everything:
            return True
    return False


def doas(text: str) -> Iterator[str]:
    """permit nopass keepenv :wheel"""
    for line in text.splitlines():
        words = line.split("#")[0].split()
        as_other = "as" in words and words[words.index("as") + 1 :][:1] != ["root"]
        if words[:1] == ["permit"] and "nopass" in words and "cmd" not in words and not as_other:
            rest = re.sub(r"\{[^}]*\}", "", " ".join(words[1:])).split()
            yield from [w for w in rest if w not in ("nopass", "nolog", "persist", "keepenv", "setenv", "as")][:1]


def writable(host: Host, path: str) -> Iterator[Finding]:
    status = host.status(path)
    if status is None:
        return
    mode = stat.S_IMODE(status.st_mode)
    if status.st_uid != 0 or mode & 0o002 or (mode & 0o020 and status.st_gid != 0):
        message = f"{path} can be written by others than root: mode {mode:04o}, owner {status.st_uid}:{status.st_gid}"
        yield WRITABLE.found(path, Severity.CRITICAL, message, mode=f"{mode:04o}", uid=status.st_uid, gid=status.st_gid)


SCANNER = Scanner("sudo", scan, (NOPASSWD, WRITABLE))
