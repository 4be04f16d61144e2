"""One guarded change: how long it has, what proves that people still get in, and the button for a person's word."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from hyprbox.door import TheBox, TheCaller, operator, viewer
from hyprbox.guards import store
from hyprbox.guards.words import PROOFS, sign
from hyprbox.look.frame import TheFrame, go


@get("/guards/{job_id:str}", guards=[viewer])
async def show(job_id: FromPath[str], frame: TheFrame, box: TheBox) -> Template:
    guard = await box.db.read(store.get, job_id)
    return frame.page(
        "guards/one.html", guard=guard, sign=sign(guard), kinds=PROOFS, can_confirm=store.waits_for_a_person(guard)
    )


@post("/guards/{job_id:str}/confirmation", guards=[operator], status_code=303)
async def confirm(job_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await box.db.write(store.confirm, box.clock.now(), caller.name, job_id)
    return go(f"/dashboard/guards/{job_id}")


handlers = [show, confirm]
