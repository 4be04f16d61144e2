"""Certificates that are about to end, that cannot be read, or whose private key is another's."""

import math
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from hyprnode.config import Config
from hyprnode.host import Host, Unreadable
from hyprnode.say import printable
from hyprnode.scanners import certificate
from hyprnode.scanners.certificate import Certificate, Chain
from hyprnode.scanners.contract import LONGEST_LIST, FindingType, Gap, Scanner
from hyprwire import Finding, Severity
from hyprwire.names import NAME_LENGTH

SHORT_LIVED = timedelta(days=90)
LARGEST_KEY = 65536


def scan(host: Host, config: Config) -> Iterator[Finding | Gap]:
    """A path that was named is looked at whether it exists or not; a glob says what exists."""
    seen: set[str] = set()
    for pattern in config.tls_paths:
        if is_glob(pattern):
            yield from closed(host, pattern)
        for path in host.glob(pattern) if is_glob(pattern) else [pattern]:
            real = host.real_path(path)
            if real not in seen:
                seen.add(real)
                yield from examine(host, path, config)


def is_glob(path: str) -> bool:
    return any(character in path for character in "*?[")


def closed(host: Host, pattern: str) -> Iterator[Finding | Gap]:
    """A glob that matches nothing is silence, unless we may not look: what there would be cannot be told then."""
    directory = os.path.dirname(pattern)
    while is_glob(directory):
        directory = os.path.dirname(directory)
    try:
        os.listdir(host.path(directory))
    except PermissionError as error:
        yield unreadable(directory, f"cannot be listed: {error.strerror}")
        yield Gap()
    except OSError:
        pass


def examine(host: Host, path: str, config: Config) -> Iterator[Finding | Gap]:
    try:
        chain = certificate.read(host.content(path))
    except Unreadable as why:
        yield unreadable(path, str(why))
        yield Gap(key_of(path))
        return
    if finding := expiring(path, chain, host.now(), config):
        yield finding
    if finding := key_mismatch(host, path, chain.leaf):
        yield finding


def unreadable(path: str, why: str) -> Finding:
    return Finding(
        type="tls.unreadable",
        key=key_of(path),
        severity=Severity.INFO,
        message=f"{printable(path)} {why}",
        metadata={"why": why},
    )


def key_of(path: str) -> str:
    """The path as it was configured, not what it leads to: that changes with each renewal."""
    return printable(path)[:NAME_LENGTH]


def expiring(path: str, chain: Chain, now: datetime, config: Config) -> Finding | None:
    left = chain.leaf.not_after - now
    severity = urgency(left, chain.leaf, config)
    if severity is None:
        return None
    earlier = ends_earlier(chain)
    return Finding(
        type="tls.expiring",
        key=key_of(path),
        severity=severity,
        message=sentence(chain, left, earlier),
        metadata=facts(chain, left) | chain_facts(earlier),
    )


def urgency(left: timedelta, leaf: Certificate, config: Config) -> Severity | None:
    if left < timedelta(0) or left < critical_below(leaf, config):
        return Severity.CRITICAL
    return Severity.WARN if left < warn_below(leaf, config) else None


def warn_below(leaf: Certificate, config: Config) -> timedelta:
    chosen = timedelta(days=config.tls_warn_days)
    if "HYPRBOX_TLS_WARN_DAYS" in config.given or not is_short_lived(leaf):
        return chosen
    return min(chosen, leaf.lifetime / 3)


def critical_below(leaf: Certificate, config: Config) -> timedelta:
    chosen = timedelta(days=config.tls_critical_days)
    if "HYPRBOX_TLS_CRITICAL_DAYS" in config.given or not is_short_lived(leaf):
        return chosen
    return min(chosen, leaf.lifetime / 12)


def is_short_lived(leaf: Certificate) -> bool:
    """Issued by a CA for weeks and renewed by a machine: 30 days before the end may be its very beginning."""
    return not leaf.is_self_signed and leaf.lifetime < SHORT_LIVED


def ends_earlier(chain: Chain) -> Certificate | None:
    """The first of the intermediates to end, if that is before the leaf. A root in the file is for nobody."""
    intermediates = [one for one in chain.others if not one.is_self_signed]
    first = min(intermediates, key=lambda one: one.not_after, default=None)
    return first if first and first.not_after < chain.leaf.not_after else None


def sentence(chain: Chain, left: timedelta, earlier: Certificate | None) -> str:
    form = " (DER)" if chain.is_der else ""
    chained = f"; its intermediate {earlier.subject} already ends {earlier.not_after:%Y-%m-%d}" if earlier else ""
    return printable(f"{chain.leaf.subject}{form} {when(left)}{chained}")


def when(left: timedelta) -> str:
    days = abs(left).days
    amount = f"{days} day{'' if days == 1 else 's'}" if days else f"{abs(left).seconds // 3600} hours"
    return f"expired {amount} ago" if left < timedelta(0) else f"expires in {amount}"


def facts(chain: Chain, left: timedelta) -> dict[str, Any]:
    leaf = chain.leaf
    return {
        "daysLeft": math.floor(left / timedelta(days=1)),
        "expired": left < timedelta(0),
        "notAfter": leaf.not_after.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "subject": leaf.subject,
        "san": leaf.names[:LONGEST_LIST],
        "issuer": leaf.issuer,
        "serial": leaf.serial,
        "sha256": leaf.sha256,
        "lifetimeDays": round(leaf.lifetime / timedelta(days=1), 1),
        "format": "DER" if chain.is_der else "PEM",
    }


def chain_facts(earlier: Certificate | None) -> dict[str, Any]:
    if earlier is None:
        return {}
    return {"chainSubject": earlier.subject, "chainNotAfter": earlier.not_after.strftime("%Y-%m-%dT%H:%M:%SZ")}


def key_mismatch(host: Host, path: str, leaf: Certificate) -> Finding | None:
    """Only where both can be read and compared; what stands in the key goes no further than here."""
    beside = key_file(path)
    try:
        its_own = certificate.private_key(host.content(beside, LARGEST_KEY)) if beside else None
    except Unreadable:
        its_own = None
    if its_own is None or not its_own.differs_from(leaf.public_key):
        return None
    return Finding(
        type="tls.key_mismatch",
        key=key_of(path),
        severity=Severity.CRITICAL,
        message=printable(f"{beside} is not the private key of {path}: whoever serves them cannot start"),
        metadata={"keyFile": beside, "sha256": leaf.sha256},
    )


def key_file(path: str) -> str | None:
    directory, name = os.path.split(path)
    if name == "fullchain.pem":
        return os.path.join(directory, "privkey.pem")
    stem, extension = os.path.splitext(path)
    return stem + ".key" if extension == ".crt" else None


SCANNER = Scanner(
    name="tls",
    scan=scan,
    types=(
        FindingType(
            "tls.expiring",
            "A certificate ends soon",
            "The certificate at this path ends within HYPRBOX_TLS_WARN_DAYS, or has ended.",
            (Severity.WARN, Severity.CRITICAL),
        ),
        FindingType(
            "tls.unreadable",
            "A certificate cannot be read",
            "What is at this path is no certificate, or cannot be read by the agent.",
            (Severity.INFO,),
        ),
        FindingType(
            "tls.key_mismatch",
            "A private key belongs to another certificate",
            "The private key beside the certificate is not its own, so that no server can use the two.",
            (Severity.CRITICAL,),
        ),
    ),
)
