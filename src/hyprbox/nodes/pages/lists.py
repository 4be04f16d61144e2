"""The list of nodes, worst first."""

from litestar import get
from litestar.params import FromQuery
from litestar.response import Template

from hyprbox.door import TheBox, viewer
from hyprbox.look.frame import TheFrame
from hyprbox.nodes import search
from hyprbox.nodes.chips import chips
from hyprbox.nodes.query import parse
from hyprbox.paging import page

AT_ONCE = 50


@get("/nodes", guards=[viewer])
async def index(frame: TheFrame, box: TheBox, q: FromQuery[str] = "", after: FromQuery[str | None] = None) -> Template:
    rows = await box.db.read(search.worst, parse(q), after, AT_ONCE + 1)
    found = page(rows, AT_ONCE, lambda node: node, search.cursor)
    return frame.page("nodes/list.html", nodes=found.items, next=found.next, after=after, q=q, chips=chips(q))
