"""When a cron expression says that it is time, by the clock on the wall of a time zone.

Twice a year that clock jumps. As cron does on Debian: what falls into the hour that is left out comes right after it,
what falls into the hour that comes twice comes once; what is to happen every hour or minute goes on evenly.
"""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from hyprbox.errors import Invalid


def check(cron: str, zone: str) -> None:
    check_zone(zone)
    try:
        next(CronSim(cron, datetime.now(UTC).astimezone(ZoneInfo(zone))))
    except (CronSimError, StopIteration) as error:
        said = f" ({str(error)[:40]!a})" if str(error) else ""
        raise Invalid(f"cron is {cron[:60]!a}{said}, expected five fields such as '30 2 * * sun'") from None


def check_zone(zone: str) -> None:
    if zone not in _zones():
        raise Invalid(f"timeZone is {zone[:60]!a}, expected a name such as Europe/Berlin")


@cache
def _zones() -> set[str]:
    """Gathered once: each is a file that is opened."""
    return available_timezones()


def after(cron: str, zone: str, moment: datetime) -> datetime:
    """The first time behind `moment`."""
    return next(CronSim(cron, moment.astimezone(ZoneInfo(zone)))).astimezone(UTC)


def before(cron: str, zone: str, moment: datetime) -> datetime:
    """The last time up to `moment`."""
    found = next(CronSim(cron, moment.astimezone(ZoneInfo(zone)), reverse=True)).astimezone(UTC)
    exact = after(cron, zone, found)
    return exact if exact <= moment else found
