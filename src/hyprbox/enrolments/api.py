"""Enrolment codes over HTTP: made and revoked by admins, exchanged by whoever holds one."""

from dataclasses import dataclass, field
from datetime import datetime

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody

from hyprbox import fresh
from hyprbox.door import TheBox, TheCaller, admin
from hyprbox.enrolments import store
from hyprbox.enrolments.line import line
from hyprbox.enrolments.model import Enrolment
from hyprbox.errors import Invalid
from hyprbox.form import Form
from hyprbox.paging import DEFAULT, Limit, Page, page
from hyprwire.names import check_node_id

LONGEST_HOSTNAME = 253
LARGEST_EXCHANGE = 16 * 1024  # it comes from a stranger


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEnrolment:
    """`nodeId` null: each node says what it is called. `expiresAt` null: in a quarter of an hour."""

    nodeId: str | None = None
    uses: int = 1
    labels: dict[str, str] = field(default_factory=dict)
    expiresAt: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MintedEnrolment:
    """`line` is what to run, as root, on the machine that is to become a node."""

    id: str
    code: str
    expiresAt: datetime
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentView:
    id: str
    nodeId: str | None
    labels: dict[str, str]
    state: str
    uses: int
    used: int
    createdAt: datetime
    createdBy: str
    expiresAt: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    code: str
    nodeId: str
    hostname: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    nodeId: str
    token: str


@post("/enrolments", guards=[admin])
async def mint(data: JSONBody[NewEnrolment], box: TheBox, caller: TheCaller) -> MintedEnrolment:
    if lasts(data):
        await fresh.require(box, caller, Form())
    enrolment, code = await box.db.write(
        store.mint, box.clock.now(), caller.name, data.nodeId, data.uses, data.labels, data.expiresAt
    )
    return MintedEnrolment(
        id=enrolment.id, code=code, expiresAt=enrolment.expires_at, line=line(box.config.public_url, code)
    )


@get("/enrolments", guards=[admin])
async def index(box: TheBox, limit: Limit = DEFAULT, cursor: FromQuery[str | None] = None) -> Page[EnrolmentView]:
    rows = await box.db.read(store.page, cursor, limit + 1)
    now = box.clock.now()
    return page(rows, limit, lambda row: view(row, now), lambda row: row.id)


@post("/enrolments/{enrolment_id:str}/revocation", guards=[admin])
async def revoke(enrolment_id: FromPath[str], box: TheBox, caller: TheCaller) -> EnrolmentView:
    enrolment = await box.db.write(store.revoke, box.clock.now(), caller.name, enrolment_id)
    return view(enrolment, box.clock.now())


@post("/enrolment", request_max_body_size=LARGEST_EXCHANGE)
async def exchange(data: JSONBody[Exchange], box: TheBox) -> Enrolled:
    """Nobody is asked who they are: the code says it."""
    try:
        check_node_id("nodeId", data.nodeId)
    except ValueError as error:
        raise Invalid(str(error)) from None
    hostname = data.hostname[:LONGEST_HOSTNAME].replace("\0", "\N{REPLACEMENT CHARACTER}")
    token = await box.db.write(store.exchange, box.clock.now(), data.code, data.nodeId, hostname)
    return Enrolled(nodeId=data.nodeId, token=token)


def lasts(wanted: NewEnrolment) -> bool:
    """Is it more than the next quarter of an hour of one new node? A name may be that of a node that is there."""
    return wanted.uses != 1 or wanted.nodeId is not None or wanted.expiresAt is not None


def view(enrolment: Enrolment, now: datetime) -> EnrolmentView:
    return EnrolmentView(
        id=enrolment.id, nodeId=enrolment.for_node, labels=enrolment.labels, state=enrolment.state(now),
        uses=enrolment.uses, used=enrolment.used, createdAt=enrolment.created_at, createdBy=enrolment.created_by,
        expiresAt=enrolment.expires_at,
    )  # fmt: skip


handlers = [mint, index, revoke, exchange]
