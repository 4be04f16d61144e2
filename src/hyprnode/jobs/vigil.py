"""Keeps a running job's lease and hears of its cancellation at once: a held ping, on a connection of its own."""

import time
from dataclasses import dataclass
from threading import Event, Thread
from types import TracebackType
from typing import Self

from hyprnode.again import Backoff, pause_after
from hyprnode.answer import Answer, Fault
from hyprnode.client import Client, job_path
from hyprnode.jobs.journal import Entry
from hyprnode.jobs.spool import Spool
from hyprwire import RunningJob

HELD_SECONDS = 20
FIRST = 0.5  # most jobs are over by then, and need neither a ping nor a connection for it
EARLY = 1  # an answer that was to be held and comes sooner than this


@dataclass
class Vigil:
    client: Client
    entry: Entry

    def __post_init__(self) -> None:
        self.over = Event()
        self.backoff = Backoff(longest=self._pace())
        self.thread = Thread(target=self._keep, name=f"vigil {self.entry.id:.20}", daemon=True)

    def __enter__(self) -> Self:
        if self.entry.leaseSeconds:
            self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.over.set()
        self.client.hang_up()

    def _keep(self) -> None:
        pause = FIRST
        while not self.over.wait(pause):
            asked = time.monotonic()
            try:
                pause = self._pause(self._ping(), time.monotonic() - asked)
            except Fault as fault:  # the work rhythm, which sends the output, has it in the log
                pause = pause_after(fault, self.backoff, self._pace())
        self.client.close()

    def _ping(self) -> Answer:
        path = job_path(self.entry.id, "ping")
        message = RunningJob(runId=self.entry.runId)
        return self.client.post(path, message, prefer=f"wait={HELD_SECONDS}", wait=HELD_SECONDS)

    def _pause(self, answer: Answer, took: float) -> float:
        if answer.get("cancel") is True or answer.status == 410:
            Spool(self.entry.spool).cancel()
            return EARLY
        if "wait" not in answer.applied:
            return self._pace()
        if took < EARLY:
            return self.backoff.pause()
        self.backoff.reset()
        return 0

    def _pace(self) -> float:
        """Often enough that one lost ping loses no lease."""
        return max(1.0, (self.entry.leaseSeconds or 0) / 3)
