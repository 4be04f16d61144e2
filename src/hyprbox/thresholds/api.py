"""Thresholds over HTTP: which there are, and what counts on a node."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from litestar import delete, get, put
from litestar.params import FromPath, JSONBody

from hyprbox import fresh
from hyprbox.door import TheBox, TheCaller, admin, viewer
from hyprbox.form import Form
from hyprbox.nodes import store as nodes
from hyprbox.paging import Page
from hyprbox.thresholds import store
from hyprbox.thresholds.model import Rule
from hyprbox.thresholds.store import OnNode


@dataclass(frozen=True, slots=True, kw_only=True)
class NewThreshold:
    """`settings` such as `{"diskWarnPercent": 75, "scannersOff": ["smart"]}`, for the nodes that `q` chooses."""

    q: str
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdView:
    name: str
    q: str
    settings: dict[str, Any]
    madeBy: str
    madeAt: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InForceView:
    """`threshold` says so, null: it is what the agent does by itself. `own`: the host says otherwise."""

    name: str
    value: int | list[str]
    threshold: str | None
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OnNodeView:
    """`taken`: its agent looks by exactly this. `takenAt` is since when it says what it says, `refused` why not."""

    nodeId: str
    items: list[InForceView]
    taken: bool
    takenAt: datetime | None
    refused: str


@get("/thresholds", guards=[viewer])
async def thresholds(box: TheBox) -> Page[ThresholdView]:
    """In the order in which they count: each says more than those before it."""
    return Page([view(row) for row in await box.db.read(store.every)], None)


@put("/thresholds/{name:str}", guards=[admin])
async def put_threshold(
    name: FromPath[str], data: JSONBody[NewThreshold], box: TheBox, caller: TheCaller
) -> ThresholdView:
    if store.blinds(data.settings):
        await fresh.require(box, caller, Form())
    what = name, data.q, data.settings
    return view(await box.db.write(store.put, box.clock.now(), caller.name, *what))


@delete("/thresholds/{name:str}", guards=[admin])
async def remove(name: FromPath[str], box: TheBox, caller: TheCaller) -> None:
    await box.db.write(store.remove, box.clock.now(), caller.name, name)


@get("/nodes/{node_id:str}/thresholds", guards=[viewer])
async def of_node(node_id: FromPath[str], box: TheBox) -> OnNodeView:
    """What counts there, and whether its agent looks by it."""
    await box.db.read(nodes.get, node_id)
    return on_node_view(node_id, await box.db.read(store.on_node, box.clock.now(), node_id))


def view(rule: Rule) -> ThresholdView:
    return ThresholdView(
        name=rule.name, q=rule.q, settings=rule.settings, madeBy=rule.made_by, madeAt=rule.made_at
    )  # fmt: skip


def on_node_view(node_id: str, found: OnNode) -> OnNodeView:
    return OnNodeView(
        nodeId=node_id,
        items=[InForceView(name=row.name, value=row.value, threshold=row.rule or None, own=row.own)
               for row in found.settings],
        taken=found.is_taken,
        takenAt=found.taken.at if found.taken else None,
        refused=found.taken.refused if found.taken else "",
    )  # fmt: skip


handlers = [thresholds, put_threshold, remove, of_node]
