"""Runs, newest first."""

from litestar import get
from litestar.params import FromQuery
from litestar.response import Template

from hyprbox.door import TheBox, viewer
from hyprbox.look.frame import TheFrame
from hyprbox.paging import page
from hyprbox.runs.api import look_at_many
from hyprbox.runs.words import in_short, sign

AT_ONCE = 50


@get("/runs", guards=[viewer])
async def index(frame: TheFrame, box: TheBox, after: FromQuery[str | None] = None) -> Template:
    rows = await box.db.read(look_at_many, after, AT_ONCE + 1)
    found = page(rows, AT_ONCE, lambda row: (row[0], sign(row[0]), in_short(*row)), lambda row: row[0].id)
    return frame.page("runs/list.html", runs=found.items, next=found.next, after=after)
