"""The scan rhythm: the host is looked at, and what was seen is reported."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Lock

from hyprnode import scanning
from hyprnode.again import until_answered
from hyprnode.answer import Answer
from hyprnode.client import Client
from hyprnode.clock import stamp
from hyprnode.nursery import Nursery
from hyprnode.pulse import Heard
from hyprnode.report import tell
from hyprnode.rhythm import Failure
from hyprnode.say import Trouble
from hyprnode.scanning import Sight
from hyprnode.stock import Stock
from hyprnode.thresholds import Thresholds
from hyprwire import FindingReport, Scan
from hyprwire.inventory import Inventory

LOOK_EVERY = 5  # seconds
RESCAN_SECONDS = 120  # then the next job need not wait for the report any longer


@dataclass
class Watch:
    client: Client
    nursery: Nursery
    heard: Heard
    stop: Event
    seq: int = 0
    turn: Lock = field(default_factory=Lock)
    pressure: Callable[[], str | None] = lambda: None
    """Why a scan should wait."""

    def __post_init__(self) -> None:
        self.stock = Stock(self.client.config.node_id)
        self.thresholds = Thresholds.kept(self.client.config)
        self.trouble = Trouble("rescan")
        self.pressed = Trouble("scan")

    def rescan(self, scanners: Sequence[str], job_id: str) -> None:
        """Only these, for a job that was to mend what they see."""
        try:
            until_answered(partial(self.scan, scanners, job_id), self.trouble, self.stop, RESCAN_SECONDS)
        except Failure as failure:
            self.trouble.arose(str(failure), job=job_id)

    def scan(self, scanners: Sequence[str] = (), job_id: str | None = None) -> None:
        """All scanners look when none is named."""
        self.heard.anything.wait()  # an API that has not heard of this node yet would not know whose findings these are
        if not scanners:
            self._wait_for_calm()
        if self.stop.is_set():
            return
        with self.turn:
            if not scanners and self._is_offered("settings"):
                self.thresholds.renew(self._ask_for_settings)
            started = stamp()
            sight = self._look(scanners)
            tell(self.client.config.node_id, sight.findings, self._about(sight, job_id, started), self._post)
            self.stock.tell(sight.stock, self._post_inventory)

    def _wait_for_calm(self) -> None:
        """A host that is hard pressed is not asked for more; but not for longer than from one scan to the next."""
        until = time.monotonic() + self.client.config.scan_interval
        while (why := self.pressure()) is not None and time.monotonic() < until and not self.stop.is_set():
            self.pressed.arose(f"it waits, {why}")
            self.stop.wait(LOOK_EVERY)
        self.pressed.ended()

    def _look(self, scanners: Sequence[str]) -> Sight:
        try:
            sight = scanning.look(self.nursery, self.thresholds.applied(), scanners, known=self._known(scanners))
        except OSError as error:
            raise Failure("scan", f"no process for it: {error.strerror}") from error
        if not sight.runs and not scanners:
            raise Failure("scan", "its process died before it began")
        return sight

    def _about(self, sight: Sight, job_id: str | None, started: str) -> Scan | None:
        """None when the API did not ask for it. Numbers grow, also across restarts, so they start from the clock."""
        if not self._is_offered("scan"):
            return None
        self.seq = max(self.seq + 1, time.time_ns() // 1_000_000)
        return Scan(
            id=os.urandom(16).hex(),
            seq=self.seq,
            jobId=job_id,
            startedAt=started,
            endedAt=stamp(),
            scanners=sight.runs,
            settings=self.thresholds.taken() if self._is_offered("settings") else None,
        )

    def _is_offered(self, what: str) -> bool:
        return what in self.heard.accepts

    def _ask_for_settings(self) -> Answer:
        return self.client.get("/api/settings", nodeId=self.client.config.node_id)

    def _known(self, scanners: Sequence[str]) -> dict[str, str] | None:
        """A look at a part of the host, for a job, is not the time for it."""
        return self.stock.known() if not scanners and self._is_offered("inventory") else None

    def _post_inventory(self, inventory: Inventory) -> Answer:
        return self.client.post("/api/inventory", inventory)

    def _post(self, report: FindingReport) -> Answer:
        return self.client.post("/api/findings", report)
