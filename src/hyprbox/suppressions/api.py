"""Suppressions over HTTP: what is known and accepted wherever it comes up."""

from dataclasses import dataclass
from datetime import datetime

from litestar import delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from hyprbox import fresh
from hyprbox.auth import Caller
from hyprbox.box import Box
from hyprbox.clock import Moment
from hyprbox.door import TheBox, TheCaller, operator, viewer
from hyprbox.form import Form
from hyprbox.paging import DEFAULT, Limit, Page, page
from hyprbox.suppressions import store
from hyprbox.suppressions.model import Suppression
from hyprwire import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSuppression:
    """Of a `type`, or one `key` of it, on the nodes of `q`, or on all. `ceiling` is the worst it holds back."""

    type: str = ""
    key: str = ""
    q: str = ""
    ceiling: Severity = Severity.WARN
    reason: str
    until: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionView:
    """`findings` is how many it holds back."""

    id: str
    type: str
    key: str
    q: str
    ceiling: Severity
    reason: str
    madeBy: str
    madeAt: datetime
    until: datetime | None
    findings: int


@get("/suppressions", guards=[viewer])
async def index(box: TheBox, limit: Limit = DEFAULT, cursor: FromQuery[str | None] = None) -> Page[SuppressionView]:
    rows = await box.db.read(store.page, box.clock.now(), cursor, limit + 1)
    held = await box.db.read(store.held, rows)
    return page(rows, limit, lambda one: view(one, held.get(one.id, 0)), lambda one: one.id)


@post("/suppressions", guards=[operator])
async def make(data: JSONBody[NewSuppression], box: TheBox, caller: TheCaller) -> SuppressionView:
    await fresh.require(box, caller, Form())
    made = await begin(box, caller, data)
    return view(made, (await box.db.read(store.held, [made])).get(made.id, 0))


@delete("/suppressions/{suppression_id:str}", guards=[operator])
async def lift(suppression_id: FromPath[str], box: TheBox, caller: TheCaller) -> None:
    await end(box, caller, suppression_id)


async def begin(box: Box, caller: Caller, wanted: NewSuppression) -> Suppression:
    now = box.clock.now()
    made = await box.db.write(
        store.make, now, caller.name, type=wanted.type, key=wanted.key, q=wanted.q, ceiling=wanted.ceiling,
        reason=wanted.reason, until=wanted.until,
    )  # fmt: skip
    while await box.db.write(store.apply, now, made.id):
        pass
    return made


async def end(box: Box, caller: Caller, suppression_id: str) -> None:
    now = box.clock.now()
    await box.db.write(store.lift, now, caller.name, suppression_id)
    while await box.db.write(store.open_again, now, caller.name, suppression_id):
        pass


def view(one: Suppression, findings: int) -> SuppressionView:
    return SuppressionView(
        id=one.id, type=one.type, key=one.key, q=one.q, ceiling=one.ceiling, reason=one.reason, madeBy=one.made_by,
        madeAt=one.made_at, until=one.until, findings=findings,
    )  # fmt: skip


handlers = [index, make, lift]
