"""Saying the same thing again and again helps nobody: once, then at most every minute, with how often it was."""

import logging
import time
from threading import Lock

SECONDS = 60.0


class Seldom:
    def __init__(self, log: logging.Logger) -> None:
        self._log, self._lock = log, Lock()
        self._said: dict[str, float] = {}
        self._unsaid: dict[str, int] = {}

    def error(self, what: str, detail: str) -> None:
        with self._lock:
            now = time.monotonic()
            if now - self._said.get(what, -SECONDS) < SECONDS:
                self._unsaid[what] = self._unsaid.get(what, 0) + 1
                return
            self._said[what] = now
            times = self._unsaid.pop(what, 0)
        self._log.error("%s: %s%s", what, detail, f" ({times} more times since)" if times else "")
