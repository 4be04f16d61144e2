"""Makes a script that prints faster than the API takes it wait for moments, so that its output needs little memory.

Only as long as the API keeps taking it: an outage, or an API that is slow, slows no script.
"""

from hyprnode.jobs.spool import Spool

BEHIND = 8 * 1024 * 1024
PATIENCE = 0.05  # seconds


class Brake:
    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.sent = 0
        self.moved_at = 0.0

    def is_on(self, printed: int, now: float) -> bool:
        return printed - self.sent > BEHIND and self._look(now) and printed - self.sent > BEHIND

    def _look(self, now: float) -> bool:
        """Whether the API took something just now."""
        sent = self.spool.sent().raw
        if sent > self.sent:
            self.sent, self.moved_at = sent, now
        return now - self.moved_at < PATIENCE
