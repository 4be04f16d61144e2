"""X.509 certificates and private keys as files hold them, PEM or DER. Nothing is verified, nothing is computed."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress

from asn1crypto import algos, keys, pem, x509

from hyprnode.host import Unreadable
from hyprnode.scanners.certificate import Certificate, Chain, PublicKey

CERTIFICATES = ("CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE")
READABLE_NAMES = ("dns_name", "ip_address", "rfc822_name", "uniform_resource_identifier")
# asn1crypto reads lazily, so that nonsense shows up as any of these wherever a field is looked at
NONSENSE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


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
    if has_private_key(content):
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
        bits=bits(parsed.public_key),
        digest=digest(parsed["signature_algorithm"]),
    )


def bits(key: keys.PublicKeyInfo) -> int:
    """0 where there is nothing to choose, as for Ed25519."""
    return int(key.bit_size) if key.algorithm in ("rsa", "dsa", "ec") else 0


def digest(algorithm: algos.SignedDigestAlgorithm) -> str:
    """The hash that was signed; nothing where it is part of the algorithm."""
    try:
        return str(algorithm.hash_algo)
    except ValueError:
        return ""


def common_name(name: x509.Name) -> str:
    value = name.native.get("common_name")
    return value if isinstance(value, str) and value else name.human_friendly


def has_private_key(content: bytes) -> bool:
    return any(kind.endswith("PRIVATE KEY") for kind, _ in armoured(content))


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
