"""What time it is for everything that is stored: the database's clock, kept going between readings."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta

Moment = Annotated[datetime, Meta(tz=True)]  # in what somebody sends: a time with its offset, or it is refused
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Clock:
    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self.adopt(datetime.now(UTC))

    def adopt(self, reading: datetime) -> None:
        """`reading` is what the database said just now."""
        self._reading, self._read_at = reading.timestamp(), self._monotonic()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._reading + (self._monotonic() - self._read_at), UTC)

    def age(self) -> float:
        """Seconds since the database was last asked."""
        return self._monotonic() - self._read_at


def to_ms(moment: datetime) -> int:
    return (moment - EPOCH) // MILLISECOND


def from_ms(ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=ms)
