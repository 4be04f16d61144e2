"""Does one thing again and again until told to stop: spread over the fleet, backing off, never dying of a failure."""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from hyprnode.again import Backoff, pause_after
from hyprnode.answer import Fault
from hyprnode.chance import between
from hyprnode.say import Trouble

JITTER = 0.1


class Failure(Exception):
    """The action could not be done; `subject` is what the log line starts with instead of the rhythm's own."""

    def __init__(self, subject: str, what: str) -> None:
        super().__init__(what)
        self.subject = subject


@dataclass
class Rhythm:
    subject: str
    action: Callable[[], object]
    interval: float
    """Seconds between calls; 0 when the action itself waits for its turn."""
    stop: Event
    patience: float
    """Seconds until a refused token is tried again."""
    phase: float = 1
    """Where in an interval this node has its place, 0 to 1: the second call comes then."""
    first_pause: float = 0
    describe: Callable[[Fault], str] = str
    last_attempt: float | None = None
    last_success: float | None = None
    acting: bool = False
    complaint: str | None = None
    """What went wrong the last time."""
    backoff: Backoff = field(default_factory=Backoff)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    due: float = math.inf
    """When the next step is to begin; never, while one is being done."""

    def run(self) -> None:
        self.due = time.monotonic() + self.first_pause
        while not self.stop.wait(self.due - time.monotonic()):
            self.due = math.inf
            self.due = self.step() + time.monotonic()

    def step(self) -> float:
        """Seconds until the next step."""
        self.last_attempt = time.monotonic()
        self.acting = True
        try:
            self.action()
        except Fault as fault:
            return self._failed(self.subject, self.describe(fault), pause_after(fault, self.backoff, self.patience))
        except Failure as failure:
            return self._failed(failure.subject, str(failure), self.backoff.pause())
        except Exception as bug:  # the loop's edge: whatever it was, the node must be heard of again
            return self._failed(self.subject, f"{type(bug).__name__}: {bug} ({origin(bug)})", self.backoff.pause())
        finally:
            self.acting = False
        return self._succeeded()

    def _failed(self, subject: str, what: str, pause: float) -> float:
        self.complaint = f"{subject} error: {what}"
        self.troubles.setdefault(subject, Trouble(subject)).arose(what, again_in=f"{pause:.1f}s")
        return pause

    def _succeeded(self) -> float:
        is_first = self.last_success is None
        self.last_success = time.monotonic()
        self.complaint = None
        self.backoff.reset()
        for trouble in self.troubles.values():
            trouble.ended()
        return self.interval * (self.phase if is_first else between(1 - JITTER, 1 + JITTER))


def phase_of(node_id: str) -> float:
    """The same for a node each time, spread evenly over a fleet."""
    return int.from_bytes(hashlib.sha256(node_id.encode()).digest()[:8]) / 2**64


def origin(error: Exception) -> str:
    """Where it was raised."""
    place = error.__traceback__
    assert place is not None
    while place.tb_next is not None:
        place = place.tb_next
    return f"{place.tb_frame.f_code.co_filename.rpartition('/')[2]}:{place.tb_lineno}"
