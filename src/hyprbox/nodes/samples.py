"""A node's load over time, as averages and maxima of equal steps: recent from its heartbeats, older from rollups."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hyprbox.errors import Invalid
from hyprbox.nodes.history import DAY, HOUR, LOAD
from hyprbox.nodes.model import Rollup, Sample

MOST_POINTS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """`ts` in seconds since 1970, the rest in per cent."""

    ts: int
    cpu: float
    cpuMax: float
    ram: float
    ramMax: float
    disk: float
    diskMax: float


def series(session: Session, node_id: str, start: datetime, end: datetime, step: int) -> list[Point]:
    """One point per `step` seconds that have a sample. Invalid when that would be too many."""
    if end <= start:
        raise Invalid(f"to is {end.isoformat()}, expected a time after from")
    if step < 1 or (end - start).total_seconds() / step > MOST_POINTS:
        raise Invalid(f"step is {step}, expected one that gives at most {MOST_POINTS} points")
    window = int(start.timestamp()), int(end.timestamp())
    found: dict[int, Point] = {}
    for source in (_days, _hours, _raw):  # the finer one wins where both have something
        found |= {point.ts: point for point in _read(session, source(node_id, *window, step))}
    return [found[ts] for ts in sorted(found)]


def _days(node_id: str, start: int, end: int, step: int) -> Select[Any]:
    return _rolled(node_id, start, end, step, DAY)


def _hours(node_id: str, start: int, end: int, step: int) -> Select[Any]:
    return _rolled(node_id, start, end, step, HOUR)


def _rolled(node_id: str, start: int, end: int, step: int, size: int) -> Select[Any]:
    load = [part for name in LOAD for part in (getattr(Rollup, name), getattr(Rollup, f"{name}_max"))]
    rows = _grouped(Rollup.ts, step, load)
    return rows.where(Rollup.node_id == node_id, Rollup.step == size, Rollup.ts >= start, Rollup.ts < end)


def _raw(node_id: str, start: int, end: int, step: int) -> Select[Any]:
    load = [getattr(Sample, name) for name in LOAD for _ in (func.avg, func.max)]
    return _grouped(Sample.ts, step, load).where(Sample.node_id == node_id, Sample.ts >= start, Sample.ts < end)


def _grouped(ts: InstrumentedAttribute[int], step: int, load: Sequence[InstrumentedAttribute[int]]) -> Select[Any]:
    """`load` alternates between what is averaged and what has a maximum."""
    bucket = ts - ts % step
    figures = [(func.max if place % 2 else func.avg)(column) for place, column in enumerate(load)]
    return select(bucket, *figures).group_by(bucket)


def _read(session: Session, rows: Select[Any]) -> list[Point]:
    return [_point(int(ts), [round(float(value) / 10, 1) for value in values]) for ts, *values in session.execute(rows)]


def _point(ts: int, values: list[float]) -> Point:
    cpu, cpu_max, ram, ram_max, disk, disk_max = values
    return Point(ts=ts, cpu=cpu, cpuMax=cpu_max, ram=ram, ramMax=ram_max, disk=disk, diskMax=disk_max)
