"""How a follower learns at once that a job printed or ended. A restarted agent has no bell: it looks every 0.2 s."""

import os
import select
import time
from types import TracebackType
from typing import Self

TICK = 0.2
LONGEST = 0.5  # then look whether the agent is to stop


class Bell:
    def __init__(self, fd: int | None = None) -> None:
        """`fd` is a pipe from the supervisor: a byte means output, its end means the end."""
        self.fd = fd

    def wait(self, seconds: float, *, for_output: bool) -> None:
        """At most `seconds`; less when the job ended, or printed something and that matters now."""
        if self.fd is None:
            time.sleep(min(seconds, TICK))
            return
        poll = select.poll()
        poll.register(self.fd, select.POLLIN if for_output else 0)
        if poll.poll(min(seconds, LONGEST) * 1000) and not self._is_rung(self.fd):
            self.close()

    def wait_for_end(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self.fd is not None and (left := until - time.monotonic()) > 0:
            self.wait(left, for_output=False)

    def _is_rung(self, fd: int) -> bool:
        """False when nobody is left to ring it."""
        try:
            return os.read(fd, 65536) != b""
        except BlockingIOError:
            return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None
