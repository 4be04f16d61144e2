"""Node tokens, for admins. The text of a token is on one page, once."""

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from hyprbox import fresh
from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, admin
from hyprbox.errors import Invalid, Refusal
from hyprbox.form import Form, TheForm
from hyprbox.look.frame import Frame, TheFrame, go
from hyprbox.paging import page
from hyprbox.tokens import store
from hyprbox.tokens.lifetime import LIFETIMES, ends
from hyprbox.tokens.made import Made

AT_ONCE = 50


@get("/settings/tokens", guards=[admin])
async def index(frame: TheFrame, box: TheBox, after: FromQuery[str | None] = None) -> Template:
    return await _page(frame, box, after=after)


@post("/settings/tokens", guards=[admin], status_code=200)
async def mint(frame: TheFrame, box: TheBox, form: TheForm) -> Template:
    await fresh.require(box, frame.caller, form)  # a token outlasts a stolen session
    try:
        made = await _mint(frame, box, form)
    except Refusal as refusal:
        return await _page(frame, box, form=form, refusal=refusal)
    return await _page(frame, box, made=made)


@post("/settings/tokens/{token_id:str}/rotation", guards=[admin], status_code=200)
async def rotate(token_id: FromPath[str], frame: TheFrame, box: TheBox, form: TheForm) -> Template:
    await fresh.require(box, frame.caller, form)
    token, text = await box.db.write(store.rotate, frame.now, frame.caller.name, token_id)
    return await _page(frame, box, made=Made(token.name, token.node_id, text, box.config.public_url))


@post("/settings/tokens/{token_id:str}/revocation", guards=[admin], status_code=303)
async def revoke(token_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await box.db.write(store.revoke, box.clock.now(), caller.name, token_id)
    return go("/dashboard/settings/tokens")


async def _mint(frame: Frame, box: Box, form: Form) -> Made:
    node_id, name = _scope(form), form.text("name")
    ending = ends(form.text("lifetime"), frame.now)
    token, text = await box.db.write(store.mint, frame.now, frame.caller.name, node_id, name, ending)
    return Made(token.name, token.node_id, text, box.config.public_url)


def _scope(form: Form) -> str | None:
    """None, the whole fleet, only for somebody who has chosen exactly that."""
    scope = form.text("scope")
    if scope == "fleet":
        return None
    if scope != "node":
        raise Invalid(f"good for is {scope[:80]!a}, expected one node or the whole fleet")
    return form.text("node")


async def _page(
    frame: Frame, box: Box, after: str | None = None, form: Form | None = None,
    made: Made | None = None, refusal: Refusal | None = None,
) -> Template:  # fmt: skip
    rows = await box.db.read(store.page, after, AT_ONCE + 1)
    found = page(rows, AT_ONCE, lambda token: token, lambda token: token.id)
    return frame.page(
        "tokens/list.html",
        refusal.status if refusal else 200,
        tokens=found.items,
        next=found.next,
        after=after,
        made=made,
        refusal=refusal,
        typed=form or Form(),
        lifetimes=LIFETIMES,
    )


handlers = [index, mint, rotate, revoke]
