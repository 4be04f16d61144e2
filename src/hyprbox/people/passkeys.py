"""Passkeys: who is asked for one, and what of the browser's answer is kept."""

import json
from asyncio import to_thread
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hyprbox.audit import store as audit
from hyprbox.errors import Conflict, Invalid, Missing, Unauthenticated
from hyprbox.people import doorsteps, factors
from hyprbox.people.doorsteps import Kind
from hyprbox.people.factors import PASSKEY_REFUSED
from hyprbox.people.model import Passkey, Person

if TYPE_CHECKING:
    from hyprbox.people.ceremony import Ceremony

Options = dict[str, Any]


def domain(public_url: str) -> str | None:
    """For which passkeys are made; browsers make none for an address of numbers."""
    host = urlsplit(public_url).hostname or ""
    return None if ":" in host or host.replace(".", "").isdecimal() else host


async def ceremony(public_url: str) -> "Ceremony":
    """Its package is read by the first passkey: it takes a quarter of a second and many megabytes, for what few use.
    Not where writes wait for it."""
    kind = await to_thread(_kind)
    return kind(_domain(public_url), _origin(public_url))


def to_add(session: Session, now: datetime, ceremony: "Ceremony", person: Person) -> Options:
    """What the browser needs to make one, and the step with which it comes back."""
    options, challenge = ceremony.ask_to_make(person, factors.passkeys_of(session, person.id))
    return _begun(session, now, options, challenge, person.id)


def to_use(session: Session, now: datetime, ceremony: "Ceremony", person: Person | None = None) -> Options:
    """Of one person, or of whoever is there."""
    known = factors.passkeys_of(session, person.id) if person else []
    options, challenge = ceremony.ask_to_show(known)
    return _begun(session, now, options, challenge, person.id if person else None)


def add(
    session: Session, now: datetime, ceremony: "Ceremony", person_id: str, step: str, answer: str, name: str
) -> Passkey:
    begun = doorsteps.end(session, now, Kind.PASSKEY, step)
    if begun["person"] != person_id:
        raise Unauthenticated(PASSKEY_REFUSED)
    made = ceremony.made(_read(answer), begun["challenge"])
    if session.get(Passkey, made.id):
        raise Conflict("this passkey is known already")
    key = Passkey(
        id=made.id, person_id=person_id, name=name.strip()[:60] or "Passkey", created_at=now,
        public_key=made.public_key, sign_count=made.sign_count,
    )  # fmt: skip
    session.add(key)
    person = session.get_one(Person, person_id)
    audit.record(session, now, person.name, "person.passkey", person.name, added=key.name)
    return key


def used(session: Session, now: datetime, ceremony: "Ceremony", step: str, answer: str) -> Person:
    """Who is there."""
    begun, credential = doorsteps.end(session, now, Kind.PASSKEY, step), _read(answer)
    key = session.get(Passkey, str(credential.get("id")))
    if key is None or begun["person"] not in (None, key.person_id):
        raise Unauthenticated(PASSKEY_REFUSED)
    key.sign_count, key.used_at = ceremony.shown(credential, begun["challenge"], key), now
    person = session.get_one(Person, key.person_id)
    if person.disabled_at is not None:
        raise Unauthenticated(PASSKEY_REFUSED)
    return person


def remove(session: Session, now: datetime, person_id: str, key_id: str) -> None:
    mine = Passkey.id == key_id, Passkey.person_id == person_id
    name = session.scalar(delete(Passkey).where(*mine).returning(Passkey.name))
    if name is None:
        raise Missing("this passkey was removed already")
    person = session.get_one(Person, person_id)
    audit.record(session, now, person.name, "person.passkey", person.name, removed=name)


def _begun(session: Session, now: datetime, options: Options, challenge: str, person_id: str | None) -> Options:
    step = doorsteps.begin(session, now, Kind.PASSKEY, {"challenge": challenge, "person": person_id})
    return {"options": options, "step": step}


def _kind() -> "type[Ceremony]":
    from hyprbox.people.ceremony import Ceremony

    return Ceremony


def _domain(public_url: str) -> str:
    found = domain(public_url)
    if found is None:
        raise Conflict(f"HYPRBOX_PUBLIC_URL is {public_url}, expected a name instead of an address: passkeys need one")
    return found


def _origin(public_url: str) -> str:
    parts = urlsplit(public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _read(answer: str) -> dict[str, Any]:
    try:
        read = json.loads(answer)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise Invalid("the passkey's answer is malformed, expected what the browser made")
    return read
