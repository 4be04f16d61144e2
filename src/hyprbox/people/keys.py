"""API keys, for the scripts of people."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox import ids, secret
from hyprbox.audit import store as audit
from hyprbox.errors import Missing
from hyprbox.facts import store as facts
from hyprbox.people.model import ApiKey, Role

KIND = "hbak_"


def create(session: Session, now: datetime, actor: str, name: str, role: Role) -> tuple[ApiKey, str]:
    """The row and the key's text, which is nowhere else from here on."""
    made = secret.mint(KIND)
    key = ApiKey(
        id=ids.new(), name=name, role=role, prefix=made.prefix, digest=made.digest, created_at=now, created_by=actor
    )
    session.add(key)
    audit.record(session, now, actor, "key.create", key.id, name=name, role=role)
    return key, made.text


def everyone(session: Session) -> Sequence[ApiKey]:
    return session.scalars(select(ApiKey).order_by(ApiKey.id.desc())).all()


def find(session: Session, text: str) -> ApiKey | None:
    """By the prefix, then in constant time."""
    digest = secret.digest(text)
    rows = session.scalars(select(ApiKey).where(ApiKey.prefix == secret.prefix(text), ApiKey.revoked_at.is_(None)))
    return next((row for row in rows if secret.same(row.digest, digest)), None)


def revoke(session: Session, now: datetime, actor: str, key_id: str) -> ApiKey:
    key = session.get(ApiKey, key_id)
    if key is None:
        raise Missing(f"key {key_id} does not exist")
    if key.revoked_at is None:
        key.revoked_at = now
        facts.credentials_changed(session, now, key.digest)
        audit.record(session, now, actor, "key.revoke", key_id, name=key.name)
    return key
