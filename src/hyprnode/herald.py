"""Tells systemd that the agent is up, and again and again that each rhythm attempts what it is to do, on time.

Attempts, not successes: an API that is away for hours restarts no agent.
"""

import math
import os
import socket
import time
from collections.abc import Iterable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread

from hyprnode.rhythm import Rhythm
from hyprnode.say import say

LATE = 60  # seconds after which an attempt is overdue
LONGEST_BEAT = 300  # seconds; all that is waited for on the way to the API ends sooner


@dataclass
class Herald:
    address: str
    every: float
    """Seconds between two signs of life; 0 when none are asked for."""

    def start(self, rhythms: list[Rhythm]) -> None:
        self.tell("READY=1")
        if self.every:
            Thread(target=self.watch, args=(rhythms,), name="herald", daemon=True).start()

    def watch(self, rhythms: list[Rhythm]) -> None:
        is_told = False
        while True:
            late = overdue(rhythms, time.monotonic())
            if not late:
                self.tell("WATCHDOG=1")
            elif not is_told:
                say(f"{', '.join(late)} does nothing any more, expected systemd to start the agent anew")
            is_told = bool(late)
            time.sleep(self.every)

    def tell(self, what: str) -> None:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(what.encode(), self.address)


def herald(environ: MutableMapping[str, str]) -> Herald | None:
    """None where nobody wants to be told. Takes the variables out: no child shall speak for us."""
    address = environ.pop("NOTIFY_SOCKET", "")
    microseconds = environ.pop("WATCHDOG_USEC", "0")
    pid = environ.pop("WATCHDOG_PID", "")
    if not address:
        return None
    is_watched = microseconds.isdigit() and pid in ("", str(os.getpid()))
    return Herald(address.replace("@", "\0", 1), int(microseconds) / 3_000_000 if is_watched else 0)


def overdue(rhythms: Iterable[Rhythm], now: float) -> list[str]:
    return [rhythm.subject for rhythm in rhythms if is_overdue(rhythm, now)]


def is_overdue(rhythm: Rhythm, now: float) -> bool:
    """Between two steps each has a time for the next one. Only a beat may not last: the others wait for an API that
    answers, or for a job to end."""
    if math.isinf(rhythm.due):
        return rhythm.subject == "heartbeat" and now - (rhythm.last_attempt or now) > LONGEST_BEAT
    return now > rhythm.due + LATE
