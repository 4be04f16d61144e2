"""What came back, second by second: on the terminal, as CSV, and at the end as a verdict."""

import csv
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from hyprbox.swarm.scenario import AT_MOST

COLUMNS = ("second", "online", "polls", "beats", "reports", "jobs", "errors", "p50_ms", "p99_ms")


@dataclass
class Tally:
    """Counts of the running second and of all."""

    sink: TextIO | None = None
    total: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    polls: int = 0
    online: int = 0
    _second: Counter[str] = field(default_factory=Counter)
    _took: list[float] = field(default_factory=list)
    _all_took: list[float] = field(default_factory=list)
    _start: float = field(default_factory=time.monotonic)
    _forgiving_until: float = 0

    def __post_init__(self) -> None:
        self._csv = csv.writer(self.sink) if self.sink else None
        if self._csv:
            self._csv.writerow(COLUMNS)

    def answered(self, what: str, status: int, seconds: float) -> None:
        self._second[what] += 1
        self.statuses[f"{what} {status}"] += 1
        if what == "beats":
            self._took.append(seconds)
        if status not in (200, 204):
            self._error()

    def failed(self, what: str, error: str) -> None:
        self.statuses[f"{what} {error}"] += 1
        self._error()

    def forgive(self, seconds: float) -> None:
        """What goes wrong for so long is as expected."""
        self._forgiving_until = time.monotonic() + seconds

    def _error(self) -> None:
        self._second["forgiven" if time.monotonic() < self._forgiving_until else "errors"] += 1

    def complaints(self, expect: Mapping[str, float]) -> list[str]:
        """What was expected and is not so: `errors` and `p99_ms` at most, everything else at least."""
        reached = {"p99_ms": round(percentile(self._all_took, 0.99) * 1000, 1)} | dict(self.total)
        said = []
        for name, value in ({"errors": 0} | dict(expect)).items():
            found, most = reached.get(name, 0), name in AT_MOST
            if (found > value) if most else (found < value):
                said.append(f"{name} is {found}, expected at {'most' if most else 'least'} {value}")
        return said

    def second_is_over(self) -> None:
        row = [
            int(time.monotonic() - self._start), self.online, self.polls,
            *(self._second[what] for what in ("beats", "reports", "jobs", "errors")),
            *(round(percentile(self._took, share) * 1000, 1) for share in (0.5, 0.99)),
        ]  # fmt: skip
        if self._csv and self.sink:
            self._csv.writerow(row)
            self.sink.flush()
        if sys.stdout.isatty() or row[0] % 10 == 0:
            print("  ".join(f"{name} {value}" for name, value in zip(COLUMNS, row, strict=True)), flush=True)
        self.total += self._second
        self._all_took += self._took
        self._second, self._took = Counter(), []

    def summary(self) -> str:
        spread = (percentile(self._all_took, share) * 1000 for share in (0.5, 0.95, 0.99))
        beats = "heartbeats p50 {:.1f} ms, p95 {:.1f} ms, p99 {:.1f} ms".format(*spread)
        counts = ", ".join(f"{count} {what}" for what, count in sorted(self.statuses.items()))
        return f"{beats}\n{counts}"


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else 0.0
