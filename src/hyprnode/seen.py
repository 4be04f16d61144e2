"""What a scanner says: what it found, and what it could not look at."""

from dataclasses import dataclass

from hyprwire import Finding


@dataclass(frozen=True)
class Gap:
    """`key` could not be examined; without a key not even what there is to examine could be told."""

    key: str | None = None


Seen = Finding | Gap
