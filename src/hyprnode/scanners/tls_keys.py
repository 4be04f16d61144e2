"""Private keys: another's, open to others, or too weak."""

import os
import stat
from collections.abc import Iterator

from hyprnode.host import Host, Unreadable
from hyprnode.scanners.certificate import Certificate, PublicKey
from hyprnode.scanners.tls_types import KEY_EXPOSED, KEY_MISMATCH, WEAK
from hyprwire import Finding, Severity

LARGEST_KEY = 65536
FEWEST_BITS = {"rsa": 2048, "dsa": 1 << 30, "ec": 224}
BROKEN_DIGESTS = ("md5", "sha1")


def beside(path: str) -> list[str]:
    """Where the private key of a certificate is usually kept."""
    folder, name = os.path.split(path)
    stem, extension = os.path.splitext(name)
    if name in ("fullchain.pem", "cert.pem"):
        return [f"{folder}/privkey.pem"]
    if extension not in (".crt", ".pem", ".cer"):
        return []
    private = [f"{folder.removesuffix('/certs')}/private"] if folder.endswith("/certs") else []
    return [f"{place}/{stem}{end}" for place in (folder, *private) for end in (".key", ".pem") if end != extension]


def key_file(host: Host, path: str) -> str | None:
    return next(filter(host.exists, beside(path)), None)


def exposed(host: Host, path: str) -> Iterator[Finding]:
    """The group may be one for just that, such as ssl-cert. A closed folder above hides whatever is in it."""
    status = host.status(path)
    if status is None or not status.st_mode & 0o006 or not may_be_reached(host, path):
        return
    mode = f"{stat.S_IMODE(status.st_mode):04o}"
    message = f"The private key {path} has mode {mode}: every user may read it"
    yield KEY_EXPOSED.found(path, Severity.CRITICAL, message, mode=mode)


def may_be_reached(host: Host, path: str) -> bool:
    """By everybody, on the way that the file is really on."""
    top = os.path.realpath(host.path("/"))
    folder = os.path.dirname(host.real_path(path))
    while len(folder) > len(top):
        if not os.stat(folder).st_mode & 0o001:
            return False
        folder = os.path.dirname(folder)
    return True


def mismatch(path: str, key_path: str, key: PublicKey | None, leaf: Certificate) -> Iterator[Finding]:
    """Only where both can be read and compared; what stands in the key goes no further than here."""
    if key is not None and key.differs_from(leaf.public_key):
        message = f"{key_path} is not the private key of {path}: whoever serves them cannot start"
        yield KEY_MISMATCH.found(path, Severity.CRITICAL, message, keyFile=key_path, sha256=leaf.sha256)


def weak(path: str, leaf: Certificate) -> Iterator[Finding]:
    """Who signed a certificate of his own with whatever hash: nobody trusts it for that."""
    signs = []
    if 0 < leaf.bits < FEWEST_BITS.get(leaf.public_key.kind, 0):
        signs.append(f"a {leaf.public_key.kind.upper()} key of {leaf.bits} bits")
    if leaf.digest in BROKEN_DIGESTS and not leaf.is_self_signed:
        signs.append(f"signed with {leaf.digest.upper()}")
    if signs:
        yield WEAK.found(path, Severity.WARN, f"{leaf.subject} is weak: {', '.join(signs)}", signs=signs)


def content(host: Host, path: str) -> bytes:
    """Nothing of what cannot be read."""
    try:
        return host.content(path, LARGEST_KEY)
    except Unreadable:
        return b""
