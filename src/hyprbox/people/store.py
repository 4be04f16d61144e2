"""People: who they are, what they may, and what happens when they forget or fail."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hyprbox import ids
from hyprbox.audit import store as audit
from hyprbox.clock import to_ms
from hyprbox.errors import Conflict, Invalid, Missing
from hyprbox.facts import store as facts
from hyprbox.people import doors, factors, keys, places
from hyprbox.people.model import Person, Role
from hyprbox.people.places import Origin

REFUSED = "refused_at_the_door"
NAME = re.compile(r"[\w.@+ -]{1,64}")


def create(session: Session, now: datetime, actor: str, name: str, role: Role) -> Person:
    name = unicodedata.normalize("NFC", name.strip())
    if not NAME.fullmatch(name):
        raise Invalid(f"name is {name!a}, expected 1 to 64 letters, digits, spaces or . @ + - _")
    if by_name(session, name):
        raise Conflict(f"a person called {name} exists already")
    person = Person(id=ids.new(), name=name, role=role, created_at=now)
    session.add(person)
    audit.record(session, now, actor, "person.create", name, role=role)
    return person


def everyone(session: Session) -> Sequence[Person]:
    return session.scalars(select(Person).order_by(Person.name)).all()


def by_name(session: Session, name: str) -> Person | None:
    """However it is typed. Beyond ASCII a database knows no small letters: SQLite never, PostgreSQL by its locale."""
    wanted = spelled(name)
    if wanted.isascii():
        return session.scalar(select(Person).where(func.lower(Person.name) == wanted))
    named = session.execute(select(Person.id, Person.name).order_by(Person.name)).all()
    found = next((who for who, theirs in named if spelled(theirs) == wanted), None)
    return session.get(Person, found) if found else None


def spelled(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip()).lower()


def known(session: Session, name: str) -> Person:
    person = by_name(session, name)
    if person is None:
        raise Missing(f"nobody is called {name}")
    return person


def disable(session: Session, now: datetime, actor: str, name: str) -> Person:
    """Ends their sessions and keys too. The last admin stays: otherwise nobody could let anybody in."""
    person = known(session, name)
    if person.disabled_at is None:
        if person.role == Role.ADMIN and not _other_admins(session, person):
            raise Conflict(f"{person.name} is the last admin, expected another one to remain")
        person.disabled_at = now
        doors.close_all(session, person.id)
        keys.revoke_all(session, now, actor, person.id)
        audit.record(session, now, actor, "person.disable", person.name)
    return person


def _other_admins(session: Session, person: Person) -> Sequence[Person]:
    """Who stay so until the commit: two must not disable each other at the same time."""
    admins = select(Person).where(Person.role == Role.ADMIN, Person.disabled_at.is_(None)).order_by(Person.id)
    there = session.scalars(admins.with_for_update().execution_options(populate_existing=True)).all()
    return [each for each in there if each.id != person.id]


def link(session: Session, now: datetime, actor: str, name: str) -> str:
    """A sign-in link; password, factors and sessions stay as they are."""
    person = known(session, name)
    if person.disabled_at is not None:
        raise Conflict(f"{person.name} is disabled, expected somebody who may come in; a reset ends that too")
    audit.record(session, now, actor, "person.link", person.name)
    return doors.link(session, now, person)


def reset(session: Session, now: datetime, actor: str, name: str) -> str:
    """A new sign-in link. The old password, second factor, passkeys and sessions are gone, a lock and disabling too."""
    person = known(session, name)
    person.password = person.disabled_at = person.locked_until = None
    person.failures = 0
    factors.remove_all(session, now, actor, person)
    doors.close_all(session, person.id)
    places.forget(session, person.id)
    audit.record(session, now, actor, "person.reset", person.name)
    return doors.link(session, now, person)


def set_password(session: Session, now: datetime, actor: str, person_id: str, hashed: str) -> None:
    person = session.get_one(Person, person_id)
    person.password = hashed
    audit.record(session, now, actor, "person.password", person.name)


def judge(session: Session, now: datetime, person_id: str, origin: Origin, fits: Callable[[Person], bool]) -> bool:
    """Tries count one after another: of hundreds that come at once, none lets in once their place is closed."""
    person = session.get(Person, person_id, populate_existing=True, with_for_update=True)
    if person is None or places.is_closed(session, now, person, origin):
        facts.put(session, REFUSED, to_ms(now))  # as slow as a failure: else it would tell which names there are
        return False
    if fits(person):
        return True
    places.note_failure(session, now, person, origin)
    return False
