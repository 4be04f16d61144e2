"""What a rule says: which happenings, of which nodes, to which channels, and how soon."""

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hyprbox import almanac
from hyprbox.errors import Invalid
from hyprbox.nodes.query import parse

KINDS = {
    "node.offline": "a node is silent, and heard again",
    "finding": "a finding opens, comes back, is resolved",
    "job.failed": "a job fails, times out or is lost",
    "fix.rolled_back": "a fix did not work and was taken back",
    "run": "a run over many nodes stops, waits for a person, or ends",
    "token.expiring": "a token of a node ends within two weeks",
}
SEVERITIES = ("INFO", "WARN", "CRITICAL")
SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpec:
    """`delaySeconds`: what is over by then was nothing. What comes within `groupSeconds` is one message. In the
    `quiet` hours, `22:00-07:00`, nothing but CRITICAL is sent. `digest`: once a day at that time instead of at once.
    """

    name: str
    kinds: tuple[str, ...]
    channels: tuple[str, ...]
    q: str = ""
    severity: str = "CRITICAL"
    delaySeconds: int = 300
    groupSeconds: int = 30
    remindSeconds: int = 0
    quiet: str = ""
    digest: str = ""
    timeZone: str = "UTC"

    def check(self) -> None:
        if not 1 <= len(self.name) <= 100:
            raise Invalid(f"name has {len(self.name)} characters, expected 1 to 100")
        if wrong := [kind for kind in self.kinds if kind not in KINDS] or not self.kinds:
            raise Invalid(f"kinds has {wrong if self.kinds else 'nothing'}, expected some of {', '.join(KINDS)}")
        if not self.channels:
            raise Invalid("channels is empty, expected the ids of those who are to be told")
        if self.severity not in SEVERITIES:
            raise Invalid(f"severity is {self.severity[:40]!a}, expected one of {', '.join(SEVERITIES)}")
        for name, most in (("delaySeconds", 86400), ("groupSeconds", 3600), ("remindSeconds", 30 * 86400)):
            if not 0 <= getattr(self, name) <= most:
                raise Invalid(f"{name} is {getattr(self, name)}, expected 0 to {most}")
        if self.quiet and not SPAN.fullmatch(self.quiet):
            raise Invalid(f"quiet is {self.quiet[:40]!a}, expected two times such as 22:00-07:00")
        if self.digest and not CLOCK.fullmatch(self.digest):
            raise Invalid(f"digest is {self.digest[:40]!a}, expected a time such as 08:00")
        almanac.check_zone(self.timeZone)
        if "@" not in self.q:
            parse(self.q)

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def read(stored: dict[str, Any]) -> RuleSpec:
    return RuleSpec(**{**stored, "kinds": tuple(stored["kinds"]), "channels": tuple(stored["channels"])})


def not_before(spec: RuleSpec, moment: datetime, severity: str) -> datetime:
    """When somebody may be told what could be told at `moment`: the time of the digest, the end of the quiet hours."""
    zone = ZoneInfo(spec.timeZone)
    local = moment.astimezone(zone)
    if spec.digest:
        return _next(local, _time(spec.digest), zone)
    if not spec.quiet or severity == "CRITICAL":
        return moment
    start, end = map(_time, spec.quiet.split("-"))
    now = local.time()
    is_quiet = start <= now < end if start <= end else now >= start or now < end
    return _next(local, end, zone) if is_quiet else moment


def _next(local: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The next time that the clock on the wall shows it; a time that a change of the clocks leaves out comes later."""
    day = local.date()
    for more in range(3):
        found = datetime.combine(day + timedelta(days=more), at, zone).astimezone(UTC)
        if found > local:
            return found
    raise AssertionError("a time of the day comes every day")


def _time(text: str) -> time:
    return time.fromisoformat(text)
