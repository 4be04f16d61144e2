"""What a run is to do, where, and how carefully; the same for people, scripts and schedules."""

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from hyprbox.errors import Invalid
from hyprbox.jobs.order import Order
from hyprbox.nodes.query import parse
from hyprbox.runs import batches as cut
from hyprwire.jobs import TIMEOUT_SECONDS

Given = dict[str, str | int | bool | list[str]]
MOST_NODES = 20_000
LONGEST = timedelta(days=30)
TITLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """Either `script` or `preset`. `concurrency` 0: a whole batch at once. A node that is offline waits until the
    run expires. It stops when more than `maxFailures` nodes, or more than `maxFailuresPercent` of all, have failed.
    """

    q: str
    preset: str | None = None
    params: Given = field(default_factory=dict)
    script: str | None = None
    env: dict[str, str] = field(default_factory=dict)
    timeoutSeconds: int | None = None
    title: str = ""
    batches: tuple[str, ...] = cut.CANARY
    concurrency: int = 0
    maxFailures: int = 0
    maxFailuresPercent: int | None = None
    expiresSeconds: int = 24 * 3600
    ignoreWindows: bool = False

    def check(self) -> None:
        """Invalid for what no run can be."""
        if (self.script is None) == (self.preset is None):
            raise Invalid("expected either script or preset")
        if "@" not in self.q:
            parse(self.q)
        if not self.q.strip():
            raise Invalid("q is empty, expected a query; node=* is every node")
        cut.check(self.batches)
        _check_range("concurrency", self.concurrency, 0, MOST_NODES)
        _check_range("maxFailures", self.maxFailures, 0, MOST_NODES)
        _check_range("expiresSeconds", self.expiresSeconds, 60, int(LONGEST.total_seconds()))
        if self.maxFailuresPercent is not None:
            _check_range("maxFailuresPercent", self.maxFailuresPercent, 0, 100)
        if len(self.title) > TITLE:
            raise Invalid(f"title has {len(self.title)} characters, expected at most {TITLE}")
        if self.script is not None:
            self.order("")

    def order(self, node_id: str) -> Order:
        seconds = TIMEOUT_SECONDS if self.timeoutSeconds is None else self.timeoutSeconds
        return Order(node_id=node_id, script=self.script or "", env=self.env, timeout_seconds=seconds)

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def read(stored: dict[str, Any]) -> Spec:
    return Spec(**{**stored, "batches": tuple(stored["batches"])})


def _check_range(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Invalid(f"{name} is {value}, expected {least} to {most}")
