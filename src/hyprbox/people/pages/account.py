"""What is mine: my password, my second factor and passkeys, and the browsers in which I am signed in."""

from datetime import datetime

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from hyprbox import fresh
from hyprbox.auth import Caller
from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, viewer
from hyprbox.errors import Forbidden, Missing, Refusal
from hyprbox.form import Form, TheForm
from hyprbox.look.frame import Frame, TheFrame, go
from hyprbox.people import doors, factors, passkeys, passwords, store
from hyprbox.people.model import Person, SignIn
from hyprbox.people.slowly import desk

ACCOUNT = "/dashboard/settings/account"


@get("/settings", guards=[viewer])
async def first() -> Redirect:
    return go(ACCOUNT)


@get("/settings/account", guards=[viewer])
async def show(frame: TheFrame, box: TheBox) -> Template:
    return await _page(frame, box)


@post("/settings/account/password", guards=[viewer], status_code=200)
async def change_password(frame: TheFrame, box: TheBox, form: TheForm) -> Template | Redirect:
    person = await box.db.read(_person, person_id(frame.caller))
    if person.password is None:
        await fresh.require(box, frame.caller, form)  # else a stolen session would be one for good
    try:
        hashed = await _checked(box, frame.caller, person, frame.now, form)
    except Refusal as refusal:
        return await _page(frame, box, refusal)
    await box.db.write(_set_password, frame.now, frame.caller, hashed)
    return go(ACCOUNT)


@post("/settings/account/sessions/{digest:str}/closing", guards=[viewer], status_code=303)
async def close_session(digest: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await box.db.write(_close, person_id(caller), digest)
    return go(ACCOUNT)


async def _checked(box: Box, caller: Caller, person: Person, now: datetime, form: Form) -> str:
    """The digest of the new password, for somebody who knows the old one. With a stolen session nobody guesses it."""
    if person.password:
        origin = fresh.inside(caller)
        await fresh.check_open(box, person, origin, now)
        right = await desk.work(passwords.fits, person.password, form.raw("old"))
        if not await box.db.write(store.judge, now, person.id, origin, lambda _: right):
            raise Forbidden("the old password is wrong")
    return await desk.work(passwords.hashed, form.raw("new"))


async def _page(frame: Frame, box: Box, refusal: Refusal | None = None) -> Template:
    me = person_id(frame.caller)
    return frame.page(
        "people/account.html",
        refusal.status if refusal else 200,
        person=await box.db.read(_person, me),
        sessions=await box.db.read(doors.sessions_of, me, frame.now),
        passkeys=await box.db.read(factors.passkeys_of, me),
        codes_left=await box.db.read(factors.codes_left, me),
        can_have_passkeys=passkeys.domain(box.config.public_url) is not None,
        refusal=refusal,
    )


def person_id(caller: Caller) -> str:
    if caller.person_id is None:
        raise Forbidden(f"{caller.name} is no person, expected somebody who is signed in")
    return caller.person_id


def _person(session: Session, person_id: str) -> Person:
    return session.get_one(Person, person_id)


def _set_password(session: Session, now: datetime, caller: Caller, hashed: str) -> None:
    """Whoever may have stolen the old one is signed out."""
    me = person_id(caller)
    store.set_password(session, now, caller.name, me, hashed)
    doors.close_others(session, me, caller.session or "")


def _close(session: Session, person_id: str, digest: str) -> None:
    row = session.get(SignIn, digest)
    if row is None or row.person_id != person_id:
        raise Missing("this session has ended already")
    doors.close(session, digest)
