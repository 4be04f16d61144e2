"""Inventory over HTTP: what is on a node, and what of it has changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from litestar import get
from litestar.params import FromPath, FromQuery

from hyprbox.door import TheBox, viewer
from hyprbox.errors import Invalid
from hyprbox.inventory import store
from hyprbox.inventory.model import Change
from hyprbox.nodes import store as nodes
from hyprbox.paging import DEFAULT, Limit, Page, page
from hyprwire.inventory import PARTS

DAY_BACK = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """`at` is when it last changed; `items` are names and what there is to say of each."""

    part: str
    at: datetime
    items: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """`was` is null for what came, `became` for what went."""

    id: str
    at: datetime
    part: str
    name: str
    was: str | None
    became: str | None


@get("/nodes/{node_id:str}/inventory", guards=[viewer])
async def inventory(node_id: FromPath[str], box: TheBox, part: FromQuery[str | None] = None) -> Page[PartView]:
    await box.db.read(nodes.get, node_id)
    found = await box.db.read(store.stock, node_id, checked(part))
    return Page([PartView(part=each.part, at=each.at, items=each.items) for each in found], None)


@get("/nodes/{node_id:str}/changes", guards=[viewer])
async def changes(
    node_id: FromPath[str], box: TheBox, since: FromQuery[datetime | None] = None,
    part: FromQuery[str | None] = None, limit: Limit = DEFAULT, cursor: FromQuery[str | None] = None,
) -> Page[ChangeView]:  # fmt: skip
    """Newest first; since yesterday unless said otherwise."""
    await box.db.read(nodes.get, node_id)
    if since is not None and since.tzinfo is None:
        raise Invalid(f"since is {since.isoformat()}, expected a time with an offset, such as 2026-11-22T12:00:00Z")
    start = since or box.clock.now() - DAY_BACK
    rows = await box.db.read(store.changes, node_id, start, checked(part), cursor, limit + 1)
    return page(rows, limit, change_view, lambda row: row.id)


def checked(part: str | None) -> str | None:
    if part is not None and part not in PARTS:
        raise Invalid(f"part is {part[:40]!a}, expected one of {', '.join(PARTS)}")
    return part


def change_view(row: Change) -> ChangeView:
    return ChangeView(id=row.id, at=row.at, part=row.part, name=row.name, was=row.was, became=row.became)


handlers = [inventory, changes]
