"""Maintenance windows over HTTP."""

from dataclasses import dataclass
from datetime import datetime

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from hyprbox.door import TheBox, TheCaller, admin, viewer
from hyprbox.paging import Page
from hyprbox.windows import store
from hyprbox.windows.model import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWindow:
    """Open from each time of `cron`, by the clock of `timeZone`, for `seconds`."""

    name: str
    q: str
    cron: str
    seconds: int
    timeZone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowView:
    """`openUntil` is null while it is closed."""

    id: str
    name: str
    q: str
    cron: str
    seconds: int
    timeZone: str
    openUntil: datetime | None
    madeBy: str
    madeAt: datetime


@get("/windows", guards=[viewer])
async def windows(box: TheBox) -> Page[WindowView]:
    now = box.clock.now()
    return Page([view(row, now) for row in await box.db.read(store.every)], None)


@post("/windows", guards=[admin])
async def add(data: JSONBody[NewWindow], box: TheBox, caller: TheCaller) -> WindowView:
    now = box.clock.now()
    what = data.name, data.q, data.cron, data.timeZone, data.seconds
    return view(await box.db.write(store.add, now, caller.name, *what), now)


@delete("/windows/{window_id:str}", guards=[admin])
async def remove(window_id: FromPath[str], box: TheBox, caller: TheCaller) -> None:
    await box.db.write(store.remove, box.clock.now(), caller.name, window_id)


def view(window: Window, now: datetime) -> WindowView:
    return WindowView(
        id=window.id, name=window.name, q=window.q, cron=window.cron, seconds=window.seconds, timeZone=window.zone,
        openUntil=store.ends(window, now), madeBy=window.made_by, madeAt=window.made_at,
    )  # fmt: skip


handlers = [windows, add, remove]
