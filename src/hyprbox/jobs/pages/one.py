"""One job: its state, its output, its end; cancel it, run it again."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from hyprbox.door import TheBox, TheCaller, operator, viewer
from hyprbox.errors import Forbidden
from hyprbox.jobs import store
from hyprbox.jobs.onejob import look_at
from hyprbox.jobs.words import signal_name
from hyprbox.look.frame import TheFrame, go
from hyprbox.people.model import Role


@get("/jobs/{job_id:str}", guards=[viewer])
async def show(job_id: FromPath[str], frame: TheFrame, box: TheBox) -> Template:
    seen = await box.db.read(look_at, frame.now, job_id, frame.caller.may(Role.OPERATOR))
    return frame.page("jobs/one.html", seen=seen, job=seen.job, signal=signal_name(seen.job.signal))


@post("/jobs/{job_id:str}/cancellation", guards=[operator], status_code=303)
async def cancel(job_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await box.db.write(store.cancel, box.clock.now(), caller.name, job_id)
    return go(f"/dashboard/jobs/{job_id}")


@post("/jobs/{job_id:str}/rerun", guards=[operator], status_code=303)
async def rerun(job_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    """What an operator may start, an operator may start again."""
    job = await box.db.read(store.get, job_id)
    if job.preset is None and not caller.may(Role.ADMIN):
        raise Forbidden(f"{caller.name} is {caller.role}, expected admin to run a script again")
    again = await box.db.write(store.rerun, box.clock.now(), caller.name, job_id)
    return go(f"/dashboard/jobs/{again.id}")
