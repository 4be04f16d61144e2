"""Certificates that are about to end, that have not begun, and whose issuers end before them."""

import math
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from hyprnode.config import Config
from hyprnode.host import Host
from hyprnode.scanners.certificate import Certificate, Chain
from hyprnode.scanners.tls_renewal import is_renewed_by_itself
from hyprnode.scanners.tls_types import CHAIN_EXPIRING, EXPIRING, NOT_YET_VALID
from hyprwire import Finding, Severity

SHORT_LIVED = timedelta(days=90)
ITS_TURN = timedelta(days=1)  # certbot renews when 30 days are left, and looks twice a day
SKEW = timedelta(minutes=5)
Roots = Callable[[], Iterable[Certificate]]


def expiring(host: Host, path: str, chain: Chain, config: Config) -> Finding | None:
    left = chain.leaf.not_after - host.now()
    severity = urgency(left, chain.leaf, config)
    if severity is None or (severity is Severity.WARN and is_its_turn(host, path, left, chain.leaf, config)):
        return None
    earlier = ends_earlier(chain)
    return EXPIRING.found(path, severity, sentence(chain, left, earlier), **facts(chain, left), **chain_facts(earlier))


def is_its_turn(host: Host, path: str, left: timedelta, leaf: Certificate, config: Config) -> bool:
    """Who renews it by himself does so now: that it is due is no news before he has had a day for it."""
    due = warn_below(leaf, config)
    was_chosen = "HYPRBOX_TLS_WARN_DAYS" in config.given
    return not was_chosen and left > due - min(ITS_TURN, due / 8) and is_renewed_by_itself(host, path)


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
    return f"{chain.leaf.subject}{form} {when(left)}{chained}"


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
        "san": leaf.names,
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


def not_yet_valid(path: str, leaf: Certificate, now: datetime) -> Finding | None:
    """A clock may be wrong by a few minutes, here or where it was made."""
    if leaf.not_before <= now + SKEW:
        return None
    begins = leaf.not_before.strftime("%Y-%m-%dT%H:%M:%SZ")
    message = f"{leaf.subject} is not valid before {begins}"
    return NOT_YET_VALID.found(path, Severity.CRITICAL, message, subject=leaf.subject, notBefore=begins)


def chain_expiring(path: str, chain: Chain, now: datetime, config: Config, roots: Roots) -> Finding | None:
    """Only where it is alone: a cross-signed one may end, as long as another with its key leads to a root."""
    earlier = ends_earlier(chain)
    if earlier is None or earlier.not_after - now >= timedelta(days=config.tls_warn_days):
        return None
    if any(is_another_way(other, earlier, now) for other in (*chain.others, *roots())):
        return None
    message = f"{earlier.subject}, between {chain.leaf.subject} and its root, {when(earlier.not_after - now)}"
    key = f"{path}#{earlier.sha256[:16]}"
    return CHAIN_EXPIRING.found(key, Severity.WARN, message, path=path, **chain_facts(earlier))


def is_another_way(other: Certificate, ending: Certificate, now: datetime) -> bool:
    same = other.public_key.part is not None and other.public_key == ending.public_key
    return same and other.not_after > max(ending.not_after, now)
