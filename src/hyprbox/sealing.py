"""Secrets that must be read again, such as those of second factors, lie in the database encrypted.

With the installation's key, which is a file beside it: a copy of the database alone opens none of them. Each purpose
has a key of its own, derived from it, so that what was sealed for one is nothing for another.
"""

import base64
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from hyprbox import installation
from hyprbox.db import KEY_FILE
from hyprbox.errors import Conflict

CHANNELS = b"hyprbox channels v1"
SECOND_FACTORS = b"hyprbox second factors v1"

_SEALED = "gAAAA"  # how every Fernet token begins; nothing that was ever kept in clear does


def seal(key_file: Path, purpose: bytes, text: str) -> str:
    return _box(installation.key(key_file), purpose).encrypt(text.encode()).decode()


def unseal(key_file: Path, purpose: bytes, sealed: str) -> str:
    """Conflict when the installation has another key now."""
    try:
        return _box(installation.key(key_file), purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Conflict("this was sealed with another HYPRBOX_SECRET_KEY_FILE, make it anew") from None


def is_sealed(text: str) -> bool:
    return text.startswith(_SEALED)


def key_of(session: Session) -> Path:
    found: Any = session.info.get(KEY_FILE)
    if not isinstance(found, Path):
        raise RuntimeError("this database was opened without the installation's key, so nothing can be sealed in it")
    return found


@lru_cache(maxsize=8)
def _box(key: bytes, purpose: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(HKDF(SHA256(), 32, None, purpose).derive(key)))
