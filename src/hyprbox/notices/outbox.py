"""Messages on their way: taken by one process, sent, tried again later, or given up.

Who dies while it sends leaves its lease behind; after that another one sends it again. So a message comes once, or,
after such a death, perhaps twice with the same id; it is never lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from hyprbox.errors import Refusal
from hyprbox.notices.model import Channel, Delivery, Sent
from hyprbox.sealing import CHANNELS, unseal

AT_ONCE = 10
LEASE = timedelta(minutes=3)
FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=2)
ATTEMPTS = 10  # the last one comes about nine hours after the first
GONE = "its channel is gone"


@dataclass(frozen=True, slots=True)
class Letter:
    """All that sending needs."""

    id: str
    url: str
    signs: str
    title: str
    body: str
    data: dict[str, object]
    made_at: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`error` is empty when it has arrived."""

    id: str
    error: str


def has_work(session: Session, now: datetime) -> bool:
    """Cheap, for it is asked all the time."""
    return bool(session.scalar(select(select(Delivery.id).where(_free(now)).limit(1).exists())))


def take(session: Session, now: datetime, key_file: Path) -> list[Letter]:
    """Whoever's update finds the row as it was has it."""
    free = _free(now)
    first = select(Delivery.id).where(free).order_by(Delivery.due_at).limit(AT_ONCE)
    mine = update(Delivery).where(Delivery.id.in_(first), free)
    mine = mine.values(state=Sent.SENDING, attempts=Delivery.attempts + 1, due_at=now + LEASE)
    taken = session.scalars(mine.returning(Delivery).execution_options(populate_existing=True)).all()
    return [letter for each in sorted(taken, key=lambda row: row.id) if (letter := _letter(session, each, key_file))]


def _free(now: datetime) -> ColumnElement[bool]:
    """Waiting and due, or taken by somebody whose lease is over."""
    return and_(Delivery.state.in_([Sent.WAITING, Sent.SENDING]), Delivery.due_at <= now)


def note(session: Session, now: datetime, outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        row = session.get(Delivery, outcome.id, populate_existing=True)
        if row is None or row.state != Sent.SENDING:
            continue
        row.error = outcome.error[:500]
        if not outcome.error:
            row.state, row.sent_at = Sent.SENT, now
        elif row.attempts >= ATTEMPTS:
            row.state = Sent.DEAD
        else:
            row.state, row.due_at = Sent.WAITING, now + min(FIRST * 2 ** (row.attempts - 1), LONGEST)


def _letter(session: Session, row: Delivery, key_file: Path) -> Letter | None:
    channel = session.get(Channel, row.channel_id)
    try:
        opened = unseal(key_file, CHANNELS, channel.sealed) if channel else None
    except Refusal as refusal:
        opened, row.error = None, refusal.detail
    if opened is None:
        row.state, row.error = Sent.DEAD, row.error or GONE
        return None
    signs, _, url = opened.partition(" ")
    return Letter(row.id, url, signs, row.title, row.body, row.data, row.made_at.isoformat())
