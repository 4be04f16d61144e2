"""Secrets that are shown once: node tokens, API keys, sessions, sign-in links. Only a digest is ever stored."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

PREFIX_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Secret:
    """`text` goes to its owner and nowhere else; repr does not show it."""

    text: str
    prefix: str
    digest: str

    def __repr__(self) -> str:
        return f"Secret({self.prefix}…)"


def mint(kind: str) -> Secret:
    """32 random bytes as base64url behind the kind, for example `hbnt_`."""
    text = kind + secrets.token_urlsafe(32)
    return Secret(text, prefix(text), digest(text))


def prefix(text: str) -> str:
    """The part by which a row is looked up; it reveals nothing of the rest."""
    return text.partition("_")[2][:PREFIX_LENGTH]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(*(text.encode("utf-8", "surrogatepass") for text in (one, other)))
