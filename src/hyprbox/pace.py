"""How often one may come: so many a second, after a burst. What is remembered of each is one number."""

import time
from collections.abc import Callable, Hashable

MOST = 200_000


class Pace:
    def __init__(self, a_second: float, burst: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._each, self._burst, self._monotonic = 1 / a_second, burst / a_second, monotonic
        self._paid_until: dict[Hashable, float] = {}

    def allows(self, who: Hashable) -> bool:
        """Each time costs a part of a second; who has paid too far ahead has come too often."""
        now = self._monotonic()
        paid = self._paid_until.get(who, now)
        if paid < now:
            paid = now
        elif paid - now > self._burst:
            return False
        if len(self._paid_until) >= MOST:
            self._forget(now)
        self._paid_until[who] = paid + self._each
        return True

    def _forget(self, now: float) -> None:
        """Who has come so seldom that nothing is owed; and all, should that be nobody."""
        self._paid_until = {who: paid for who, paid in self._paid_until.items() if paid > now}
        if len(self._paid_until) >= MOST:
            self._paid_until.clear()
