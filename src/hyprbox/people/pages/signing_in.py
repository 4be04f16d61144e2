"""The door: a name and a password and perhaps a code, or a passkey; or what is wrong with them."""

import re
from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from hyprbox import visitor
from hyprbox.box import Box
from hyprbox.door import HttpRequest, TheBox, TheCaller, viewer
from hyprbox.errors import Refusal, Unauthenticated
from hyprbox.form import TheForm
from hyprbox.look.frame import go, html
from hyprbox.people import doors, doorsteps, factors, passkeys, passwords, places, slowly, store
from hyprbox.people.doorsteps import Kind
from hyprbox.people.model import Person
from hyprbox.people.pages import session
from hyprbox.people.places import Origin

HOME = "/dashboard"
OURS = re.compile(r"/dashboard(?:[/?][!-~]*)?")


@get("/sign-in")
async def show(request: HttpRequest, box: TheBox, next: FromQuery[str] = HOME) -> Template | Redirect:
    if request.user is not None:
        return go(local(next))
    return page(box, next=local(next))


@post("/sign-in", status_code=200)
async def sign_in(request: HttpRequest, box: TheBox, form: TheForm) -> Template | Redirect:
    visitor.check_own_page(request.headers)
    name, after = form.text("name"), local(form.text("next"))
    try:
        person = await known(box, name, form.raw("password"), session.origin(request, box))
    except Refusal as refusal:
        return page(box, refusal.status, name=name, refusal=refusal, next=after)
    if person.totp_secret is None:
        return await session.let_in(box, request, person, after)
    begun = {"person": person.id, "next": after}
    step = await box.db.write(doorsteps.begin, box.clock.now(), Kind.CODE, begun)
    return html("people/second_factor.html", step=step, refusal=None)


@post("/sign-in/code", status_code=200)
async def second_factor(request: HttpRequest, box: TheBox, form: TheForm) -> Template | Redirect:
    visitor.check_own_page(request.headers)
    step, now = form.raw("step"), box.clock.now()
    begun = await box.db.read(doorsteps.look, now, Kind.CODE, step)
    try:
        person = await _with_code(box, now, begun["person"], form.text("code"), session.origin(request, box))
    except Refusal as refusal:
        return html("people/second_factor.html", refusal.status, step=step, refusal=refusal)
    await box.db.write(doorsteps.end, now, Kind.CODE, step)
    return await session.let_in(box, request, person, begun["next"])


@post("/sign-in/passkey/options", status_code=200)
async def passkey_options(request: HttpRequest, box: TheBox) -> dict[str, Any]:
    visitor.check_own_page(request.headers)
    return await box.db.write(passkeys.to_use, box.clock.now(), await passkeys.ceremony(box.config.public_url))


@post("/sign-in/passkey", status_code=200)
async def passkey(request: HttpRequest, box: TheBox, form: TheForm) -> Template | Redirect:
    visitor.check_own_page(request.headers)
    after, now = local(form.text("next")), box.clock.now()
    try:
        ceremony = await passkeys.ceremony(box.config.public_url)
        person = await box.db.write(passkeys.used, now, ceremony, form.raw("step"), form.raw("credential"))
    except Refusal as refusal:
        return page(box, refusal.status, refusal=refusal, next=after)
    return await session.let_in(box, request, person, after)


@post("/sign-out", guards=[viewer], status_code=303)
async def sign_out(box: TheBox, caller: TheCaller) -> Redirect:
    if caller.session:
        await box.db.write(doors.close, caller.session)
    answer = go("/dashboard/sign-in")
    answer.cookies.append(session.cookie(box, ""))
    return answer


async def known(box: Box, name: str, password: str, origin: Origin) -> Person:
    """Unauthenticated for a name that does not exist as for a wrong password, and for the right one from where nothing
    is taken now: all of them as slowly, and in the same words."""
    now = box.clock.now()
    person, knows_browser = await box.db.read(_by_name, now, name, origin)
    desk = slowly.of(origin, knows_browser)
    fits = await desk.work(passwords.fits, person.password if person else None, password)
    right = await box.db.write(store.judge, now, person.id if person else "", origin, lambda _: fits)
    if person is None or not right:
        raise Unauthenticated("name or password is wrong")
    return person


def local(path: str) -> str:
    """Only ever a page of ours, whoever wrote the link."""
    return path if OURS.fullmatch(path) else HOME


def page(box: Box, status: int = 200, **context: object) -> Template:
    ways = {
        "passkeys": passkeys.domain(box.config.public_url),
        "openid": box.config.oidc_issuer and box.config.oidc_name,
    }
    return html("people/sign_in.html", status, **({"name": "", "refusal": None} | ways | context))


async def _with_code(box: Box, now: datetime, person_id: str, typed: str, origin: Origin) -> Person:
    """As with passwords, who fails too often is kept waiting."""
    person = await box.db.read(_by_id, person_id)
    if not await box.db.write(_accept, now, person_id, typed, origin):
        raise Unauthenticated("the code is wrong or was used already")
    return person


def _by_id(session: Session, person_id: str) -> Person:
    person = session.get(Person, person_id)
    if person is None or person.disabled_at is not None:
        raise Unauthenticated("name or password is wrong")
    return person


def _accept(session: Session, now: datetime, person_id: str, typed: str, origin: Origin) -> bool:
    who = _by_id(session, person_id).id
    return store.judge(session, now, who, origin, lambda person: factors.accept(session, now, person, typed))


def _by_name(session: Session, now: datetime, name: str, origin: Origin) -> tuple[Person | None, bool]:
    """With whether they have come in with this browser before."""
    person = store.by_name(session, name)
    if person is None or person.disabled_at is not None:
        return None, False
    return person, places.knows_browser(session, now, person.id, origin)
