"""Nodes over HTTP."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from hyprbox import fresh
from hyprbox.door import TheBox, TheCaller, admin, operator, viewer
from hyprbox.errors import Invalid
from hyprbox.form import Form
from hyprbox.nodes import discovery, samples, saved, search, store
from hyprbox.nodes.labels import check_labels
from hyprbox.nodes.model import Node, Saved, Status
from hyprbox.paging import DEFAULT, Limit, Page, page


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """`openFindings` counts what is OPEN or FIXING. `labels` are all it has, `agentLabels` those it brought itself.

    `silentSince` is there when a node that holds polls is not heard any more, long before it is OFFLINE.
    """

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
    agentLabels: dict[str, str]
    lastContact: datetime | None
    silentSince: datetime | None
    execLock: bool
    journalSeq: int | None
    journalHead: str | None
    openFindings: int
    openCritical: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    labels: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQuery:
    q: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """`@name` in a query stands for `q`."""

    name: str
    q: str
    madeBy: str
    madeAt: datetime


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
    rows = await box.db.read(search.page, box.clock.now(), q, status, cursor, limit + 1)
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
    await fresh.require(box, caller, Form())
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
    for name, moment in (("from", since), ("to", to)):
        if moment is not None and moment.tzinfo is None:
            raise Invalid(
                f"{name} is {moment.isoformat()}, expected a time with an offset, such as 2026-11-22T12:00:00Z"
            )
    end = to or box.clock.now()
    return await box.db.read(samples.series, node_id, since or end - timedelta(days=1), end, step)


@get("/discovery/prometheus", guards=[viewer])
async def prometheus(
    box: TheBox, q: FromQuery[str] = "", port: Annotated[int, QueryParameter(ge=1, le=65535)] = 9100
) -> list[discovery.Found]:
    return await box.db.read(discovery.found, box.clock.now(), q, port)


@get("/queries", guards=[viewer])
async def saved_queries(box: TheBox) -> Page[SavedView]:
    return Page([saved_view(row) for row in await box.db.read(saved.every)], None)


@put("/queries/{name:str}", guards=[operator])
async def save(name: FromPath[str], data: JSONBody[NewQuery], box: TheBox, caller: TheCaller) -> SavedView:
    return saved_view(await box.db.write(saved.save, box.clock.now(), caller.name, name, data.q))


@delete("/queries/{name:str}", guards=[operator])
async def forget(name: FromPath[str], box: TheBox, caller: TheCaller) -> None:
    await box.db.write(saved.forget, box.clock.now(), caller.name, name)


def saved_view(row: Saved) -> SavedView:
    return SavedView(name=row.name, q=row.q, madeBy=row.made_by, madeAt=row.made_at)


def view(node: Node) -> NodeView:
    state = node.state
    return NodeView(
        nodeId=node.node_id, hostname=node.hostname, status=state.status, lastSeen=state.last_seen,
        firstSeen=node.first_seen, os=node.os, cpuPercent=state.cpu / 10, ramPercent=state.ram / 10,
        diskPercent=state.disk / 10, uptimeSeconds=state.uptime_seconds, agentVersion=node.agent_version, ip=node.ip,
        region=node.region, kernel=node.kernel, architecture=node.architecture, labels=node.all_labels,
        agentLabels=node.agent_labels or {},
        lastContact=state.last_contact, silentSince=state.silent_since, execLock=state.exec_lock,
        journalSeq=state.journal_seq, journalHead=state.journal_head,
        openFindings=state.open_critical + state.open_warn + state.open_info, openCritical=state.open_critical,
    )  # fmt: skip


handlers = [index, show, label, remove, rename, series, prometheus, saved_queries, save, forget]
