"""Jobs over HTTP. Their state is for everybody, their output for operators, their scripts for admins to send."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Router, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream
from sqlalchemy.orm import Session

from hyprbox.auth import Caller
from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, operator, viewer
from hyprbox.errors import Forbidden
from hyprbox.jobs import live, output, store
from hyprbox.jobs.model import Job, State
from hyprbox.paging import DEFAULT, Limit, Page, page
from hyprbox.people.model import Role

Offset = Annotated[int, QueryParameter(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    id: str
    nodeId: str
    state: str
    title: str
    exitCode: int | None
    reason: str | None
    signal: int | None
    errorMsg: str | None
    createdAt: datetime
    createdBy: str
    startedAt: datetime | None
    finishedAt: datetime | None
    timeoutSeconds: int
    expiresAt: datetime | None
    outputBytes: int
    preset: str | None
    presetVersion: int | None
    params: dict[str, str]
    rerunOf: str | None
    cancelAskedAt: datetime | None
    survivors: list[dict[str, Any]] = field(default_factory=list)
    rusage: dict[str, Any] | None = None
    script: str | None = None


@get("/jobs", guards=[viewer])
async def index(
    box: TheBox,
    nodeId: FromQuery[str | None] = None,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    limit: Limit = DEFAULT,
    cursor: FromQuery[str | None] = None,
) -> Page[JobView]:
    rows = await box.db.read(store.page, nodeId, in_state, cursor, limit + 1)
    return page(rows, limit, view, lambda job: job.id)


@get("/jobs/{job_id:str}", guards=[viewer])
async def show(job_id: FromPath[str], box: TheBox, caller: TheCaller) -> JobView:
    return view(await box.db.read(store.get, job_id), caller)


@get("/jobs/{job_id:str}/output", guards=[operator])
async def read(job_id: FromPath[str], box: TheBox, offset: Offset = 0) -> Stream:
    await box.db.read(store.get, job_id)
    return Stream(_pieces(box, job_id, offset), media_type="text/plain; charset=utf-8")


@get("/jobs/{job_id:str}/events", guards=[operator])
async def events(job_id: FromPath[str], request: Request[Any, Any, Any], box: TheBox, offset: Offset = 0) -> Stream:
    await box.db.read(store.get, job_id)
    last = request.headers.get("last-event-id", "")
    start = int(last) if last.isdecimal() and len(last) < 16 else offset
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(live.events(box, job_id, start), media_type="text/event-stream", headers=headers)


@post("/jobs/{job_id:str}/cancellation", guards=[operator], status_code=202)
async def cancel(job_id: FromPath[str], box: TheBox, caller: TheCaller) -> JobView:
    return view(await box.db.write(store.cancel, box.clock.now(), caller.name, job_id))


@post("/jobs/{job_id:str}/rerun", guards=[operator])
async def rerun(job_id: FromPath[str], box: TheBox, caller: TheCaller) -> JobView:
    job = await box.db.read(store.get, job_id)
    if job.preset is None and not caller.may(Role.ADMIN):
        raise Forbidden(f"{caller.name} is {caller.role}, expected admin to run a script again")
    return view(await box.db.write(store.rerun, box.clock.now(), caller.name, job_id))


async def _pieces(box: Box, job_id: str, offset: int) -> AsyncIterator[bytes]:
    """What is there now, without holding it all in memory."""
    while data := await box.db.read(_read, job_id, offset):
        offset += len(data)
        yield data


def _read(session: Session, job_id: str, offset: int) -> bytes:
    return output.read(session, store.get(session, job_id), offset)


def view(job: Job, caller: Caller | None = None) -> JobView:
    """With its script for a caller who may see scripts."""
    shows_script = caller is not None and caller.may(Role.OPERATOR)
    return JobView(
        id=job.id, nodeId=job.node_id, state=job.state, title=job.title, exitCode=job.exit_code, reason=job.reason,
        signal=job.signal, errorMsg=job.error_msg, createdAt=job.created_at, createdBy=job.created_by,
        startedAt=job.started_at or job.claimed_at, finishedAt=job.finished_at, timeoutSeconds=job.timeout_seconds,
        expiresAt=job.expires_at, outputBytes=job.output_bytes, preset=job.preset, presetVersion=job.preset_version,
        params=job.params, rerunOf=job.rerun_of, cancelAskedAt=job.cancel_asked_at, survivors=job.survivors,
        rusage=job.rusage, script=job.script if shows_script else None,
    )  # fmt: skip


routes = Router("/api", route_handlers=[index, show, read, events, cancel, rerun], tags=["Jobs"])
