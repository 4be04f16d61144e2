"""My second factor: set up with an app, renewed, removed; and my passkeys."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import segno
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from markupsafe import Markup
from sqlalchemy.orm import Session

from hyprbox import fresh
from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, viewer
from hyprbox.errors import Gone, Refusal
from hyprbox.form import TheForm
from hyprbox.look.frame import Frame, TheFrame, go
from hyprbox.people import doorsteps, factors, passkeys
from hyprbox.people.doorsteps import Kind
from hyprbox.people.model import Person
from hyprbox.people.pages.account import ACCOUNT, person_id

if TYPE_CHECKING:
    from hyprbox.people.ceremony import Ceremony

MODULE = 4  # pixels of a square of the picture


@get("/settings/account/second-factor", guards=[viewer])
async def show(frame: TheFrame, box: TheBox) -> Template:
    secret_text = factors.new_secret()
    step = await box.db.write(_begin, frame.now, person_id(frame.caller), secret_text)
    return _page(frame, box, secret_text, step)


@post("/settings/account/second-factor", guards=[viewer], status_code=200)
async def set_up(frame: TheFrame, box: TheBox, form: TheForm) -> Template:
    await fresh.require(box, frame.caller, form)
    step = form.raw("step")
    secret_text = await box.db.read(_begun, frame.now, person_id(frame.caller), step)
    try:
        codes = await box.db.write(_set_up, frame.now, person_id(frame.caller), step, form.text("totp"))
    except Refusal as refusal:
        return _page(frame, box, secret_text, step, refusal)
    return frame.page("people/recovery_codes.html", codes=codes)


@post("/settings/account/second-factor/removal", guards=[viewer], status_code=303)
async def remove(frame: TheFrame, box: TheBox, form: TheForm) -> Redirect:
    await fresh.require(box, frame.caller, form)
    await box.db.write(_remove, frame.now, frame.caller.name, person_id(frame.caller))
    return go(ACCOUNT)


@post("/settings/account/recovery-codes", guards=[viewer], status_code=200)
async def renew_codes(frame: TheFrame, box: TheBox, form: TheForm) -> Template:
    await fresh.require(box, frame.caller, form)
    codes = await box.db.write(_new_codes, frame.now, person_id(frame.caller))
    return frame.page("people/recovery_codes.html", codes=codes)


@post("/settings/account/passkeys/options", guards=[viewer], status_code=200)
async def passkey_options(box: TheBox, caller: TheCaller) -> dict[str, Any]:
    ceremony = await passkeys.ceremony(box.config.public_url)
    return await box.db.write(_to_add, box.clock.now(), ceremony, person_id(caller))


@post("/settings/account/passkeys", guards=[viewer], status_code=303)
async def add_passkey(box: TheBox, caller: TheCaller, form: TheForm) -> Redirect:
    await fresh.require(box, caller, form)
    me, name = person_id(caller), form.text("name")
    step, answer = form.raw("step"), form.raw("credential")
    ceremony = await passkeys.ceremony(box.config.public_url)
    await box.db.write(passkeys.add, box.clock.now(), ceremony, me, step, answer, name)
    return go(ACCOUNT)


@post("/settings/account/passkeys/{key_id:str}/removal", guards=[viewer], status_code=303)
async def remove_passkey(key_id: FromPath[str], box: TheBox, caller: TheCaller, form: TheForm) -> Redirect:
    await fresh.require(box, caller, form)
    await box.db.write(passkeys.remove, box.clock.now(), person_id(caller), key_id)
    return go(ACCOUNT)


@post("/confirm/passkey", guards=[viewer], status_code=200)
async def to_confirm(box: TheBox, caller: TheCaller) -> dict[str, Any]:
    ceremony = await passkeys.ceremony(box.config.public_url)
    return await box.db.write(_to_use, box.clock.now(), ceremony, person_id(caller))


def _page(frame: Frame, box: Box, secret_text: str, step: str, refusal: Refusal | None = None) -> Template:
    host = urlsplit(box.config.public_url).hostname or ""
    picture = segno.make(factors.address(secret_text, frame.caller.name, host), error="m", micro=False)
    return frame.page(
        "people/set_up_factor.html",
        refusal.status if refusal else 200,
        picture=Markup(picture.svg_inline(scale=MODULE, border=2, dark="#13171e", light="#ffffff")),  # ours
        secret=" ".join(secret_text[start : start + 4] for start in range(0, len(secret_text), 4)),
        step=step,
        refusal=refusal,
    )


def _begin(session: Session, now: datetime, me: str, secret_text: str) -> str:
    begun = {"secret": factors.sealed(session, secret_text), "person": me}
    return doorsteps.begin(session, now, Kind.TOTP, begun)


def _begun(session: Session, now: datetime, me: str, step: str) -> str:
    begun = doorsteps.look(session, now, Kind.TOTP, step)
    if begun["person"] != me:
        raise Gone(doorsteps.OVER)
    return factors.opened(session, begun["secret"])


def _set_up(session: Session, now: datetime, me: str, step: str, typed: str) -> list[str]:
    codes = factors.set_up(session, now, me, _begun(session, now, me, step), typed)
    doorsteps.end(session, now, Kind.TOTP, step)
    return codes


def _remove(session: Session, now: datetime, actor: str, me: str) -> None:
    factors.remove(session, now, actor, session.get_one(Person, me))


def _new_codes(session: Session, now: datetime, me: str) -> list[str]:
    return factors.new_codes(session, now, session.get_one(Person, me))


def _to_add(session: Session, now: datetime, ceremony: "Ceremony", me: str) -> dict[str, Any]:
    return passkeys.to_add(session, now, ceremony, session.get_one(Person, me))


def _to_use(session: Session, now: datetime, ceremony: "Ceremony", me: str) -> dict[str, Any]:
    return passkeys.to_use(session, now, ceremony, session.get_one(Person, me))


handlers = [
    show, set_up, remove, renew_codes, passkey_options, add_passkey, remove_passkey, to_confirm,
]  # fmt: skip
