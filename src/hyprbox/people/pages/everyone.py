"""People, for admins: invited with a link, disabled, let in again."""

from datetime import datetime

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from hyprbox import fresh
from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, admin
from hyprbox.errors import Invalid, Refusal
from hyprbox.form import Form, TheForm
from hyprbox.look.frame import Frame, TheFrame, go
from hyprbox.people import doors, store
from hyprbox.people.model import Role


@get("/settings/people", guards=[admin])
async def index(frame: TheFrame, box: TheBox) -> Template:
    return await _page(frame, box)


@post("/settings/people", guards=[admin], status_code=200)
async def invite(frame: TheFrame, box: TheBox, form: TheForm) -> Template:
    await fresh.require(box, frame.caller, form)  # else a stolen session would be an account for good
    try:
        name, role = form.text("name"), role_of(form)
        text = await box.db.write(_invite, frame.now, frame.caller.name, name, role)
    except Refusal as refusal:
        return await _page(frame, box, form=form, refusal=refusal)
    return await _page(frame, box, invited=name, link=doors.address(box.config.public_url, text))


@post("/settings/people/{name:str}/reset", guards=[admin], status_code=200)
async def reset(name: FromPath[str], frame: TheFrame, box: TheBox, form: TheForm) -> Template:
    await fresh.require(box, frame.caller, form)
    text = await box.db.write(store.reset, frame.now, frame.caller.name, name)
    return await _page(frame, box, invited=name, link=doors.address(box.config.public_url, text))


@post("/settings/people/{name:str}/disabling", guards=[admin], status_code=303)
async def disable(name: FromPath[str], box: TheBox, caller: TheCaller, form: TheForm) -> Redirect:
    await fresh.require(box, caller, form)
    await box.db.write(store.disable, box.clock.now(), caller.name, name)
    return go("/dashboard/settings/people")


def role_of(form: Form) -> Role:
    text = form.text("role")
    if text not in list(Role):
        raise Invalid(f"role is {text[:80]!a}, expected one of {', '.join(Role)}")
    return Role(text)


async def _page(
    frame: Frame, box: Box, form: Form | None = None, refusal: Refusal | None = None, invited: str = "", link: str = ""
) -> Template:
    return frame.page(
        "people/everyone.html",
        refusal.status if refusal else 200,
        people=await box.db.read(store.everyone),
        typed=form or Form(),
        refusal=refusal,
        invited=invited,
        link=link,
        roles=list(Role),
    )


def _invite(session: Session, now: datetime, actor: str, name: str, role: Role) -> str:
    return doors.link(session, now, store.create(session, now, actor, name, role))
