"""What the API said: which statuses are its answer, and what is only a fault on the way."""

import json
import time
from dataclasses import dataclass
from typing import Any

from hyprnode import clock
from hyprnode.http import Answered

UNAUTHORIZED = (401, 403)  # the token may be renewed at any time
SLOW_DOWN = (429, 503)
NOT_FOR_EVER = (*UNAUTHORIZED, 407, 408, 421, 425, 429)  # of the 4xx; of the others only a 2xx is an answer

LARGEST = 16 * 1024 * 1024
SHORTEST_PAUSE = 1
LONGEST_PAUSE = 3600


class Fault(Exception):
    """No answer, for now: to be asked again. `status` is there when somebody did say something."""

    def __init__(self, what: str, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(what)
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True)
class Answer:
    """Asking again would not change it."""

    status: int
    value: Any = None
    applied: frozenset[str] = frozenset()
    """Preference-Applied: what the API did of what this very request preferred."""

    @property
    def is_good(self) -> bool:
        return self.status // 100 == 2

    def get(self, name: str) -> Any:
        """None as well when the answer is no object: a plain API may say anything, or nothing."""
        return self.value.get(name) if isinstance(self.value, dict) else None

    def must_be_good(self) -> "Answer":
        if not self.is_good:
            detail = self.get("detail")
            raise Fault(f"API returned {self.status}" + (f": {detail}" if isinstance(detail, str) else ""), self.status)
        return self


def hear(response: Answered, seconds: float) -> Answer:
    """Fault, or OSError when the answer breaks off or takes longer than `seconds`."""
    content = whole(response, time.monotonic() + seconds)
    status = response.status
    if not is_final(status):
        raise Fault(f"API returned {status}", status, retry_after(response))
    try:
        value = parsed(content)
    except ValueError:
        if status // 100 == 2:  # a proxy's page, a captive portal
            raise Fault(f"API returned {status} with something that is not JSON") from None
        value = None
    return Answer(status, value, applied(response))


def is_final(status: int) -> bool:
    return status // 100 == 2 or (status // 100 == 4 and status not in NOT_FOR_EVER)


def whole(response: Answered, deadline: float) -> bytes:
    content = bytearray()
    for part in response.pieces():
        content += part
        if len(content) > LARGEST:
            raise OSError(f"the answer is over {LARGEST} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError("the answer took too long")
    return bytes(content)


def parsed(content: bytes) -> Any:
    """Nothing at all is null. ValueError."""
    try:
        return json.loads(content) if content.strip() else None
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None


def applied(response: Answered) -> frozenset[str]:
    words = response.headers.get("preference-applied", "").split(",")
    return frozenset(word.split("=")[0].strip().lower() for word in words)


def retry_after(response: Answered) -> float | None:
    """Seconds."""
    text = response.headers.get("retry-after", "")
    if response.status not in SLOW_DOWN:
        return None
    try:
        seconds = float(text) if text.isdigit() else clock.seconds_of(text) - time.time()
    except ValueError:
        return None
    return min(max(seconds, SHORTEST_PAUSE), LONGEST_PAUSE)
