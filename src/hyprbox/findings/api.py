"""Findings over HTTP: looked up by everybody, handled by operators."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter, SkipValidation

from hyprbox.box import Box
from hyprbox.clock import Moment
from hyprbox.door import TheBox, TheCaller, operator, viewer
from hyprbox.findings import search, store
from hyprbox.findings.model import Finding, State
from hyprbox.findings.views import FindingView, Recommendation, event_view, view
from hyprbox.paging import DEFAULT, Limit, Page, page
from hyprwire import Severity

Recommend = Callable[[Finding], Recommendation | None]
TheRecommend = NamedDependency[SkipValidation[Recommend]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    reason: str = ""
    until: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolving:
    reason: str = ""


@get("/findings", guards=[viewer])
async def index(
    box: TheBox,
    recommend: TheRecommend,
    nodeId: FromQuery[str | None] = None,
    type: FromQuery[str | None] = None,
    severity: FromQuery[Severity | None] = None,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    q: FromQuery[str] = "",
    limit: Limit = DEFAULT,
    cursor: FromQuery[str | None] = None,
) -> Page[FindingView]:
    wanted = search.Filter(node_id=nodeId, type=type, severity=severity, state=in_state, q=q)
    rows = await box.db.read(search.page, wanted, cursor, limit + 1)
    seen = await box.db.read(store.last_seen, rows)
    return page(rows, limit, lambda row: view(row, seen[row.id], recommend(row)), search.cursor)


@get("/findings/{finding_id:str}", guards=[viewer])
async def show(finding_id: FromPath[str], box: TheBox, recommend: TheRecommend) -> FindingView:
    return await _view(box, await box.db.read(store.get, finding_id), recommend)


@post("/findings/{finding_id:str}/acknowledgement", guards=[operator], status_code=200)
async def acknowledge(
    finding_id: FromPath[str],
    data: JSONBody[Holding],
    box: TheBox,
    caller: TheCaller,
    recommend: TheRecommend,
) -> FindingView:
    now = box.clock.now()
    return await _view(
        box, await box.db.write(store.acknowledge, now, caller.name, finding_id, data.reason, data.until), recommend
    )


@post("/findings/{finding_id:str}/snooze", guards=[operator], status_code=200)
async def snooze(
    finding_id: FromPath[str],
    data: JSONBody[Holding],
    box: TheBox,
    caller: TheCaller,
    recommend: TheRecommend,
) -> FindingView:
    now = box.clock.now()
    return await _view(
        box, await box.db.write(store.snooze, now, caller.name, finding_id, data.reason, data.until), recommend
    )


@post("/findings/{finding_id:str}/resolution", guards=[operator], status_code=200)
async def resolve(
    finding_id: FromPath[str],
    data: JSONBody[Resolving],
    box: TheBox,
    caller: TheCaller,
    recommend: TheRecommend,
) -> FindingView:
    now = box.clock.now()
    return await _view(
        box, await box.db.write(store.resolve_by_hand, now, caller.name, finding_id, data.reason), recommend
    )


@delete("/findings/{finding_id:str}/acknowledgement", guards=[operator])
async def unacknowledge(finding_id: FromPath[str], box: TheBox, caller: TheCaller) -> None:
    await box.db.write(store.take_up_again, box.clock.now(), caller.name, finding_id, State.ACKNOWLEDGED)


@delete("/findings/{finding_id:str}/snooze", guards=[operator])
async def unsnooze(finding_id: FromPath[str], box: TheBox, caller: TheCaller) -> None:
    await box.db.write(store.take_up_again, box.clock.now(), caller.name, finding_id, State.SNOOZED)


async def _view(box: Box, finding: Finding, recommend: Recommend) -> FindingView:
    seen = await box.db.read(store.last_seen, [finding])
    events = await box.db.read(store.events, finding.id)
    return view(finding, seen[finding.id], recommend(finding), [event_view(event) for event in events])


handlers = [index, show, acknowledge, snooze, resolve, unacknowledge, unsnooze]
