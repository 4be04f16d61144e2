"""Disks that fill: a straight line through the hourly averages of the last days says when it will reach the top."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from hyprbox.nodes.history import HOUR
from hyprbox.nodes.model import Rollup

HOURS = 72  # what is looked back on
FEWEST = 24  # points; fewer say nothing
STRAIGHT = 0.7  # how much of the ups and downs the line has to explain
SLOWEST = 5  # tenths of a percent a day; less is noise
TOP = 1000
HORIZON_DAYS = 7.0


@dataclass(frozen=True, slots=True)
class Filling:
    """Percent now and a day, and in how many days that makes a hundred."""

    percent: float
    a_day: float
    days: float


def predict(session: Session, first: str, last: str, end: int) -> dict[str, Filling]:
    """Of the nodes from `first` to `last`, those whose disk is full within a week, as seen at `end` (seconds)."""
    hours = (cast(Rollup.ts, BigInteger) - (end - HOURS * HOUR)) // HOUR
    disk = cast(Rollup.disk, BigInteger)
    sums = [func.count(), *map(func.sum, (hours, disk, hours * hours, hours * disk, disk * disk))]
    rows = select(Rollup.node_id, *sums).where(
        Rollup.node_id.between(first, last), Rollup.step == HOUR, Rollup.ts >= end - HOURS * HOUR, Rollup.ts < end
    )
    lines = {row[0]: line(*map(float, row[1:])) for row in session.execute(rows.group_by(Rollup.node_id))}
    return {node_id: filling for node_id, filling in lines.items() if filling}


def line(n: float, x: float, y: float, xx: float, xy: float, yy: float) -> Filling | None:
    """Least squares, from the sums over all points; None when it leads nowhere within a week."""
    across, up = n * xx - x * x, n * yy - y * y
    if n < FEWEST or across <= 0 or up <= 0:
        return None
    together = n * xy - x * y
    slope = together / across
    if slope * 24 < SLOWEST or together * together < STRAIGHT * across * up:
        return None
    now = min((y - slope * x) / n + slope * HOURS, TOP)
    days = (TOP - now) / slope / 24
    return Filling(now / 10, slope * 2.4, days) if days <= HORIZON_DAYS else None
