"""What happened, played in the order of its times; one thing may lead to others."""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime

Step = Callable[[datetime], object]


class Timeline:
    def __init__(self) -> None:
        self._steps: list[tuple[datetime, int, Step]] = []
        self._places = itertools.count()

    def at(self, moment: datetime, step: Step) -> None:
        heapq.heappush(self._steps, (moment, next(self._places), step))

    def play(self, until: datetime) -> None:
        """What would be later stays undone."""
        while self._steps and self._steps[0][0] <= until:
            moment, _, step = heapq.heappop(self._steps)
            step(moment)
