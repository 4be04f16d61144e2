"""People who come in by single sign-on: known by their subject, with the role that their groups give them today."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.audit import store as audit
from hyprbox.errors import Conflict, Forbidden
from hyprbox.people import keys, store
from hyprbox.people.model import Person, Role

EVERYBODY = "*"

Groups = Sequence[tuple[str, str]]


def role_of(mapping: Groups, groups: Iterable[str]) -> Role | None:
    """The highest that any of the groups gives."""
    has = {*groups, EVERYBODY}
    given = [Role(role) for group, role in mapping if group in has]
    return max(given, key=list(Role).index, default=None)


def arrive(session: Session, now: datetime, subject: str, name: str, role: Role | None) -> Person:
    """Made at the first time. A name alone never leads into the account of somebody else who has it."""
    if role is None:
        raise Forbidden(f"{name} is in no group that may come in, ask an administrator of the single sign-on")
    person = session.scalar(select(Person).where(Person.subject == subject))
    if person is None:
        person = _make(session, now, subject, name, role)
    if person.disabled_at is not None:
        raise Forbidden(f"{person.name} is disabled here, ask an administrator")
    if person.role != role:
        audit.record(session, now, "single sign-on", "person.role", person.name, was=person.role, role=role)
        person.role = role
        keys.look_again(session, now, person.id)
    return person


def _make(session: Session, now: datetime, subject: str, name: str, role: Role) -> Person:
    if store.by_name(session, name):
        raise Conflict(f"somebody called {name} exists here with another way in, ask an administrator")
    person = store.create(session, now, "single sign-on", name, role)
    person.subject = subject
    session.flush()
    return person
