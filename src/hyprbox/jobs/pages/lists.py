"""Jobs, newest first: of the whole fleet, or of one node."""

from typing import Annotated

from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Template

from hyprbox.box import Box
from hyprbox.door import TheBox, viewer
from hyprbox.jobs import store
from hyprbox.jobs.model import Job, State
from hyprbox.jobs.words import SIGNS
from hyprbox.look.frame import TheFrame
from hyprbox.nodes import store as nodes
from hyprbox.paging import Page, page

AT_ONCE = 50

InState = Annotated[State | None, QueryParameter(name="state")]


@get("/jobs", guards=[viewer])
async def index(
    frame: TheFrame,
    box: TheBox,
    in_state: InState = None,
    node: FromQuery[str | None] = None,
    after: FromQuery[str | None] = None,
) -> Template:
    found = await _page(box, node or None, in_state, after)
    return frame.page(
        "jobs/list.html",
        jobs=found.items,
        next=found.next,
        after=after,
        state=in_state,
        only=node,
        node=None,
        states=SIGNS,
    )


@get("/nodes/{node_id:str}/jobs", guards=[viewer])
async def of_node(
    node_id: FromPath[str], frame: TheFrame, box: TheBox, after: FromQuery[str | None] = None
) -> Template:
    node = await box.db.read(nodes.get, node_id)
    found = await _page(box, node_id, None, after)
    return frame.page("jobs/of_node.html", node=node, jobs=found.items, next=found.next, after=after)


async def _page(box: Box, node: str | None, state: State | None, after: str | None) -> Page[Job]:
    rows = await box.db.read(store.page, node, state, after, AT_ONCE + 1)
    return page(rows, AT_ONCE, lambda job: job, lambda job: job.id)
