"""Whether anybody still mends what this system is made of."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hyprnode.config import Config
from hyprnode.host import Host, os_release
from hyprnode.scanners.contract import FindingType, Scanner, Seen
from hyprnode.scanners.lifetimes import DISTRIBUTIONS
from hyprwire import Finding, Severity

SOON, VERY_SOON = timedelta(days=180), timedelta(days=60)
SUBSCRIBED_TO_UBUNTU_PRO = "/var/lib/ubuntu-advantage/private/machine-token.json"

EOL = FindingType(
    "distro.eol",
    "System is out of support",
    "The distribution's regular support has ended (WARN while extended support goes on): holes stay open.",
    (Severity.WARN, Severity.CRITICAL),
)
EOL_SOON = FindingType(
    "distro.eol_soon",
    "System is soon out of support",
    "The distribution's regular support ends within 180 days (60 days: WARN).",
    (Severity.INFO, Severity.WARN),
)


def scan(host: Host, config: Config) -> Iterator[Seen]:
    """Nothing is said of what has no version, such as a rolling distribution, or is not in the table."""
    release = os_release(host.text("/etc/os-release") or host.text("/usr/lib/os-release") or "")
    name, version = release.get("ID", ""), release.get("VERSION_ID", "")
    ends = support(name, version)
    if ends:
        regular, extended = ends
        if name == "ubuntu" and extended and host.exists(SUBSCRIBED_TO_UBUNTU_PRO):
            regular = extended
        finding = judge(name, release.get("PRETTY_NAME") or f"{name} {version}", host.now(), regular, extended)
        yield from [finding] if finding else []


def support(name: str, version: str) -> tuple[datetime, datetime | None] | None:
    """3.20.3 is of 3.20, 9.4 of 9."""
    known = DISTRIBUTIONS.get(name, {})
    parts = version.split(".")
    for key in (version, ".".join(parts[:2]), parts[0]):
        if key in known:
            regular, extended = known[key]
            return end_of(regular), end_of(extended) if extended else None
    return None


def end_of(day: str) -> datetime:
    """That day is still a day of support."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)


def judge(name: str, title: str, now: datetime, regular: datetime, extended: datetime | None) -> Finding | None:
    facts = {"endsOn": day(regular), "extendedUntil": day(extended) if extended else None}
    if now >= regular:
        if extended and now < extended:
            message = (
                f"The regular support of {title} ended on {day(regular)}, the extended lasts until {day(extended)}"
            )
            return EOL.found(name, Severity.WARN, message, **facts)
        message = f"{title} is out of support since {day(extended or regular)}"
        return EOL.found(name, Severity.CRITICAL, message, **facts)
    left = regular - now
    if left < SOON:
        severity = Severity.WARN if left < VERY_SOON else Severity.INFO
        message = f"The regular support of {title} ends on {day(regular)}, in {left.days} days"
        return EOL_SOON.found(name, severity, message, daysLeft=left.days, **facts)
    return None


def day(end: datetime) -> str:
    return f"{end - timedelta(days=1):%Y-%m-%d}"


SCANNER = Scanner("distro", scan, (EOL, EOL_SOON))
