"""On PostgreSQL samples lie in a partition for each day: one that nobody needs goes at once, not row by row."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

AHEAD = 2  # days, so that midnight finds its partition waiting
PREFIX = "samples_"


def make_ahead(session: Session, now: datetime) -> None:
    if session.get_bind().dialect.name != "postgresql":
        return
    for days in range(AHEAD + 1):
        day = midnight(now) + timedelta(days=days)
        if name_of(day) not in existing(session):
            bounds = int(day.timestamp()), int((day + timedelta(days=1)).timestamp())
            make = "CREATE TABLE IF NOT EXISTS {} PARTITION OF samples FOR VALUES FROM ({}) TO ({})"
            session.execute(text(make.format(name_of(day), *bounds)))


def drop_before(session: Session, before: datetime) -> bool:
    """False where there are no partitions and rows must be deleted instead."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    for name in existing(session):
        if name < name_of(before):  # the day of `before` itself is still needed in part
            session.execute(text(f"DROP TABLE {name}"))
    return True


def existing(session: Session) -> list[str]:
    children = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'samples'::regclass"
    names = [str(name) for name in session.scalars(text(children))]
    return [name for name in names if name.removeprefix(PREFIX).isdecimal()]


def midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def name_of(day: datetime) -> str:
    return f"{PREFIX}{midnight(day):%Y%m%d}"
