"""Schedules over HTTP."""

from dataclasses import dataclass
from datetime import datetime

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from hyprbox import fresh
from hyprbox.auth import Caller
from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, operator, viewer
from hyprbox.errors import Forbidden
from hyprbox.form import Form
from hyprbox.nodes.search import names
from hyprbox.paging import Page
from hyprbox.people.model import Role
from hyprbox.runs.spec import Given, Spec, read
from hyprbox.schedules import store
from hyprbox.schedules.model import Schedule
from hyprbox.schedules.store import NewSchedule


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleView:
    """`nextAt` is null when there will be no more; `run` is shown to those who may read scripts."""

    id: str
    name: str
    q: str
    preset: str | None
    params: Given
    cron: str | None
    timeZone: str
    missed: str
    paused: bool
    nextAt: datetime | None
    lastRun: str | None
    note: str
    madeBy: str
    madeAt: datetime
    run: Spec | None = None


@get("/schedules", guards=[viewer])
async def schedules(box: TheBox, caller: TheCaller) -> Page[ScheduleView]:
    may_read = caller.may(Role.OPERATOR)
    return Page([view(row, may_read) for row in await box.db.read(store.every)], None)


@post("/schedules", guards=[operator])
async def add(data: JSONBody[NewSchedule], box: TheBox, caller: TheCaller) -> ScheduleView:
    check_rights(caller, data.run.script)
    await ask_if_risky(box, caller, data.run, Form())
    return view(await box.db.write(store.add, box.clock.now(), caller.name, data), True)


@delete("/schedules/{schedule_id:str}", guards=[operator])
async def remove(schedule_id: FromPath[str], box: TheBox, caller: TheCaller) -> None:
    await may_change(box, caller, schedule_id)
    await box.db.write(store.remove, box.clock.now(), caller.name, schedule_id)


@post("/schedules/{schedule_id:str}/pausing", guards=[operator], status_code=200)
async def pause(schedule_id: FromPath[str], box: TheBox, caller: TheCaller) -> ScheduleView:
    await may_change(box, caller, schedule_id)
    return view(await box.db.write(store.pause, box.clock.now(), caller.name, schedule_id, True), True)


@post("/schedules/{schedule_id:str}/resumption", guards=[operator], status_code=200)
async def resume(schedule_id: FromPath[str], box: TheBox, caller: TheCaller) -> ScheduleView:
    await may_go_on(box, caller, schedule_id, Form())
    return view(await box.db.write(store.pause, box.clock.now(), caller.name, schedule_id, False), True)


def check_rights(caller: Caller, script: str | None) -> None:
    """Operators run presets, only admins run scripts of their own, now or later."""
    if script is not None and not caller.may(Role.ADMIN):
        raise Forbidden(f"{caller.name} is {caller.role}, expected admin for a schedule with a script")


async def ask_if_risky(box: Box, caller: Caller, spec: Spec, form: Form) -> None:
    """What will begin by itself, without anybody, needs to know now who wants it."""
    nodes = await box.db.read(names, box.clock.now(), spec.q, fresh.MANY_NODES + 1)
    await fresh.require_if_risky(box, caller, form, spec.preset, len(nodes))


async def may_change(box: Box, caller: Caller, schedule_id: str) -> Spec:
    spec = read((await box.db.read(store.get, schedule_id)).spec)
    check_rights(caller, spec.script)
    return spec


async def may_go_on(box: Box, caller: Caller, schedule_id: str, form: Form) -> None:
    await ask_if_risky(box, caller, await may_change(box, caller, schedule_id), form)


def view(schedule: Schedule, may_read: bool) -> ScheduleView:
    spec = read(schedule.spec)
    return ScheduleView(
        id=schedule.id, name=schedule.name, q=spec.q, preset=spec.preset, params=spec.params, cron=schedule.cron,
        timeZone=schedule.zone, missed=schedule.missed, paused=schedule.paused, nextAt=schedule.next_at,
        lastRun=schedule.last_run, note=schedule.note, madeBy=schedule.made_by, madeAt=schedule.made_at,
        run=spec if may_read else None,
    )  # fmt: skip


handlers = [schedules, add, remove, pause, resume]
