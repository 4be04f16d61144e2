"""API keys for scripts, for admins. The text of a key is on one page, once."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from hyprbox import fresh
from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, admin
from hyprbox.errors import Refusal
from hyprbox.form import Form, TheForm
from hyprbox.look.frame import Frame, TheFrame, go
from hyprbox.people import keys
from hyprbox.people.model import Role
from hyprbox.people.pages.everyone import role_of


@get("/settings/keys", guards=[admin])
async def index(frame: TheFrame, box: TheBox) -> Template:
    return await _page(frame, box)


@post("/settings/keys", guards=[admin], status_code=200)
async def create(frame: TheFrame, box: TheBox, form: TheForm) -> Template:
    await fresh.require(box, frame.caller, form)  # else a stolen session would be a key for good
    try:
        wanted = form.text("name"), role_of(form), frame.caller.owner
        _, text = await box.db.write(keys.create, frame.now, frame.caller.name, *wanted)
    except Refusal as refusal:
        return await _page(frame, box, form=form, refusal=refusal)
    return await _page(frame, box, made=text)


@post("/settings/keys/{key_id:str}/revocation", guards=[admin], status_code=303)
async def revoke(key_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await box.db.write(keys.revoke, box.clock.now(), caller.name, key_id)
    return go("/dashboard/settings/keys")


async def _page(
    frame: Frame, box: Box, form: Form | None = None, refusal: Refusal | None = None, made: str = ""
) -> Template:
    return frame.page(
        "people/keys.html",
        refusal.status if refusal else 200,
        keys=await box.db.read(keys.everyone),
        typed=form or Form(),
        refusal=refusal,
        made=made,
        roles=list(Role),
    )
