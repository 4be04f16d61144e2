"""A link that lets one person in once. Looking at it uses nothing up: mail programs look at every link."""

from datetime import datetime

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from hyprbox import visitor
from hyprbox.door import HttpRequest, TheBox
from hyprbox.errors import Gone, Refusal
from hyprbox.form import Form, TheForm
from hyprbox.look.frame import html
from hyprbox.people import doors, passwords, store
from hyprbox.people.model import Person
from hyprbox.people.pages import session
from hyprbox.people.slowly import desk

OVER = "this link was used or is older than 15 minutes, ask for another one"


@get("/welcome/{link:str}")
async def show(link: FromPath[str], box: TheBox) -> Template:
    person = await box.db.read(_of_link, link, box.clock.now())
    return html("people/welcome.html", person=person, link=link, refusal=None)


@post("/welcome/{link:str}", status_code=200)
async def enter(link: FromPath[str], request: HttpRequest, box: TheBox, form: TheForm) -> Template | Redirect:
    visitor.check_own_page(request.headers)
    person = await box.db.read(_of_link, link, box.clock.now())
    try:
        hashed = await _hashed(form)
    except Refusal as refusal:
        return html("people/welcome.html", refusal.status, person=person, link=link, refusal=refusal)
    return await session.let_in(box, request, await box.db.write(_consume, box.clock.now(), link, hashed))


async def _hashed(form: Form) -> str | None:
    password = form.raw("password")
    return await desk.work(passwords.hashed, password) if password else None


def _of_link(session: Session, link: str, now: datetime) -> Person:
    person = doors.of_link(session, link, now)
    if person is None:
        raise Gone(OVER)
    return person


def _consume(session: Session, now: datetime, link: str, hashed: str | None) -> Person:
    person = doors.consume(session, now, link)
    if person is None:
        raise Gone(OVER)
    if hashed:
        store.set_password(session, now, person.name, person.id, hashed)
    return person
