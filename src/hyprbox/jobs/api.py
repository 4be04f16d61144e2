"""Jobs over HTTP. Their state is for everybody, their output for operators, their scripts for admins to send."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream
from sqlalchemy.orm import Session

from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, operator, viewer, while_let_in
from hyprbox.jobs import live, output, store
from hyprbox.jobs.model import State
from hyprbox.jobs.views import JobView, view
from hyprbox.paging import DEFAULT, Limit, Page, page
from hyprbox.people.model import Role

Offset = Annotated[int, QueryParameter(ge=0)]


@get("/jobs", guards=[viewer])
async def index(
    box: TheBox,
    caller: TheCaller,
    nodeId: FromQuery[str | None] = None,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    limit: Limit = DEFAULT,
    cursor: FromQuery[str | None] = None,
) -> Page[JobView]:
    rows = await box.db.read(store.page, nodeId, in_state, cursor, limit + 1)
    shows_title = caller.may(Role.OPERATOR)
    return page(rows, limit, lambda job: view(job, shows_title=shows_title), lambda job: job.id)


@get("/jobs/{job_id:str}", guards=[viewer])
async def show(job_id: FromPath[str], box: TheBox, caller: TheCaller) -> JobView:
    may_see = caller.may(Role.OPERATOR)
    return view(await box.db.read(store.get, job_id), with_script=may_see, shows_title=may_see)


@get("/jobs/{job_id:str}/output", guards=[operator])
async def read(job_id: FromPath[str], box: TheBox, offset: Offset = 0) -> Stream:
    await box.db.read(store.get, job_id)
    return Stream(_pieces(box, job_id, offset), media_type="text/plain")


@get("/jobs/{job_id:str}/events", guards=[operator])
async def events(job_id: FromPath[str], request: Request[Any, Any, Any], box: TheBox, offset: Offset = 0) -> Stream:
    last = request.headers.get("last-event-id", "")
    start = int(last) if last.isdecimal() and len(last) < 16 else offset
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    pieces = while_let_in(request, box, Role.OPERATOR, await live.begun(live.events(box, job_id, start)))
    return Stream(pieces, media_type="text/event-stream", headers=headers)


@post("/jobs/{job_id:str}/cancellation", guards=[operator], status_code=202)
async def cancel(job_id: FromPath[str], box: TheBox, caller: TheCaller) -> JobView:
    return view(await box.db.write(store.cancel, box.clock.now(), caller.name, job_id))


async def _pieces(box: Box, job_id: str, offset: int) -> AsyncIterator[bytes]:
    """What is there now, without holding it all in memory."""
    while data := await box.db.read(_read, job_id, offset):
        offset += len(data)
        yield data


def _read(session: Session, job_id: str, offset: int) -> bytes:
    return output.read(session, store.get(session, job_id), offset)


handlers = [index, show, read, events, cancel]
