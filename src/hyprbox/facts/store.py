"""A handful of numbers about the installation: the revision of its credentials, since when its sweeper sees."""

from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from hyprbox.clock import from_ms
from hyprbox.facts.model import Fact

REVISION = "revision"
SWEEPING_SINCE = "sweeping_since"
LAST_SWEEP = "last_sweep"


def value(session: Session, name: str) -> int:
    return session.scalar(select(Fact.value).where(Fact.name == name)) or 0


def put(session: Session, name: str, value: int) -> None:
    session.merge(Fact(name=name, value=value))


def credentials_changed(session: Session) -> None:
    """Every process forgets what it has cached of tokens, keys and sessions within a second."""
    bumped = update(Fact).where(Fact.name == REVISION).values(value=Fact.value + 1).returning(Fact.value)
    if session.scalar(bumped) is None:
        session.add(Fact(name=REVISION, value=1))


def time(session: Session) -> datetime:
    """The database's clock."""
    if session.get_bind().dialect.name == "sqlite":
        return from_ms(session.scalar(text("SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)")) or 0)
    return from_ms(session.scalar(text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)")) or 0)


def revision_and_time(session: Session) -> tuple[int, datetime]:
    return value(session, REVISION), time(session)
