"""Ids that sort by the time they were made: 12 characters of microseconds, 6 of chance."""

import secrets
import threading
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: none is mistaken for another

_last = 0
_lock = threading.Lock()


def new() -> str:
    """Later calls in one process sort later, also within one microsecond and when the clock steps back."""
    global _last
    with _lock:
        _last = max(_last + 1, time.time_ns() // 1000)
        moment = _last
    return _text(moment, 12) + _text(secrets.randbits(30), 6)


def _text(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, rest = divmod(number, 32)
        letters.append(ALPHABET[rest])
    return "".join(reversed(letters))
