"""The door: a name and a password, or what is wrong with them."""

import re

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from hyprbox import visitor
from hyprbox.box import Box
from hyprbox.door import HttpRequest, TheBox, TheCaller, viewer
from hyprbox.errors import Forbidden, Refusal, Unauthenticated
from hyprbox.form import TheForm
from hyprbox.look.frame import go, html
from hyprbox.people import doors, passwords, store
from hyprbox.people.model import Person
from hyprbox.people.pages import session
from hyprbox.people.pages.slowly import desk
from hyprbox.words import exact

HOME = "/dashboard"
OURS = re.compile(r"/dashboard(?:[/?][!-~]*)?")


@get("/sign-in")
async def show(request: HttpRequest, next: FromQuery[str] = HOME) -> Template | Redirect:
    if request.user is not None:
        return go(local(next))
    return page(next=local(next))


@post("/sign-in", status_code=200)
async def sign_in(request: HttpRequest, box: TheBox, form: TheForm) -> Template | Redirect:
    visitor.check_own_page(request.headers)
    name, after = form.text("name"), local(form.text("next"))
    try:
        person = await known(box, name, form.raw("password"))
    except Refusal as refusal:
        return page(refusal.status, name=name, refusal=refusal, next=after)
    return await session.let_in(box, request, person, after)


@post("/sign-out", guards=[viewer], status_code=303)
async def sign_out(box: TheBox, caller: TheCaller) -> Redirect:
    if caller.session:
        await box.db.write(doors.close, caller.session)
    answer = go("/dashboard/sign-in")
    answer.cookies.append(session.cookie(box, ""))
    return answer


async def known(box: Box, name: str, password: str) -> Person:
    """Unauthenticated for a name that does not exist as for a wrong password, and as slowly."""
    person = await box.db.read(_by_name, name)
    now = box.clock.now()
    if person and person.locked_until and person.locked_until > now:
        raise Forbidden(f"{person.name} is locked until {exact(person.locked_until)}, after too many wrong passwords")
    if not await desk.work(passwords.fits, person.password if person else None, password) or person is None:
        await box.db.write(store.note_failure, now, name)
        raise Unauthenticated("name or password is wrong")
    return person


def local(path: str) -> str:
    """Only ever a page of ours, whoever wrote the link."""
    return path if OURS.fullmatch(path) else HOME


def page(status: int = 200, **context: object) -> Template:
    return html("people/sign_in.html", status, **({"name": "", "refusal": None} | context))


def _by_name(session: Session, name: str) -> Person | None:
    person = store.by_name(session, name)
    return person if person and person.disabled_at is None else None
