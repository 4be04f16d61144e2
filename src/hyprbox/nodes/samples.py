"""A node's load over time, as averages and maxima of equal steps."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hyprbox.errors import Invalid
from hyprbox.nodes.model import Sample

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
    bucket = Sample.ts - Sample.ts % step
    load = [of(column) for column in (Sample.cpu, Sample.ram, Sample.disk) for of in (func.avg, func.max)]
    rows = session.execute(
        select(bucket, *load)
        .where(Sample.node_id == node_id, Sample.ts >= int(start.timestamp()), Sample.ts < int(end.timestamp()))
        .group_by(bucket)
        .order_by(bucket)
    )
    return [_point(int(ts), [round(float(value) / 10, 1) for value in values]) for ts, *values in rows]


def _point(ts: int, values: list[float]) -> Point:
    cpu, cpu_max, ram, ram_max, disk, disk_max = values
    return Point(ts=ts, cpu=cpu, cpuMax=cpu_max, ram=ram, ramMax=ram_max, disk=disk, diskMax=disk_max)
