"""The keys with which people log in: who else may add one, and which are too weak."""

import binascii
import os
import stat
from collections.abc import Iterator
from itertools import pairwise

from hyprnode.config import Config
from hyprnode.facts.accounts import Account, accounts
from hyprnode.facts.homes import Entry, entries
from hyprnode.facts.sshd import effective
from hyprnode.host import Host, Unreadable
from hyprnode.scanners.contract import FindingType, Scanner, Seen, unreadable
from hyprwire import Finding, Severity

USUAL = (".ssh/authorized_keys", ".ssh/authorized_keys2")
FEWEST_BITS = 2048

WRITABLE = FindingType(
    "account.keys_writable",
    "Others may add a key to log in with",
    "A file of authorized keys, or its folder, can be written by others than its owner.",
    (Severity.WARN,),
)
WEAK_KEY = FindingType(
    "account.weak_key",
    "Weak key lets somebody in",
    "An authorized key is of DSA, or of RSA with less than 2048 bits.",
    (Severity.WARN,),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    """Of those who may log in, where sshd looks for their keys."""
    patterns = key_files(host)
    for account in accounts(host):
        if account.may_log_in:
            for pattern in patterns:
                yield from examine(host, account, pattern)


def key_files(host: Host) -> list[str]:
    sshd = effective(host)
    told = sshd.settings.get("authorizedkeysfile", []) if sshd else []
    return [word for line in told for word in line.split() if word != "none"] or list(USUAL)


def examine(host: Host, account: Account, pattern: str) -> Iterator[Seen]:
    home, below = place(account, pattern)
    path = os.path.join(home, below)
    try:
        way = entries(host, home, below)
    except Unreadable as why:
        yield from unreadable("keys", path, str(why))
        return
    if way:
        yield from [finding] if (finding := writable(account, path, way)) else []
        yield from [finding] if (finding := weak(path, way[-1].text)) else []


def place(account: Account, pattern: str) -> tuple[str, str]:
    """%h is the home, %u the user; what is not absolute is below the home."""
    path = pattern.replace("%h", account.home).replace("%u", account.name).replace("%%", "%")
    if path.startswith(f"{account.home}/"):
        return account.home, path.removeprefix(f"{account.home}/")
    return ("/", path.lstrip("/")) if path.startswith("/") else (account.home, path)


def writable(account: Account, path: str, way: list[Entry]) -> Finding | None:
    """The user's own group, in which there is nobody else, may write as the user does."""
    for entry in way:
        mode = stat.S_IMODE(entry.status.st_mode)
        group_may = mode & 0o020 and entry.status.st_gid not in (0, account.gid)
        is_shared = mode & 0o1000 and entry is not way[-1]
        if (mode & 0o002 or group_may or entry.status.st_uid not in (0, account.uid)) and not is_shared:
            message = f"Others than {account.name} may add keys: {entry.path} has mode {mode:04o}"
            return WRITABLE.found(path, Severity.WARN, message, user=account.name, where=entry.path, mode=f"{mode:04o}")
    return None


def weak(path: str, text: str) -> Finding | None:
    found = [why for line in text.splitlines() if (why := weakness(line))]
    if not found:
        return None
    message = f"{path} lets in who has a weak key: {', '.join(sorted(set(found)))}"
    return WEAK_KEY.found(path, Severity.WARN, message, count=len(found), kinds=sorted(set(found)))


def weakness(line: str) -> str | None:
    """Options may stand before the kind of the key, and words after it."""
    words = line.split()
    if line.lstrip().startswith("#"):
        return None
    for kind, body in pairwise(words):
        if kind == "ssh-dss":
            return "DSA"
        if kind == "ssh-rsa":
            bits = rsa_bits(body)
            return f"RSA with {bits} bits" if 0 < bits < FEWEST_BITS else None
    return None


def rsa_bits(body: str) -> int:
    """0 for what is no key. Three parts, each with its length before it: the kind, the exponent, the modulus."""
    try:
        blob = binascii.a2b_base64(body)
    except binascii.Error:
        return 0
    part = b""
    for _ in range(3):
        length = int.from_bytes(blob[:4], "big")
        part, blob = blob[4 : 4 + length], blob[4 + length :]
    return int.from_bytes(part, "big").bit_length()


SCANNER = Scanner("keys", scan, (WRITABLE, WEAK_KEY))
