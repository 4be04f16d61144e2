"""When something is asked again: after a fault soon, then less and less often, never all at once, and for ever."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import TypeVar

from hyprnode.answer import UNAUTHORIZED, Fault
from hyprnode.chance import between
from hyprnode.say import Trouble

T = TypeVar("T")

FIRST_PAUSE = 1
LONGEST_PAUSE = 60


@dataclass
class Backoff:
    """Full jitter: anything up to 1 s, then 2, 4, … 60, so that a fleet does not come back as one."""

    longest: float = LONGEST_PAUSE
    tries: int = 0

    def pause(self) -> float:
        ceiling = min(self.longest, FIRST_PAUSE * 2**self.tries)
        self.tries = min(self.tries + 1, 16)
        return between(ceiling / 10, ceiling)

    def reset(self) -> None:
        self.tries = 0


def pause_after(fault: Fault, backoff: Backoff, patience: float = LONGEST_PAUSE) -> float:
    """`patience` is for a refused token: no use to ask at once, nor to wait long once it is renewed."""
    if fault.status in UNAUTHORIZED:
        return patience
    if fault.retry_after is not None:
        return fault.retry_after * between(1, 1.2)
    return backoff.pause()


def until_answered(
    ask: Callable[[], T], trouble: Trouble, stop: Event, seconds: float = math.inf, patience: float = LONGEST_PAUSE
) -> T | None:
    """None: told to stop, or `seconds` over, before there was an answer."""
    backoff = Backoff()
    until = time.monotonic() + seconds
    while not stop.is_set() and time.monotonic() < until:
        try:
            answer = ask()
        except Fault as fault:
            pause = pause_after(fault, backoff, patience)
            trouble.arose(str(fault), again_in=f"{pause:.1f}s")
            stop.wait(pause)
        else:
            trouble.ended()
            return answer
    return None
