"""How the process that answers is itself: what waits in it, what it holds, what its database takes. For admins."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from litestar import get
from litestar.response import Template

from hyprbox.door import TheBox, admin
from hyprbox.look.frame import TheFrame
from hyprbox.overview.pages.home import bars
from hyprbox.vitals import KEPT, Moment
from hyprwire import __version__

COLUMNS = 40


@dataclass(frozen=True, slots=True)
class Figure:
    """`bars` are heights of columns over the last hour, each the worst of its time."""

    name: str
    unit: str
    now: float
    worst: float
    bars: list[int]
    says: str


FIGURES = (
    ("held", "Held requests", "", "polls, pings, live pages"),
    ("commits", "Commits in 30 s", "", "each of all the writes that waited"),
    ("waiting", "Waiting writes", "", "beyond 4,096 it answers 503"),
    ("commit", "Slowest commit", "ms", "with the disk, or PostgreSQL's"),
    ("read", "Slowest read", "ms", "of pages, lists and credentials"),
    ("sweep", "Slowest sweep", "ms", "silent nodes, lost jobs, stale findings"),
    ("memory", "Memory", "MiB", "resident"),
)


@get("/settings/server", guards=[admin])
async def show(frame: TheFrame, box: TheBox) -> Template:
    moments = box.vitals.moments(frame.now)
    return frame.page(
        "overview/server.html", figures=figures(moments), since=moments[0].at, pid=os.getpid(), version=__version__,
        engine="SQLite" if box.db.is_sqlite else "PostgreSQL",
    )  # fmt: skip


def figures(moments: Sequence[Moment]) -> list[Figure]:
    return [_figure([getattr(moment, field) for moment in moments], *words) for field, *words in FIGURES]


def _figure(values: list[float], name: str, unit: str, says: str) -> Figure:
    each = KEPT // COLUMNS
    groups = [max(values[first : first + each]) for first in range(0, len(values), each)]
    return Figure(name, unit, values[-1], max(values), bars([round(group) for group in groups]), says)
