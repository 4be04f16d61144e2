"""One run: its batches, its nodes, and what a person may say to it."""

from datetime import datetime
from typing import Annotated, Any

from litestar import get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from hyprbox.door import TheBox, TheCaller, operator, viewer
from hyprbox.errors import Invalid
from hyprbox.form import TheForm
from hyprbox.look.frame import TheFrame, go
from hyprbox.paging import page
from hyprbox.remediations.store import record_of
from hyprbox.runs import store
from hyprbox.runs.api import look_at, may_go_on
from hyprbox.runs.model import Step
from hyprbox.runs.onerun import name_of, rows, squares
from hyprbox.runs.words import STEPS, bars, in_short, sign

AT_ONCE = 100


@get("/runs/{run_id:str}", guards=[viewer])
async def show(
    run_id: FromPath[str], frame: TheFrame, box: TheBox, after: FromQuery[int | None] = None,
    in_state: Annotated[Step | None, QueryParameter(name="state")] = None,
) -> Template:  # fmt: skip
    seen = await box.db.read(_look, frame.now, run_id, in_state, after)
    found = page(seen["rows"], AT_ONCE, lambda row: row, lambda row: str(row.target.place))
    run, spec = seen["run"], store.spec_of(seen["run"])
    preset = box.presets.get(spec.preset or "")
    return frame.page(
        "runs/one.html", run=run, spec=spec, sign=sign(run), short=in_short(run, seen["nodes"]), nodes=seen["nodes"],
        bars=bars(seen["batches"]), squares=seen["squares"], rows=found.items, next=found.next, after=after,
        state=in_state, steps=STEPS, preset=preset, name_of=name_of,
        record=await box.db.read(record_of, preset.id) if preset else None,
    )  # fmt: skip


@post("/runs/{run_id:str}/pausing", guards=[operator], status_code=303)
async def pause(run_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await box.db.write(store.pause, box.clock.now(), caller.name, run_id)
    return go(f"/dashboard/runs/{run_id}")


@post("/runs/{run_id:str}/resumption", guards=[operator], status_code=303)
async def resume(run_id: FromPath[str], box: TheBox, caller: TheCaller, form: TheForm) -> Redirect:
    await may_go_on(box, caller, run_id, form)
    await box.db.write(store.resume, box.clock.now(), caller.name, box.presets, run_id)
    return go(f"/dashboard/runs/{run_id}")


@post("/runs/{run_id:str}/stopping", guards=[operator], status_code=303)
async def stop(run_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await box.db.write(store.stop, box.clock.now(), caller.name, run_id)
    return go(f"/dashboard/runs/{run_id}")


@post("/runs/{run_id:str}/retry", guards=[operator], status_code=303)
async def retry(run_id: FromPath[str], box: TheBox, caller: TheCaller, form: TheForm) -> Redirect:
    await may_go_on(box, caller, run_id, form)
    await box.db.write(store.retry, box.clock.now(), caller.name, box.presets, run_id)
    return go(f"/dashboard/runs/{run_id}")


def _look(session: Session, now: datetime, run_id: str, state: Step | None, after: int | None) -> dict[str, Any]:
    if after is not None and not 0 <= after < 10**9:
        raise Invalid(f"after is {after}, expected a place in the run")
    run, nodes = look_at(session, run_id)
    return {
        "run": run, "nodes": nodes, "batches": store.strip(session, run_id),
        "squares": squares(session, now, run_id, store.spec_of(run).batches),
        "rows": rows(session, now, run_id, state, after, AT_ONCE + 1),
    }  # fmt: skip
