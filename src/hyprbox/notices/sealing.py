"""Addresses of channels hold passwords and tokens. They are kept encrypted with the installation's key."""

import base64
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hyprbox.errors import Conflict
from hyprbox.remediations import proof

PURPOSE = b"hyprbox channels v1"


def seal(key_file: Path, text: str) -> str:
    return _box(key_file).encrypt(text.encode()).decode()


def unseal(key_file: Path, sealed: str) -> str:
    """Conflict when the installation has another key now."""
    try:
        return _box(key_file).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Conflict("this channel was made with another HYPRBOX_SECRET_KEY_FILE, make it anew") from None


def _box(key_file: Path) -> Fernet:
    if not key_file.exists():
        proof.installation_id(key_file)  # makes it
    derived = HKDF(SHA256(), 32, None, PURPOSE).derive(key_file.read_bytes())
    return Fernet(base64.urlsafe_b64encode(derived))
