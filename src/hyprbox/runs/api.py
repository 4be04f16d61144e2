"""Runs over HTTP."""

from collections.abc import Sequence
from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy.orm import Session

from hyprbox import fresh
from hyprbox.auth import Caller
from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, operator, viewer
from hyprbox.errors import Forbidden, Invalid
from hyprbox.form import Form
from hyprbox.nodes.search import names
from hyprbox.paging import DEFAULT, Limit, Page, page
from hyprbox.people.model import Role
from hyprbox.runs import store
from hyprbox.runs.model import Run, Step
from hyprbox.runs.spec import Spec
from hyprbox.runs.targets import Plan, shown
from hyprbox.runs.views import RunView, TargetView, target_view, view

Looked = tuple[Run, dict[Step, int]]


@get("/runs", guards=[viewer])
async def index(
    box: TheBox, caller: TheCaller, limit: Limit = DEFAULT, cursor: FromQuery[str | None] = None
) -> Page[RunView]:
    rows = await box.db.read(look_at_many, cursor, limit + 1)
    may_read = caller.may(Role.OPERATOR)
    return page(rows, limit, lambda row: view(*row, may_read), lambda row: row[0].id)


@get("/runs/{run_id:str}", guards=[viewer])
async def show(run_id: FromPath[str], box: TheBox, caller: TheCaller) -> RunView:
    return await _view(box, caller, run_id)


@get("/runs/{run_id:str}/targets", guards=[viewer])
async def targets(
    run_id: FromPath[str], box: TheBox, limit: Limit = DEFAULT, cursor: FromQuery[str | None] = None,
    in_state: Annotated[Step | None, QueryParameter(name="state")] = None,
) -> Page[TargetView]:  # fmt: skip
    await box.db.read(store.get, run_id)
    rows = await box.db.read(store.targets_of, run_id, in_state, _place(cursor), limit + 1)
    return page(rows, limit, target_view, lambda target: str(target.place))


@post("/runs", guards=[operator])
async def begin(data: JSONBody[Spec], box: TheBox, caller: TheCaller) -> RunView:
    check_rights(caller, data)
    await ask_if_risky(box, caller, data, Form())
    run = await box.db.write(store.begin, box.clock.now(), caller.name, box.presets, data)
    return await _view(box, caller, run.id)


@post("/runs/preview", guards=[operator], status_code=200)
async def preview(data: JSONBody[Spec], box: TheBox, caller: TheCaller) -> list[Plan]:
    check_rights(caller, data)
    return await box.db.read(shown, box.clock.now(), box.presets, data)


@post("/runs/{run_id:str}/pausing", guards=[operator], status_code=200)
async def pause(run_id: FromPath[str], box: TheBox, caller: TheCaller) -> RunView:
    await box.db.write(store.pause, box.clock.now(), caller.name, run_id)
    return await _view(box, caller, run_id)


@post("/runs/{run_id:str}/resumption", guards=[operator], status_code=200)
async def resume(run_id: FromPath[str], box: TheBox, caller: TheCaller) -> RunView:
    await may_go_on(box, caller, run_id, Form())
    await box.db.write(store.resume, box.clock.now(), caller.name, box.presets, run_id)
    return await _view(box, caller, run_id)


@post("/runs/{run_id:str}/stopping", guards=[operator], status_code=200)
async def stop(run_id: FromPath[str], box: TheBox, caller: TheCaller) -> RunView:
    await box.db.write(store.stop, box.clock.now(), caller.name, run_id)
    return await _view(box, caller, run_id)


@post("/runs/{run_id:str}/retry", guards=[operator], status_code=200)
async def retry(run_id: FromPath[str], box: TheBox, caller: TheCaller) -> RunView:
    await may_go_on(box, caller, run_id, Form())
    await box.db.write(store.retry, box.clock.now(), caller.name, box.presets, run_id)
    return await _view(box, caller, run_id)


def check_rights(caller: Caller, spec: Spec) -> None:
    """Operators run presets, only admins run scripts of their own."""
    if spec.script is not None and not caller.may(Role.ADMIN):
        raise Forbidden(f"{caller.name} is {caller.role}, expected admin to run a script")


async def ask_if_risky(box: Box, caller: Caller, spec: Spec, form: Form) -> None:
    """A run over many nodes, or of a preset that is a risk by itself, needs to know who is there."""
    nodes = await box.db.read(names, box.clock.now(), spec.q, fresh.MANY_NODES + 1)
    await fresh.require_if_risky(box, caller, form, spec.preset, len(nodes))


async def may_go_on(box: Box, caller: Caller, run_id: str, form: Form) -> None:
    """What somebody may not begin, they may not make go on either; it needs the same proof of who is there."""
    run, nodes = await box.db.read(look_at, run_id)
    spec = store.spec_of(run)
    check_rights(caller, spec)
    await fresh.require_if_risky(box, caller, form, spec.preset, sum(nodes.values()))


def look_at(session: Session, run_id: str) -> Looked:
    return store.get(session, run_id), store.count(session, [run_id])[run_id]


def look_at_many(session: Session, before: str | None, limit: int) -> list[Looked]:
    runs: Sequence[Run] = store.page(session, before, limit)
    counted = store.count(session, [run.id for run in runs])
    return [(run, counted[run.id]) for run in runs]


async def _view(box: Box, caller: Caller, run_id: str) -> RunView:
    return view(*await box.db.read(look_at, run_id), caller.may(Role.OPERATOR))


def _place(cursor: str | None) -> int | None:
    if cursor is not None and not (cursor.isdecimal() and len(cursor) < 10):
        raise Invalid(f"cursor is {cursor[:40]!a}, expected one that a list has answered")
    return None if cursor is None else int(cursor)


handlers = [index, show, targets, begin, preview, pause, resume, stop, retry]
