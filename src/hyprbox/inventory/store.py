"""What is on each node, and what of it has changed: told by the agent, by digest first, in full where that is news."""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hyprbox import ids
from hyprbox.db import wake
from hyprbox.errors import Invalid, Missing, TooLarge
from hyprbox.inventory.model import Change, Shelf
from hyprbox.nodes import store as nodes
from hyprwire.inventory import LONGEST_NAME, LONGEST_VALUE, MOST_ITEMS, PARTS, Inventory, Items, Part, digest

A_DAY = timedelta(days=1)
OFTEN = timedelta(minutes=1)  # more often a part is not taken: nobody fills the disk by installing and removing
MOST_CHANGES = 1000  # of one part at once; that there were more is one row
MOST_A_DAY = 5000  # of one node, which is more than a new release of a system; then only how many there were
TITLES = {
    "system": "System", "packages": "Packages", "ports": "Listening ports", "users": "Users", "units": "Services",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stock:
    """A part and its items."""

    part: str
    at: datetime
    items: Items


def record(session: Session, now: datetime, said: Inventory) -> dict[str, list[str]]:
    """`wants` are the parts that are wanted in full, `later` those that come too soon after the last time.

    What is told for the first time has not changed.
    """
    if not nodes.lock(session, said.nodeId):
        raise Missing(f"node {said.nodeId} is not known, expected a heartbeat first")
    shelves = {shelf.part: shelf for shelf in session.scalars(select(Shelf).where(Shelf.node_id == said.nodeId))}
    parts = {part.name: part for part in said.parts if part.name in PARTS}  # each is there once, whatever was said
    news = [part for part in parts.values() if _is_news(part, shelves.get(part.name))]
    later = [part.name for part in news if part.name in shelves and shelves[part.name].at > now - OFTEN]
    taken = [part for part in news if part.name not in later]
    for part in taken:
        if part.items is not None:
            _check(part, part.items)
            _put(session, now, said.nodeId, part, part.items, shelves.get(part.name))
    return {"wants": [part.name for part in taken if part.items is None], "later": later}


def stock(session: Session, node_id: str, part: str | None = None) -> list[Stock]:
    rows = select(Shelf).where(Shelf.node_id == node_id)
    shelves = {shelf.part: shelf for shelf in session.scalars(rows.where(Shelf.part == part) if part else rows)}
    return [Stock(name, shelves[name].at, _unpacked(shelves[name])) for name in PARTS if name in shelves]


def changes(
    session: Session, node_id: str, since: datetime, part: str | None, before: str | None, limit: int
) -> Sequence[Change]:
    """Newest first."""
    rows = select(Change).where(Change.node_id == node_id, Change.at >= since).order_by(Change.id.desc()).limit(limit)
    rows = rows.where(Change.part == part) if part else rows
    return session.scalars(rows.where(Change.id < before) if before else rows).all()


def drop_changes(session: Session, before: datetime, limit: int) -> int:
    """How many went."""
    old = session.execute(select(Change.node_id, Change.id).where(Change.at < before).limit(limit)).all()
    for node_id, change_id in old:
        session.execute(delete(Change).where(Change.node_id == node_id, Change.id == change_id))
    return len(old)


def _is_news(part: Part, shelf: Shelf | None) -> bool:
    return shelf is None or shelf.digest != part.digest


def _check(part: Part, items: Items) -> None:
    if len(items) > MOST_ITEMS:
        raise TooLarge(f"{part.name} has {len(items)} items, expected at most {MOST_ITEMS}")
    for name, value in items.items():
        if not 1 <= len(name) <= LONGEST_NAME or len(value) > LONGEST_VALUE or not f"{name}{value}".isprintable():
            limits = f"1 to {LONGEST_NAME} and at most {LONGEST_VALUE} printable characters"
            raise Invalid(f"{part.name} has the item {name[:60]!a}, expected {limits}")
    if digest(items) != part.digest:
        raise Invalid(f"{part.name} has another digest than {part.digest[:40]!a}, expected that of its items")


def _put(session: Session, now: datetime, node_id: str, part: Part, items: Items, shelf: Shelf | None) -> None:
    if shelf is None:
        shelf = Shelf(node_id=node_id, part=part.name)
        session.add(shelf)
    else:
        found = list(_differences(_unpacked(shelf), items))
        session.add_all(_rows(now, node_id, part.name, found, _room(session, now, node_id)))
    shelf.digest, shelf.items, shelf.count, shelf.at = part.digest, _packed(items), len(items), now
    wake(session, "fleet", "nodes")


Difference = tuple[str, str | None, str | None]


def _differences(was: Items, became: Items) -> Iterator[Difference]:
    for name in sorted(was.keys() | became.keys()):
        if was.get(name) != became.get(name):
            yield name, was.get(name), became.get(name)


def _room(session: Session, now: datetime, node_id: str) -> int:
    """How many changes are told one by one. A node that tells of some all day long fills no disk with it."""
    today = select(func.count()).where(Change.node_id == node_id, Change.at > now - A_DAY)
    return max(0, min(MOST_CHANGES, MOST_A_DAY - (session.scalar(today) or 0)))


def _rows(now: datetime, node_id: str, part: str, found: list[Difference], room: int) -> Iterator[Change]:
    """Later ids sort later, so that a list reads downwards from the first name."""
    shown = found[:room]
    if len(found) > room:
        shown.append((f"and {len(found) - room} more", None, None))
    for name, was, became in reversed(shown):
        yield Change(node_id=node_id, id=ids.new(), at=now, part=part, name=name, was=was, became=became)


def _packed(items: Items) -> bytes:
    return zlib.compress(json.dumps(items, sort_keys=True, separators=(",", ":")).encode())


def _unpacked(shelf: Shelf) -> Items:
    items: Items = json.loads(zlib.decompress(shelf.items))
    return items
