"""What becomes of samples: hours and days of averages and maxima, for some nodes at a time.

Rolling up is idempotent, so it may stop anywhere and be done again, by any process.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, cast, delete, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hyprbox.nodes.model import Node, Rollup, Sample
from hyprbox.upsert import insert

HOUR, DAY = 3600, 86400
LOAD = ("cpu", "ram", "disk")


def nodes_after(session: Session, after: str, limit: int) -> Sequence[str]:
    return session.scalars(select(Node.node_id).where(Node.node_id > after).order_by(Node.node_id).limit(limit)).all()


def roll_hour(session: Session, first: str, last: str, start: int) -> None:
    """The hour from `start` (seconds) on, of the nodes from `first` to `last`."""
    load = [of(getattr(Sample, name)) for name in LOAD for of in (_average, func.max)]
    rows = select(Sample.node_id, literal(HOUR), literal(start), *load).where(
        Sample.node_id.between(first, last), Sample.ts >= start, Sample.ts < start + HOUR
    )
    _put(session, rows.group_by(Sample.node_id))


def roll_day(session: Session, first: str, last: str, start: int) -> None:
    """The day from `start` on, from its hours."""
    load = [
        part for name in LOAD for part in (_average(getattr(Rollup, name)), func.max(getattr(Rollup, f"{name}_max")))
    ]
    rows = select(Rollup.node_id, literal(DAY), literal(start), *load).where(
        Rollup.node_id.between(first, last), Rollup.step == HOUR, Rollup.ts >= start, Rollup.ts < start + DAY
    )
    _put(session, rows.group_by(Rollup.node_id))


def drop_samples(session: Session, first: str, last: str, before: datetime) -> None:
    old = Sample.node_id.between(first, last), Sample.ts < int(before.timestamp())
    session.execute(delete(Sample).where(*old))


def drop_rollups(session: Session, first: str, last: str, step: int, before: datetime) -> None:
    old = Rollup.node_id.between(first, last), Rollup.step == step, Rollup.ts < int(before.timestamp())
    session.execute(delete(Rollup).where(*old))


def _average(column: InstrumentedAttribute[int]) -> ColumnElement[int]:
    return cast(func.round(func.avg(column)), Integer)


def _put(session: Session, rows: Select[Any]) -> None:
    columns = ["node_id", "step", "ts", *(f"{name}{end}" for name in LOAD for end in ("", "_max"))]
    made = insert(session, Rollup).from_select(columns, rows)
    changed = {name: made.excluded[name] for name in columns[3:]}
    session.execute(made.on_conflict_do_update(index_elements=["node_id", "step", "ts"], set_=changed))
