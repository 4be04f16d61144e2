"""Before something risky: is the person still there, or only their browser, in somebody else's hands?

Risky is what can break many things, and what would outlast a stolen session: root on a node, a credential, an address
to which this server sends, a rule by which nobody is told of what is yet to come. What holds back only what is there
already, or shows more, asks nothing.

A form that asks for it is shown again as one question, with all that was in it, and goes on with the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hyprbox.auth import Caller
from hyprbox.box import Box
from hyprbox.errors import Forbidden, Refusal, Unauthenticated
from hyprbox.form import Form
from hyprbox.people import doors, factors, passkeys, passwords, places, store
from hyprbox.people.model import Person
from hyprbox.people.places import Origin
from hyprbox.people.slowly import desk
from hyprbox.presets.catalogue import Risk

LENGTH = timedelta(minutes=15)
MANY_NODES = 10
PASSWORD, CODE, STEP, CREDENTIAL = FIELDS = ("confirm.password", "confirm.code", "confirm.step", "confirm.credential")
ASK = "this needs to know that it is still you"
NO_WAY = (
    "this needs to know that it is still you, and only a link has ever let you in: come in with another one"
    " (`hyprbox user reset {}` on the server prints it), and choose a password then"
)


@dataclass(frozen=True, slots=True)
class Ways:
    """How this person can show that they are there."""

    password: bool
    code: bool
    passkey: bool


class ConfirmFirst(Refusal):
    """`fields` are what the form had, to be sent again with the answer."""

    status, title = 403, "Confirm that it is you"

    def __init__(self, detail: str, ways: Ways, fields: Sequence[tuple[str, str]]) -> None:
        super().__init__(detail)
        self.ways, self.fields = ways, fields


async def require_if_risky(box: Box, caller: Caller, form: Form, preset: str | None, nodes: int = 1) -> None:
    """A script (no preset) may do anything, a preset says of itself that it is risky; on many nodes everything is."""
    known = box.presets.get(preset or "")
    if preset is None or nodes > MANY_NODES or (known and known.risk == Risk.HIGH):
        await require(box, caller, form)


async def require(box: Box, caller: Caller, form: Form) -> None:
    """ConfirmFirst unless the person has proved to be there lately, or does so in this form. Scripts have keys."""
    now = box.clock.now()
    if caller.session is None or caller.person_id is None or caller.confirmed_at is None:
        return
    if now - caller.confirmed_at < LENGTH:
        return
    person, ways = await box.db.read(_who, caller.person_id)
    fields = [(name, value) for name, value in form.all() if name not in FIELDS]
    if not any(form.raw(name) for name in FIELDS):
        raise ConfirmFirst(
            ASK if any((ways.password, ways.code, ways.passkey)) else NO_WAY.format(person.name), ways, fields
        )
    try:
        await _prove(box, person, ways, form, now, inside(caller))
    except Refusal as refusal:
        raise ConfirmFirst(refusal.detail, ways, fields) from None
    await box.db.write(_confirm, now, caller.session, person.id)


async def check_open(box: Box, person: Person, origin: Origin, now: datetime) -> None:
    if await box.db.read(places.is_closed, now, person, origin):
        raise Forbidden("after too many wrong ones nothing is taken in this session for five minutes")


def inside(caller: Caller) -> Origin:
    """Who is in already is kept from guessing there, and by nobody outside."""
    return Origin("", session=caller.session or "")


async def _prove(box: Box, person: Person, ways: Ways, form: Form, now: datetime, origin: Origin) -> None:
    await check_open(box, person, origin, now)
    if form.raw(CREDENTIAL):
        ceremony = await passkeys.ceremony(box.config.public_url)
        used = await box.db.write(passkeys.used, now, ceremony, form.raw(STEP), form.raw(CREDENTIAL))
        fits = used.id == person.id
    elif ways.code:
        fits = await box.db.write(_accept, now, person.id, form.text(CODE), origin)
    else:
        right = await desk.work(passwords.fits, person.password, form.raw(PASSWORD))
        fits = await box.db.write(store.judge, now, person.id, origin, lambda _: right)
    if not fits:
        raise Unauthenticated("the code is wrong or was used already" if ways.code else "the password is wrong")


def _who(session: Session, person_id: str) -> tuple[Person, Ways]:
    person = session.get_one(Person, person_id)
    code = person.totp_secret is not None
    ways = Ways(person.password is not None and not code, code, bool(factors.passkeys_of(session, person_id)))
    return person, ways


def _confirm(session: Session, now: datetime, digest: str, person_id: str) -> None:
    doors.confirm(session, now, digest)
    places.forgive(session, person_id, Origin("", session=digest))


def _accept(session: Session, now: datetime, person_id: str, typed: str, origin: Origin) -> bool:
    return store.judge(session, now, person_id, origin, lambda person: factors.accept(session, now, person, typed))
