"""Whether certificates renew themselves: by certbot's timer, or by cron."""

import re
from collections.abc import Iterator

from hyprnode.host import Host, shared
from hyprnode.scanners.tls_types import RENEWAL_INACTIVE
from hyprwire import Finding, Severity

LINEAGES = "/etc/letsencrypt/renewal/*.conf"
LIVE = "/etc/letsencrypt/live/"
WANTS = "/etc/systemd/system/timers.target.wants"
TIMERS = ("certbot.timer", "certbot-renew.timer", "snap.certbot.renew.timer")
# The one that comes with Debian's package does nothing where systemd runs: the timer is meant to.
DEBIANS = "/etc/cron.d/certbot"
JOBS = (
    "/etc/crontab",
    "/etc/cron.d/*",
    "/etc/cron.daily/*",
    "/etc/cron.weekly/*",
    "/etc/periodic/*/*",
    "/var/spool/cron/crontabs/*",
    "/var/spool/cron/*",
)


def inactive(host: Host) -> Iterator[Finding]:
    names = lineages(host)
    if names and not has_job(host):
        message = f"Nothing runs certbot, which should renew {', '.join(names[:4])}"
        yield RENEWAL_INACTIVE.found("certbot", Severity.WARN, message, lineages=names)


def is_renewed_by_itself(host: Host, path: str) -> bool:
    return path.startswith(LIVE) and path.removeprefix(LIVE).split("/")[0] in lineages(host) and has_job(host)


@shared
def lineages(host: Host) -> list[str]:
    """Without those that somebody renews by hand."""
    texts = {path: host.text(path) or "" for path in host.glob(LINEAGES)}
    by_hand = re.compile(r"^autorenew\s*=\s*False", re.M | re.I)
    return [path.rpartition("/")[2].removesuffix(".conf") for path, text in texts.items() if not by_hand.search(text)]


@shared
def has_job(host: Host) -> bool:
    if any(host.exists(f"{WANTS}/{timer}") for timer in TIMERS):
        return True
    has_systemd = host.exists("/run/systemd/system")
    files = [path for pattern in JOBS for path in host.glob(pattern) if not (has_systemd and path == DEBIANS)]
    return any(re.search(r"^[^#\n]*\bcertbot\b", host.text(path) or "", re.M) for path in files)
