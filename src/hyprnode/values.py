"""How the text of a variable becomes a value, or one sentence that says what was expected."""

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from hyprwire import duration
from hyprwire.names import check_node_id

T = TypeVar("T")
BACKUP_HOURS = 26  # a day and some time to write it


class BadSetting(Exception):
    """A sentence: the variable, its value, and what was expected."""


def expected(name: str, text: str, what: str) -> BadSetting:
    return BadSetting(f"{name} is {text!r}, expected {what}")


def url(name: str, text: str) -> str:
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or parts.username or parts.query or parts.fragment:
        raise expected(name, text, "an address such as https://hyprbox.example.com")
    return text.rstrip("/")


def node_id(name: str, text: str) -> str:
    own = text or socket.gethostname()
    try:
        check_node_id(name, own)
    except ValueError as sentence:
        raise BadSetting(str(sentence)) from None
    return own


def token(name: str, text: str) -> str:
    if not re.fullmatch(r"[!-~]*", text.strip()):
        raise BadSetting(f"{name} has characters that no token has, expected hbnt_ and letters, digits, '-' or '_'")
    return text.strip()


def token_file(name: str, text: str) -> Path:
    try:
        Path(text).read_bytes()
    except OSError as error:
        raise expected(name, text, f"a file that can be read ({error.strerror})") from None
    return Path(text)


def seconds(name: str, text: str) -> float:
    try:
        return duration.parse(text).total_seconds()
    except ValueError as sentence:
        raise BadSetting(f"{name} is {text!r}, {sentence}") from None


def within(least: int, most: int) -> Callable[[str, str], int]:
    """A whole number."""

    def read(name: str, text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,6}", text) or not least <= int(text) <= most:
            raise expected(name, text, f"a whole number from {least} to {most}")
        return int(text)

    return read


def paths(name: str, text: str) -> tuple[str, ...]:
    parts = tuple(part for part in text.split(":") if part)
    if not all(part.startswith("/") for part in parts):
        raise expected(name, text, "absolute paths or globs with colons between them")
    return parts


def names(name: str, text: str) -> tuple[str, ...]:
    """Of scanners. One that is not known here may be known to a newer agent."""
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    for word in words:
        if not re.fullmatch(r"[a-z]+", word):
            raise expected(name, text, "names of scanners with commas between them")
    return words


@dataclass(frozen=True)
class Backup:
    """What matches `pattern` shall be no older than `hours`; incremental ones may be of any size."""

    pattern: str
    hours: float
    is_incremental: bool = False


def backups(name: str, text: str) -> tuple[Backup, ...]:
    return tuple(_backup(name, text, part) for part in text.split(":") if part)


def _backup(name: str, text: str, part: str) -> Backup:
    match = re.fullmatch(r"(/.+?)(?:@(\d{1,6}(?:\.\d+)?))?(@incremental)?", part)
    if match is None:
        raise expected(name, text, "paths or globs with @hours and colons between them, such as /srv/backup/*.dump@26")
    return Backup(match[1], float(match[2] or BACKUP_HOURS), bool(match[3]))


def labels(name: str, text: str) -> dict[str, str]:
    """Pairs with spaces or commas between them."""
    pairs = [re.fullmatch(r"([a-z0-9][a-z0-9_.-]{0,62})=([\w.:/@+-]{0,128})", part, re.ASCII) for part in _split(text)]
    if not all(pairs) or len(pairs) > 64:
        raise expected(name, text, "at most 64 labels such as env=prod role=web, names in lower case")
    return {pair[1]: pair[2] for pair in pairs if pair}


def _split(text: str) -> list[str]:
    return text.replace(",", " ").split()


def path(name: str, text: str) -> Path:
    if not text.startswith("/"):
        raise expected(name, text, "an absolute path")
    return Path(text)


def ca_file(name: str, text: str) -> Path:
    if not Path(text).is_file():
        raise expected(name, text, "a file with PEM certificates")
    return Path(text)


def words(name: str, text: str) -> str:
    return text


def optional(read: Callable[[str, str], T]) -> Callable[[str, str], T | None]:
    return lambda name, text: read(name, text) if text else None
