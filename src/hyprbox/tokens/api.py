"""Node tokens over HTTP, for admins. The text of a token is in one answer, once."""

from dataclasses import dataclass

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody

from hyprbox import fresh
from hyprbox.clock import Moment
from hyprbox.door import TheBox, TheCaller, admin
from hyprbox.form import Form
from hyprbox.paging import DEFAULT, Limit, Page, page
from hyprbox.tokens import store
from hyprbox.tokens.views import TokenView, view


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """`nodeId` must be there: null, in so many words, is fleet-wide."""

    nodeId: str | None
    name: str = ""
    expiresAt: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Minted:
    id: str
    token: str


@post("/tokens", guards=[admin])
async def mint(data: JSONBody[NewToken], box: TheBox, caller: TheCaller) -> Minted:
    await fresh.require(box, caller, Form())
    token, text = await box.db.write(store.mint, box.clock.now(), caller.name, data.nodeId, data.name, data.expiresAt)
    return Minted(id=token.id, token=text)


@get("/tokens", guards=[admin])
async def index(box: TheBox, limit: Limit = DEFAULT, cursor: FromQuery[str | None] = None) -> Page[TokenView]:
    rows = await box.db.read(store.page, cursor, limit + 1)
    now = box.clock.now()
    return page(rows, limit, lambda token: view(token, now), lambda token: token.id)


@post("/tokens/{token_id:str}/revocation", guards=[admin])
async def revoke(token_id: FromPath[str], box: TheBox, caller: TheCaller) -> TokenView:
    token = await box.db.write(store.revoke, box.clock.now(), caller.name, token_id)
    return view(token, box.clock.now())


@post("/tokens/{token_id:str}/rotation", guards=[admin])
async def rotate(token_id: FromPath[str], box: TheBox, caller: TheCaller) -> Minted:
    await fresh.require(box, caller, Form())
    token, text = await box.db.write(store.rotate, box.clock.now(), caller.name, token_id)
    return Minted(id=token.id, token=text)


handlers = [mint, index, revoke, rotate]
