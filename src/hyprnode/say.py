"""Lines on stderr, facts as key=value at the end. A trouble is said once, then every 5 minutes, then when it ends."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

AGAIN_AFTER = 300
LONGEST = 600
KINDS = 20  # of one subject; an error whose text changes each time must not fill memory


def say(text: str, **facts: object) -> None:
    line = " ".join([text, *(f"{name}={value}" for name, value in facts.items())])
    try:
        sys.stderr.write(printable(line) + "\n")
        sys.stderr.flush()
    except OSError:
        pass  # nobody listens; that is no reason to stop working


def printable(text: str) -> str:
    """What comes from elsewhere can neither start a line of its own nor speak to a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in text[:LONGEST])


@dataclass
class _Spell:
    since: float
    said: float
    times: int = 1


class Trouble:
    """What goes wrong again and again under one name, such as `heartbeat`."""

    def __init__(self, subject: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.subject = subject
        self.clock = clock
        self.spells: dict[str, _Spell] = {}

    def arose(self, what: str, **facts: object) -> None:
        now = self.clock()
        spell = self.spells.get(what)
        if spell is None:
            self._begin(what, now, facts)
            return
        spell.times += 1
        if now - spell.said >= AGAIN_AFTER:
            spell.said = now
            say(f"{self.subject} error: {what}", times=spell.times, **facts)

    def _begin(self, what: str, now: float, facts: dict[str, object]) -> None:
        if len(self.spells) >= KINDS:
            self.spells.clear()
        self.spells[what] = _Spell(since=now, said=now)
        say(f"{self.subject} error: {what}", **facts)

    def ended(self) -> None:
        if self.spells:
            since = min(spell.since for spell in self.spells.values())
            times = sum(spell.times for spell in self.spells.values())
            say(f"{self.subject} works again", errors=times, after=f"{self.clock() - since:.0f}s")
            self.spells.clear()
