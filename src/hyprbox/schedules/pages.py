"""Schedules and maintenance windows on one page: what begins by itself, and when something may begin at all."""

from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, admin, operator, viewer
from hyprbox.errors import Invalid, Refusal
from hyprbox.form import Form, TheForm
from hyprbox.fresh import ConfirmFirst
from hyprbox.look.frame import Frame, TheFrame, go
from hyprbox.people.model import Role
from hyprbox.runs.spec import Spec
from hyprbox.schedules import store
from hyprbox.schedules.api import ask_if_risky, check_rights, may_change, may_go_on, view
from hyprbox.schedules.model import Missed
from hyprbox.schedules.store import NewSchedule
from hyprbox.windows import store as windows
from hyprwire import duration

HOME = "/dashboard/schedules"


@get("/schedules", guards=[viewer])
async def show(frame: TheFrame, box: TheBox, q: FromQuery[str] = "") -> Template:
    """`q`: for which nodes somebody is about to add one."""
    return await _page(frame, box, q=q)


@post("/schedules", guards=[operator], status_code=200)
async def add(frame: TheFrame, box: TheBox, form: TheForm) -> Template | Redirect:
    try:
        new = read(form)
        new.run.check()
        check_rights(frame.caller, new.run.script)
        await ask_if_risky(box, frame.caller, new.run, form)
        await box.db.write(store.add, frame.now, frame.caller.name, new)
    except ConfirmFirst:
        raise
    except Refusal as refusal:
        return await _page(frame, box, form, {"schedule": refusal})
    return go(HOME)


@post("/schedules/{schedule_id:str}/removal", guards=[operator], status_code=303)
async def remove(schedule_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await may_change(box, caller, schedule_id)
    await box.db.write(store.remove, box.clock.now(), caller.name, schedule_id)
    return go(HOME)


@post("/schedules/{schedule_id:str}/pausing", guards=[operator], status_code=303)
async def pause(schedule_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await may_change(box, caller, schedule_id)
    await box.db.write(store.pause, box.clock.now(), caller.name, schedule_id, True)
    return go(HOME)


@post("/schedules/{schedule_id:str}/resumption", guards=[operator], status_code=303)
async def resume(schedule_id: FromPath[str], box: TheBox, caller: TheCaller, form: TheForm) -> Redirect:
    await may_go_on(box, caller, schedule_id, form)
    await box.db.write(store.pause, box.clock.now(), caller.name, schedule_id, False)
    return go(HOME)


@post("/windows", guards=[admin], status_code=200)
async def add_window(frame: TheFrame, box: TheBox, form: TheForm) -> Template | Redirect:
    try:
        seconds = _seconds(form.text("length"))
        what = form.text("name"), form.text("q"), form.text("cron"), form.text("zone") or "UTC", seconds
        await box.db.write(windows.add, frame.now, frame.caller.name, *what)
    except Refusal as refusal:
        return await _page(frame, box, form, {"window": refusal})
    return go(HOME)


@post("/windows/{window_id:str}/removal", guards=[admin], status_code=303)
async def remove_window(window_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await box.db.write(windows.remove, box.clock.now(), caller.name, window_id)
    return go(HOME)


def read(form: Form) -> NewSchedule:
    preset = form.text("preset")
    spec = Spec(q=form.text("q"), preset=preset or None, script=None if preset else form.raw("script"))
    return NewSchedule(
        name=form.text("name"), run=spec, cron=form.text("cron") or None, timeZone=form.text("zone") or "UTC",
        at=_moment(form.text("at")), missed=Missed.ONCE if form.text("missed") == "once" else Missed.SKIP,
    )  # fmt: skip


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(f"at is {text[:40]!a}, expected a time such as 2026-12-01T03:00:00+01:00") from None


def _seconds(text: str) -> int:
    try:
        return int(duration.parse(text).total_seconds())
    except ValueError as error:
        raise Invalid(f"length is {text[:40]!a}, {error}") from None


async def _page(
    frame: Frame, box: Box, typed: Form | None = None, refused: dict[str, Refusal] | None = None, q: str = ""
) -> Template:
    refused = refused or {}
    return frame.page(
        "schedules/list.html", next((each.status for each in refused.values()), 200), typed=typed or Form(), q=q,
        refused=refused, presets=sorted(box.presets.values(), key=lambda each: each.title),
        **await box.db.read(_everything, frame.now, frame.caller.may(Role.OPERATOR)),
    )  # fmt: skip


def _everything(session: Session, now: datetime, may_read: bool) -> dict[str, Any]:
    return {
        "schedules": [view(row, may_read) for row in store.every(session)],
        "windows": [(row, windows.ends(row, now)) for row in windows.every(session)],
    }


handlers = [show, add, remove, pause, resume, add_window, remove_window]
