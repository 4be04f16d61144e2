"""The tab Inventory of a node: what has changed since yesterday, by what its scanners look, and what is on it."""

from datetime import timedelta

from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from hyprbox.door import TheBox, viewer
from hyprbox.errors import Invalid
from hyprbox.inventory import store
from hyprbox.inventory.api import checked
from hyprbox.look.frame import TheFrame
from hyprbox.nodes import store as nodes
from hyprbox.thresholds import store as thresholds

SINCE = {"24h": ("yesterday", timedelta(days=1)), "7d": ("a week ago", timedelta(days=7)),
         "30d": ("a month ago", timedelta(days=30))}  # fmt: skip
AT_ONCE = 100
MOST_ITEMS = 500  # of a part on a page; a word to look for finds the others


@get("/nodes/{node_id:str}/inventory", guards=[viewer])
async def show(
    node_id: FromPath[str], frame: TheFrame, box: TheBox, since: FromQuery[str] = "24h",
    part: FromQuery[str | None] = None, find: FromQuery[str] = "", after: FromQuery[str | None] = None,
) -> Template:  # fmt: skip
    """`part` shows one in full, `find` only what has this word in it."""
    if since not in SINCE:
        raise Invalid(f"since is {since[:40]!a}, expected one of {', '.join(SINCE)}")
    node = await box.db.read(nodes.get, node_id)
    start = frame.now - SINCE[since][1]
    changes = await box.db.read(store.changes, node_id, start, checked(part), after, AT_ONCE + 1)
    stock = await box.db.read(store.stock, node_id)
    chosen = next((each for each in stock if each.part == part), None)
    found = [(name, value) for name, value in sorted(chosen.items.items()) if fits(find, name, value)] if chosen else []
    return frame.page(
        "inventory/of_node.html", node=node, since=since, spans=SINCE, titles=store.TITLES, only=part, find=find,
        changes=changes[:AT_ONCE], next=changes[AT_ONCE - 1].id if len(changes) > AT_ONCE else None, after=after,
        stock=stock, chosen=chosen, found=found[:MOST_ITEMS], left_out=max(0, len(found) - MOST_ITEMS),
        looks_by=await box.db.read(thresholds.on_node, frame.now, node_id),
    )  # fmt: skip


def fits(find: str, name: str, value: str) -> bool:
    return find.casefold() in f"{name} {value}".casefold()


handlers = [show]
