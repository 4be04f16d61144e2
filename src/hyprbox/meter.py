"""How long what this process does again and again takes: since its start, and of late."""

import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds


@dataclass(slots=True)
class Spread:
    """`counts` has one more than BOUNDS: what took longer than all of them."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0
    worst: float = 0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds
        self.worst = max(self.worst, seconds)

    @property
    def number(self) -> int:
        return sum(self.counts)


class Meter:
    """What is measured: `commit`, `read`, `sweep`. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: dict[str, Spread] = {}
        self._late: dict[str, Spread] = {}

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add(what, time.perf_counter() - start)

    def add(self, what: str, seconds: float) -> None:
        with self._lock:
            for kept in (self._all, self._late):
                kept.setdefault(what, Spread()).add(seconds)

    def all(self, what: str) -> Spread:
        with self._lock:
            found = self._all.get(what, Spread())
            return Spread(list(found.counts), found.seconds, found.worst)

    def late(self) -> dict[str, Spread]:
        with self._lock:
            return dict(self._late)

    def take_late(self) -> dict[str, Spread]:
        """What came since this was last asked."""
        with self._lock:
            late, self._late = self._late, {}
        return late
