"""A handful of numbers about the installation: the revision of its credentials, since when its sweeper sees."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from hyprbox.clock import from_ms, to_ms
from hyprbox.facts.model import CredentialChange, Fact
from hyprbox.upsert import insert

REVISION = "revision"
SWEEPING_SINCE = "sweeping_since"
LAST_SWEEP = "last_sweep"
ROLLED_UP = "rolled_up"
KEEPER = "keeper"
EPOCH = "epoch"
UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Changes:
    """`forget` is all there is to forget only if it is `whole`; else some of it is too long ago to be known."""

    revision: int
    now: datetime
    forget: list[str]
    whole: bool
    unconfirmed: bool


def value(session: Session, name: str) -> int:
    return session.scalar(select(Fact.value).where(Fact.name == name)) or 0


def put(session: Session, name: str, value: int) -> None:
    made = insert(session, Fact).values(name=name, value=value)
    session.execute(made.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def begin_epoch(session: Session, now: datetime) -> None:
    """This is a database from yesterday: what has changed since of its credentials nobody knows, so they wait."""
    put(session, EPOCH, value(session, EPOCH) + 1)
    put(session, SWEEPING_SINCE, 0)
    put(session, UNCONFIRMED, 1)
    credentials_changed(session, now)


def confirm(session: Session, now: datetime) -> None:
    put(session, UNCONFIRMED, 0)
    credentials_changed(session, now)


def take_lease(session: Session, name: str, now: datetime, length: timedelta) -> bool:
    """Whose UPDATE finds it free has it until then; others look again later."""
    _be_there(session, name)
    free = update(Fact).where(Fact.name == name, Fact.value < to_ms(now))
    return session.scalar(free.values(value=to_ms(now + length)).returning(Fact.name)) is not None


def credentials_changed(session: Session, now: datetime, *forget: str) -> None:
    """Every process forgets these (digests of secrets, ids of nodes) within a second.

    The revision's row is locked until the commit, so that changes become visible in the order of their numbers.
    """
    _be_there(session, REVISION)
    bumped = update(Fact).where(Fact.name == REVISION).values(value=Fact.value + 1).returning(Fact.value)
    seq = session.scalars(bumped).one()
    session.add(CredentialChange(seq=seq, at=now, forget=list(forget)))


def _be_there(session: Session, name: str) -> None:
    """Put by several processes at the same moment, it is there once."""
    if session.get(Fact, name) is None:
        session.execute(insert(session, Fact).values(name=name, value=0).on_conflict_do_nothing())


def changes_since(session: Session, revision: int) -> Changes:
    current = value(session, REVISION)
    rows = session.scalars(select(CredentialChange).where(CredentialChange.seq > revision)).all()
    forget = [what for row in rows for what in row.forget]
    whole = len(rows) == current - revision
    return Changes(current, time(session), forget, whole, bool(value(session, UNCONFIRMED)))


def drop_old_changes(session: Session, before: datetime) -> None:
    session.execute(delete(CredentialChange).where(CredentialChange.at < before))


def time(session: Session) -> datetime:
    """The database's clock."""
    if session.get_bind().dialect.name == "sqlite":
        return from_ms(session.scalar(text("SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)")) or 0)
    return from_ms(session.scalar(text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)")) or 0)
