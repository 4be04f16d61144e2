"""Passwords as argon2id. Slow on purpose: call it off the event loop and outside transactions."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hyprbox.errors import Invalid

SHORTEST, LONGEST = 10, 1000

_hasher = PasswordHasher()


def hashed(password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(f"the password has {len(password)} characters, expected {SHORTEST} to {LONGEST}")
    return _hasher.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """As slow for a name that does not exist as for one that does."""
    try:
        matches = _hasher.verify(stored or _nobody(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored is not None


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
