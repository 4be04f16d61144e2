"""How a job is ended before its time: SIGTERM to all that belong to it, some grace, SIGKILL until none is left."""

import signal

from hyprnode.jobs.family import Family, send

KILL_SECONDS = 5
EVERY = 0.05


class Demise:
    def __init__(self, family: Family, grace: float, now: float) -> None:
        self.family = family
        self.kill_at = now + grace
        self.give_up_at = self.kill_at + KILL_SECONDS
        self.next_at = self.kill_at
        self.asked: set[int] = set()
        self._ask()

    def _ask(self) -> None:
        """Each once."""
        new = [process for process in self.family.members() if process.pid not in self.asked]
        self.asked |= {process.pid for process in new}
        send(signal.SIGTERM, new)

    def ask_again(self) -> None:
        """The shell is gone, and what it was just starting was not there to hear us the first time.

        Not before: as long as it lives it may tidy up, and what it starts for that is left to it.
        """
        self.next_at = 0

    def press(self, now: float) -> None:
        """To be called at `next_at`."""
        if now >= self.kill_at:
            self.family.kill()
        else:
            self._ask()
        self.next_at = now + EVERY
