"""One job: its state, its output, its end; cancel it."""

from collections.abc import Callable

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from hyprbox.door import TheBox, TheCaller, operator, viewer
from hyprbox.jobs import store
from hyprbox.jobs.onejob import look_at
from hyprbox.jobs.words import signal_name
from hyprbox.look.frame import TheFrame, go
from hyprbox.people.model import Role

# What may take back what a job has changed lies to the right of jobs: the page is handed the way to ask for it.
TheGuards = NamedDependency[SkipValidation[Callable[[Session, str], object | None]]]


@get("/jobs/{job_id:str}", guards=[viewer])
async def show(job_id: FromPath[str], frame: TheFrame, box: TheBox, guard_of: TheGuards) -> Template:
    seen = await box.db.read(look_at, frame.now, job_id, frame.caller.may(Role.OPERATOR))
    return frame.page(
        "jobs/one.html", seen=seen, job=seen.job, signal=signal_name(seen.job.signal),
        guard=await box.db.read(guard_of, job_id),
    )  # fmt: skip


@post("/jobs/{job_id:str}/cancellation", guards=[operator], status_code=303)
async def cancel(job_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await box.db.write(store.cancel, box.clock.now(), caller.name, job_id)
    return go(f"/dashboard/jobs/{job_id}")
