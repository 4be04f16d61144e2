"""How long a token is good for, as it is chosen in a form."""

from datetime import datetime

from hyprbox.errors import Invalid
from hyprwire import duration

LIFETIMES = {"90d": "in 90 days", "365d": "in a year", "1d": "in a day", "": "never"}


def ends(text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    try:
        return now + duration.parse(text)
    except ValueError as error:
        raise Invalid(f"expires is {text[:80]!a}, {error}") from None
