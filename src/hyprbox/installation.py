"""The installation's key, an SSH key: it signs proofs, and what must lie sealed in the database is sealed with it."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from hyprbox.errors import Unavailable

COMMENT = b" hyprbox installation\n"


def key(key_file: Path) -> bytes:
    """Made when it is missing, by one process: whoever links its file into place first has made it.

    Unavailable when the file holds none: what is sealed with an empty file everybody can open.
    """
    if not key_file.exists():
        made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        _put(key_file, made)
    found = key_file.read_bytes()
    if b"PRIVATE KEY-----" not in found:
        raise Unavailable(f"{key_file} holds no private key, expected the one of this installation, or no file")
    return found


def public(key_file: Path) -> Path:
    """The file with its public half."""
    path = key_file.with_name(key_file.name + ".pub")
    if not path.exists():
        half = load_ssh_private_key(key(key_file), None).public_key()
        _put(path, half.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH) + COMMENT)
    return path


def _put(path: Path, data: bytes) -> None:
    """For us alone to read, whole and on disk from the moment on that it is there, and never over another one."""
    with tempfile.NamedTemporaryFile(dir=path.parent) as made:
        made.write(data)
        made.flush()
        os.fsync(made.fileno())
        with suppress(FileExistsError):
            os.link(made.name, path)
