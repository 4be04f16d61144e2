"""Who changed what, when: an append-only chain in which every entry carries the hash of the one before."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, func, insert, select, text
from sqlalchemy.orm import Session

from hyprbox.audit.model import Entry
from hyprbox.clock import to_ms

START = "0" * 64
_ENTRIES = cast(Table, Entry.__table__)
NEWEST = select(_ENTRIES.c.seq, _ENTRIES.c.hash).order_by(_ENTRIES.c.seq.desc()).limit(1)
ADDED = insert(_ENTRIES)


def record(session: Session, now: datetime, actor: str, action: str, target: str, **diff: Any) -> None:
    """In the transaction of the change itself: no change without its entry."""
    session.flush()
    _one_at_a_time(session)
    seq, prev_hash = session.execute(NEWEST).first() or (0, START)
    entry = {"seq": seq + 1, "at": now, "actor": actor, "action": action, "target": target, "diff": diff}
    entry["prev_hash"] = prev_hash
    session.execute(ADDED, entry | {"hash": chained(Entry(**entry))})


def chained(entry: Entry) -> str:
    what = [entry.seq, to_ms(entry.at), entry.actor, entry.action, entry.target, entry.diff]
    text = json.dumps(what, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256((entry.prev_hash + text).encode()).hexdigest()


def page(session: Session, before: int | None, limit: int) -> Sequence[Entry]:
    """Newest first."""
    entries = select(Entry).order_by(Entry.seq.desc()).limit(limit)
    return session.scalars(entries.where(Entry.seq < before) if before else entries).all()


def first_broken(session: Session) -> int | None:
    """The seq of the first entry that does not follow from the one before it. What was dropped is believed."""
    previous = None
    for entry in session.scalars(select(Entry).order_by(Entry.seq)).yield_per(500):
        follows = entry.prev_hash == (START if entry.seq == 1 else previous or entry.prev_hash)
        if not follows or entry.hash != chained(entry):
            return entry.seq
        previous = entry.hash
    return None


def drop_old(session: Session, before: datetime, limit: int) -> int:
    """From its beginning, so that what is left is still a chain, which the newest one goes on. How many went."""
    newest = select(func.max(Entry.seq)).scalar_subquery()
    oldest = select(Entry.seq).where(Entry.at < before, Entry.seq < newest).order_by(Entry.seq).limit(limit)
    return len(session.scalars(delete(Entry).where(Entry.seq.in_(oldest)).returning(Entry.seq)).all())


def _one_at_a_time(session: Session) -> None:
    """The head of a chain has one writer. SQLite has one anyway; elsewhere the lock goes with the transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(7298346001)"))
