"""Running a script of one's own, on one node or several."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from hyprbox import fresh
from hyprbox.door import TheBox, admin
from hyprbox.errors import Refusal
from hyprbox.form import TheForm
from hyprbox.jobs import store
from hyprbox.jobs.model import Job
from hyprbox.jobs.order import Order
from hyprbox.jobs.typed import Typed, orders
from hyprbox.look.frame import TheFrame, go


@get("/run", guards=[admin])
async def show(frame: TheFrame, node: FromQuery[list[str] | None] = None) -> Template | Redirect:
    """Over several nodes it is a run: planned, shown, and begun with one of them."""
    if node and len(node) > 1:
        return go(f"/dashboard/begin-run?{urlencode({'node': node}, doseq=True)}")
    return frame.page("jobs/run.html", typed=Typed(nodes=" ".join(node or [])), refusal=None)


@post("/run", guards=[admin], status_code=200)
async def start(frame: TheFrame, box: TheBox, form: TheForm) -> Template | Redirect:
    typed = Typed(
        nodes=form.text("nodes"), script=form.raw("script"), timeout=form.text("timeout"), env=form.raw("env")
    )
    await fresh.require_if_risky(box, frame.caller, form, None, len(typed.nodes.split()))
    try:
        jobs = await box.db.write(_queue, frame.now, frame.caller.name, orders(typed))
    except Refusal as refusal:
        return frame.page("jobs/run.html", refusal.status, typed=typed, refusal=refusal)
    return go(f"/dashboard/jobs/{jobs[0].id}" if len(jobs) == 1 else "/dashboard/jobs")


def _queue(session: Session, now: datetime, actor: str, wanted: Sequence[Order]) -> list[Job]:
    """All of them or, when one is refused, none."""
    return [store.queue(session, now, actor, order) for order in wanted]
