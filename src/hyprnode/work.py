"""The job rhythm: asks for a job, has it run to its end, asks again."""

import time
from dataclasses import dataclass, field
from threading import Event

from hyprnode.again import Backoff
from hyprnode.answer import UNAUTHORIZED, Answer, Fault
from hyprnode.chance import between
from hyprnode.client import Client
from hyprnode.jobs.run import Runner
from hyprnode.pulse import Heard
from hyprwire import Job, codec

HELD_SECONDS = (20, 25)  # how long the API may hold a question, by chance, so that a fleet does not ask as one
EARLY = 1  # an answer without a job that was to be held, and came sooner than this
LONGEST_PAUSE = 20


@dataclass
class Work:
    client: Client
    runner: Runner
    heard: Heard
    stop: Event
    early: Backoff = field(default_factory=lambda: Backoff(LONGEST_PAUSE))
    may_ask_on: bool = False
    """The API did as we preferred the last time. One that does not know of that is asked only after each heartbeat."""

    def step(self) -> None:
        """One question, and the job if there is one."""
        self.runner.resume()
        if not self.may_ask_on:
            self.heard.beat.wait()
        if not self.stop.is_set():
            self._ask_and_pace(round(between(*HELD_SECONDS)))

    def _ask_and_pace(self, wait: int) -> None:
        self.heard.beat.clear()
        asked = time.monotonic()
        if self.ask(wait):
            self.heard.beat.set()  # there may be more: ask until there is none
        elif self.may_ask_on and time.monotonic() - asked < EARLY:
            self.stop.wait(self.early.pause())
        else:
            self.early.reset()

    def drain(self) -> None:
        """Every job that waits, and what was left of earlier ones; then no more."""
        self.runner.resume()
        while not self.stop.is_set() and self.ask(wait=0):
            pass

    def ask(self, wait: int) -> bool:
        """Whether there was a job.

        What the API did of `Prefer` is taken from this very answer: the next may come from an older replica, and
        then an offer taken for a claim would be run by two, a claim taken for an offer by nobody.
        """
        query = {"nodeId": self.client.config.node_id}
        answer = self.client.get("/api/jobs/pending", prefer=f"wait={wait}, offer", wait=wait, **query)
        self.may_ask_on = bool(answer.must_be_good().applied & {"wait", "offer"})
        job, objection = job_of(answer)
        if job is not None:
            self.runner.take(job, "offer" in answer.applied, objection)
        return job is not None


def job_of(answer: Answer) -> tuple[Job | None, str | None]:
    """And what is wrong with it: a job that cannot be understood is refused, or it would be handed out for ever."""
    job_id = answer.get("id")
    if not isinstance(job_id, str) or not job_id:
        return None, None
    try:
        return codec.convert(Job, answer.value), None
    except ValueError as sentence:
        return Job(id=job_id, script=""), str(sentence)


def describe(fault: Fault) -> str:
    return "unauthorized — check HYPRBOX_NODE_TOKEN" if fault.status in UNAUTHORIZED else str(fault)
