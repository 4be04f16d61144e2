"""What is asked of a certificate. How a file holds one is in x509: loading what reads that takes longer than a scan."""

from dataclasses import dataclass
from datetime import datetime, timedelta


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
    bits: int
    digest: str

    @property
    def lifetime(self) -> timedelta:
        return self.not_after - self.not_before


@dataclass(frozen=True)
class Chain:
    leaf: Certificate
    others: list[Certificate]
    is_der: bool
