"""API keys, for the scripts of people. A key never may more than the person whose it is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox import ids, secret
from hyprbox.audit import store as audit
from hyprbox.errors import Forbidden, Invalid, Missing
from hyprbox.facts import store as facts
from hyprbox.people.model import ApiKey, Person, Role

KIND = "hbak_"
LONGEST_NAME = 100


def create(
    session: Session, now: datetime, actor: str, name: str, role: Role, person_id: str | None = None
) -> tuple[ApiKey, str]:
    """The row and the key's text, which is nowhere else from here on. `person_id`: whose it is, if anybody's."""
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(f"name has {len(name)} characters, expected 1 to {LONGEST_NAME}")
    person = session.get(Person, person_id) if person_id else None
    if person and not Role(person.role).covers(role):
        raise Forbidden(f"{person.name} is {person.role}, expected {role} or more for such a key")
    made = secret.mint(KIND)
    key = ApiKey(
        id=ids.new(), name=name, role=role, prefix=made.prefix, digest=made.digest, created_at=now, created_by=actor,
        person_id=person_id,
    )  # fmt: skip
    session.add(key)
    audit.record(session, now, actor, "key.create", key.id, name=name, role=role)
    return key, made.text


def everyone(session: Session) -> Sequence[ApiKey]:
    return session.scalars(select(ApiKey).order_by(ApiKey.id.desc())).all()


def find(session: Session, text: str) -> tuple[ApiKey, Role] | None:
    """By the prefix, then in constant time. With what it may today: never more than its person, who must be let in."""
    digest = secret.digest(text)
    rows = session.scalars(select(ApiKey).where(ApiKey.prefix == secret.prefix(text), ApiKey.revoked_at.is_(None)))
    key = next((row for row in rows if secret.same(row.digest, digest)), None)
    person = session.get(Person, key.person_id) if key and key.person_id else None
    if key is None or (person and person.disabled_at is not None):
        return None
    return key, min(Role(key.role), Role(person.role if person else key.role), key=list(Role).index)


def revoke(session: Session, now: datetime, actor: str, key_id: str) -> ApiKey:
    key = session.get(ApiKey, key_id)
    if key is None:
        raise Missing(f"key {key_id} does not exist")
    if key.revoked_at is None:
        key.revoked_at = now
        facts.credentials_changed(session, now, key.digest)
        audit.record(session, now, actor, "key.revoke", key_id, name=key.name)
    return key


def revoke_all(session: Session, now: datetime, actor: str, person_id: str) -> None:
    """For good: who is let in again makes new ones."""
    for key in _of(session, person_id):
        revoke(session, now, actor, key.id)


def look_again(session: Session, now: datetime, person_id: str) -> None:
    """What this person may has changed, so it has for their keys."""
    if digests := [key.digest for key in _of(session, person_id)]:
        facts.credentials_changed(session, now, *digests)


def _of(session: Session, person_id: str) -> Sequence[ApiKey]:
    return session.scalars(select(ApiKey).where(ApiKey.person_id == person_id, ApiKey.revoked_at.is_(None))).all()
