"""X.509 certificates and private keys as files hold them, PEM or DER. Nothing is verified, nothing is computed."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import keys, pem, x509

from hyprnode.host import Unreadable

CERTIFICATES = ("CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE")
READABLE_NAMES = ("dns_name", "ip_address", "rfc822_name", "uniform_resource_identifier")
# asn1crypto reads lazily, so that nonsense shows up as any of these wherever a field is looked at
NONSENSE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


@dataclass(frozen=True)
class PublicKey:
    """`part` is what a private key holds of it, too: RSA's modulus, a curve's point. None: it is not in there."""

    kind: str
    part: bytes | int | None

    def differs_from(self, other: "PublicKey") -> bool:
        """Only where that is certain."""
        if self.kind != other.kind:
            return True
        return self.part is not None and other.part is not None and self.part != other.part


@dataclass(frozen=True, kw_only=True)
class Certificate:
    subject: str
    issuer: str
    is_self_signed: bool
    is_ca: bool
    not_before: datetime
    not_after: datetime
    names: list[str]
    serial: str
    sha256: str
    public_key: PublicKey

    @property
    def lifetime(self) -> timedelta:
        return self.not_after - self.not_before


@dataclass(frozen=True)
class Chain:
    leaf: Certificate
    others: list[Certificate]
    is_der: bool


def read(content: bytes) -> Chain:
    """Unreadable."""
    if not content.strip():
        raise Unreadable("is empty")
    if content[:1] == b"\x30":
        return Chain(parse(content), [], is_der=True)
    blocks = [der for kind, der in armoured(content) if kind in CERTIFICATES]
    if not blocks:
        raise Unreadable(_instead(content))
    first, others = parse(blocks[0]), list(_parseable(blocks[1:]))
    leaf = next((one for one in (first, *others) if not one.is_ca), first)
    return Chain(leaf, [one for one in (first, *others) if one is not leaf], is_der=False)


def armoured(content: bytes) -> list[tuple[str, bytes]]:
    """What stands between BEGIN and END, with its kind."""
    if b"-----BEGIN " not in content:
        return []
    try:
        return [(kind, der) for kind, _, der in pem.unarmor(content, multiple=True)]
    except NONSENSE as error:
        raise Unreadable(f"is broken PEM: {first_line(error)}") from None


def _instead(content: bytes) -> str:
    if any(kind.endswith("PRIVATE KEY") for kind, _ in armoured(content)):
        return "holds a private key and no certificate"
    return "holds no certificate"


def _parseable(blocks: list[bytes]) -> Iterator[Certificate]:
    """The leaf decides; a broken link in its chain is no reason to say nothing of it."""
    for der in blocks:
        with suppress(Unreadable):
            yield parse(der)


def parse(der: bytes) -> Certificate:
    try:
        return _certificate(x509.Certificate.load(der, strict=True), der)
    except NONSENSE as error:
        raise Unreadable(f"cannot be parsed as a certificate: {first_line(error)}") from None


def _certificate(parsed: x509.Certificate, der: bytes) -> Certificate:
    return Certificate(
        subject=common_name(parsed.subject),
        issuer=common_name(parsed.issuer),
        is_self_signed=parsed.subject == parsed.issuer,
        is_ca=bool(parsed.ca),
        not_before=parsed.not_valid_before,
        not_after=parsed.not_valid_after,
        names=[name.native for name in parsed.subject_alt_name_value or () if name.name in READABLE_NAMES],
        serial=f"{parsed.serial_number:x}",
        sha256=hashlib.sha256(der).hexdigest(),
        public_key=public_key(parsed.public_key),
    )


def common_name(name: x509.Name) -> str:
    value = name.native.get("common_name")
    return value if isinstance(value, str) and value else name.human_friendly


def public_key(key: keys.PublicKeyInfo) -> PublicKey:
    match key.algorithm:
        case "rsa":
            return PublicKey("rsa", key["public_key"].parsed["modulus"].native)
        case "ec":
            return PublicKey("ec", key["public_key"].native)
    return PublicKey(key.algorithm, None)


def private_key(content: bytes) -> PublicKey | None:
    """The public half of it. None: there is none, or it is encrypted, or of a kind that is not known here."""
    try:
        for kind, der in armoured(content):
            if kind in PRIVATE_KEYS:
                return PRIVATE_KEYS[kind](der)
    except (Unreadable, *NONSENSE):
        pass  # whether a key can be used is for its server to say
    return None


def _pkcs8(der: bytes) -> PublicKey:
    key = keys.PrivateKeyInfo.load(der, strict=True)
    match key.algorithm:
        case "rsa":
            return _rsa(key["private_key"].parsed.dump())
        case "ec":
            return _ec(key["private_key"].parsed.dump())
    return PublicKey(key.algorithm, None)


def _rsa(der: bytes) -> PublicKey:
    return PublicKey("rsa", keys.RSAPrivateKey.load(der, strict=True)["modulus"].native)


def _ec(der: bytes) -> PublicKey:
    """The public point is optional in there."""
    return PublicKey("ec", keys.ECPrivateKey.load(der, strict=True)["public_key"].native)


PRIVATE_KEYS: dict[str, Callable[[bytes], PublicKey]] = {
    "PRIVATE KEY": _pkcs8,
    "RSA PRIVATE KEY": _rsa,
    "EC PRIVATE KEY": _ec,
}


def first_line(error: Exception) -> str:
    return str(error).split("\n")[0] or type(error).__name__
