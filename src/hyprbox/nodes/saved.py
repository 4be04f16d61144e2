"""Queries under a name: `@web` in a query stands for what was saved as web."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hyprbox.audit import store as audit
from hyprbox.errors import Invalid, Missing
from hyprbox.nodes.model import Saved
from hyprbox.nodes.query import parse, words

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")


def every(session: Session) -> Sequence[Saved]:
    return session.scalars(select(Saved).order_by(Saved.name)).all()


def save(session: Session, now: datetime, actor: str, name: str, q: str) -> Saved:
    """One query never leads to another, so none can lead to itself."""
    if not NAME.fullmatch(name):
        raise Invalid(f"name is {name[:80]!a}, expected lower-case letters, digits and . _ -")
    parse(q)
    row = session.get(Saved, name)
    if row is not None and row.q == q:
        return row
    audit.record(session, now, actor, "query.save", name, before=row.q if row else None, after=q)
    if row is None:
        row = Saved(name=name, q=q, made_by=actor, made_at=now)
        session.add(row)
    row.q, row.made_by, row.made_at = q, actor, now
    session.flush()
    return row


def forget(session: Session, now: datetime, actor: str, name: str) -> None:
    if not session.scalars(delete(Saved).where(Saved.name == name).returning(Saved.name)).all():
        raise Missing(f"query @{name} is not known")
    audit.record(session, now, actor, "query.delete", name)


def expand(session: Session, q: str) -> str:
    """Invalid for a name that is not known: it must not silently choose everything."""
    if "@" not in q:
        return q
    return " ".join(_meant(session, word, at) for word, at in words(q))


def _meant(session: Session, word: str, at: int) -> str:
    if not word.startswith("@"):
        return word
    row = session.get(Saved, word[1:])
    if row is None:
        raise Invalid(f"{word[:80]!a} in the query: no query is saved under this name", term=word, at=at)
    return row.q
