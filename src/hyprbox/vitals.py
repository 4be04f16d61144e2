"""How this process is, every half minute for the last hour: what waits, what it holds, what its database takes."""

import asyncio
import resource
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hyprbox.db import Database
from hyprbox.meter import Meter, Spread
from hyprbox.wake import Wake

EVERY_SECONDS = 30.0
KEPT = 120
KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Durations in milliseconds: the worst of the time since the moment before. `memory` in MiB."""

    at: datetime
    waiting: int
    held: int
    commits: int
    commit: float
    read: float
    sweep: float
    memory: float


class Vitals:
    def __init__(self, db: Database, wake: Wake, meter: Meter) -> None:
        self._db, self._wake, self.meter = db, wake, meter
        self._moments: deque[Moment] = deque(maxlen=KEPT)

    async def keep(self, now: Callable[[], datetime]) -> None:
        """Runs for as long as the server does."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            self._moments.append(self._look(now()))

    def moments(self, now: datetime) -> list[Moment]:
        """Oldest first; the last one is now."""
        return [*self._moments, self._look(now, take=False)]

    def _look(self, now: datetime, take: bool = True) -> Moment:
        late = self.meter.take_late() if take else self.meter.late()
        worst = {what: round(late.get(what, Spread()).worst * 1000, 1) for what in ("commit", "read", "sweep")}
        return Moment(
            at=now, waiting=self._db.waiting, held=len(self._wake), commits=late.get("commit", Spread()).number,
            memory=memory(), **worst,
        )  # fmt: skip


def memory() -> float:
    """Resident, in MiB; the most there ever was where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return round(pages * resource.getpagesize() / KIB / KIB, 1)
    except OSError:
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB, 1)
