"""Nodes over HTTP."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from litestar import delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from hyprbox.door import TheBox, TheCaller, admin, operator, viewer
from hyprbox.nodes import samples, search, store
from hyprbox.nodes.labels import check_labels
from hyprbox.nodes.model import Node, Status
from hyprbox.paging import DEFAULT, Limit, Page, page


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """`openFindings` counts what is OPEN or FIXING."""

    nodeId: str
    hostname: str
    status: str
    lastSeen: datetime
    firstSeen: datetime
    os: str
    cpuPercent: float
    ramPercent: float
    diskPercent: float
    uptimeSeconds: int | None
    agentVersion: str
    ip: str | None
    region: str | None
    kernel: str | None
    architecture: str | None
    labels: dict[str, str]
    openFindings: int
    openCritical: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    labels: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renaming:
    nodeId: str


@get("/nodes", guards=[viewer])
async def index(
    box: TheBox,
    q: FromQuery[str] = "",
    status: FromQuery[Status | None] = None,
    limit: Limit = DEFAULT,
    cursor: FromQuery[str | None] = None,
) -> Page[NodeView]:
    rows = await box.db.read(search.page, q, status, cursor, limit + 1)
    return page(rows, limit, view, lambda node: node.node_id)


@get("/nodes/{node_id:str}", guards=[viewer])
async def show(node_id: FromPath[str], box: TheBox) -> NodeView:
    return view(await box.db.read(store.get, node_id))


@patch("/nodes/{node_id:str}", guards=[operator])
async def label(node_id: FromPath[str], data: JSONBody[Labels], box: TheBox, caller: TheCaller) -> NodeView:
    labels = check_labels(data.labels)
    return view(await box.db.write(store.label, box.clock.now(), caller.name, node_id, labels))


@delete("/nodes/{node_id:str}", guards=[admin])
async def remove(node_id: FromPath[str], box: TheBox, caller: TheCaller) -> None:
    await box.db.write(store.delete_node, box.clock.now(), caller.name, node_id)


@post("/nodes/{node_id:str}/renaming", guards=[admin])
async def rename(node_id: FromPath[str], data: JSONBody[Renaming], box: TheBox, caller: TheCaller) -> NodeView:
    await box.db.write(store.rename, box.clock.now(), caller.name, node_id, data.nodeId)
    return view(await box.db.read(store.get, data.nodeId))


@get("/nodes/{node_id:str}/samples", guards=[viewer])
async def series(
    node_id: FromPath[str],
    box: TheBox,
    since: Annotated[datetime | None, QueryParameter(name="from")] = None,
    to: FromQuery[datetime | None] = None,
    step: FromQuery[int] = 300,
) -> list[samples.Point]:
    end = to or box.clock.now()
    return await box.db.read(samples.series, node_id, since or end - timedelta(days=1), end, step)


def view(node: Node) -> NodeView:
    state = node.state
    return NodeView(
        nodeId=node.node_id, hostname=node.hostname, status=state.status, lastSeen=state.last_seen,
        firstSeen=node.first_seen, os=node.os, cpuPercent=state.cpu / 10, ramPercent=state.ram / 10,
        diskPercent=state.disk / 10, uptimeSeconds=state.uptime_seconds, agentVersion=node.agent_version, ip=node.ip,
        region=node.region, kernel=node.kernel, architecture=node.architecture, labels=node.labels,
        openFindings=state.open_critical + state.open_warn + state.open_info, openCritical=state.open_critical,
    )  # fmt: skip


handlers = [index, show, label, remove, rename, series]
