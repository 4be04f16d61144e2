"""What is on a node: packages, ports, users, units. Said by digest, and in full only where the digest is news."""

import hashlib
import json
from dataclasses import dataclass, field

from hyprwire.names import check_name, check_node_id

PARTS = ("system", "packages", "ports", "users", "units")
MOST_ITEMS = 20_000
LONGEST_NAME, LONGEST_VALUE = 200, 300

Items = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`items` are left out where the digest alone may do; each is a name and what there is to say of it."""

    name: str
    digest: str
    items: Items | None = None

    def __post_init__(self) -> None:
        check_name("part", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    nodeId: str
    parts: list[Part] = field(default_factory=list)

    def __post_init__(self) -> None:
        check_node_id("nodeId", self.nodeId)


def digest(items: Items) -> str:
    """The same for the same items, on both sides."""
    text = json.dumps(items, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
