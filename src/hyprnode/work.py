"""The job rhythm: asks for a job, has it run to its end, asks again."""

import random
import time
from dataclasses import dataclass, field
from threading import Event

from hyprnode.client import UNAUTHORIZED, Answer, Backoff, Client, Fault
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
    is_held: bool = False
    """The API held the last question. One that does not is asked only after each heartbeat."""

    def step(self) -> None:
        """One question, and the job if there is one."""
        self.runner.resume()
        if not self.is_held:
            self.heard.beat.wait()
        if not self.stop.is_set():
            self._ask_and_pace(random.randint(*HELD_SECONDS))

    def _ask_and_pace(self, wait: int) -> None:
        self.heard.beat.clear()
        asked = time.monotonic()
        if self.ask(wait):
            self.heard.beat.set()  # there may be more: ask until there is none
        elif self.is_held and time.monotonic() - asked < EARLY:
            self.stop.wait(self.early.pause())
        else:
            self.early.reset()

    def ask(self, wait: int) -> bool:
        """Whether there was a job.

        What the API did of `Prefer` is taken from this very answer: the next may come from an older replica, and
        then an offer taken for a claim would be run by two, a claim taken for an offer by nobody.
        """
        query = {"nodeId": self.client.config.node_id}
        answer = self.client.get("/api/jobs/pending", prefer=f"wait={wait}, offer", wait=wait, **query)
        self.is_held = "wait" in answer.must_be_good().applied
        job = job_of(answer)
        if job is not None:
            self.runner.take(job, offered="offer" in answer.applied)
        return job is not None


def job_of(answer: Answer) -> Job | None:
    """Fault when something was handed out that is no job."""
    if not answer.get("id"):
        return None
    try:
        return codec.convert(Job, answer.value)
    except ValueError as sentence:
        raise Fault(f"not a job: {sentence}") from None


def describe(fault: Fault) -> str:
    return "unauthorized — check HYPRBOX_NODE_TOKEN" if fault.status in UNAUTHORIZED else str(fault)
