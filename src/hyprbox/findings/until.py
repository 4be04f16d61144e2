"""For how long a finding is set aside, as it is chosen in a form."""

from datetime import datetime

from hyprbox.errors import Invalid
from hyprwire import duration

ACKNOWLEDGED = {"": "until somebody takes it up", "1d": "for a day", "7d": "for a week", "30d": "for 30 days"}
SNOOZED = {"4h": "for 4 hours", "1d": "for a day", "7d": "for a week", "30d": "for 30 days"}


def until(text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    try:
        return now + duration.parse(text)
    except ValueError as error:
        raise Invalid(f"the time is {text[:80]!a}, {error}") from None
