"""Search for everything: a page, and the part of it that the palette shows."""

from litestar import get
from litestar.params import FromQuery
from litestar.response import Template

from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, viewer
from hyprbox.look.frame import TheFrame, html
from hyprbox.overview.search import Group, search_all
from hyprbox.people.model import Role


@get("/search", guards=[viewer])
async def show(frame: TheFrame, box: TheBox, q: FromQuery[str] = "") -> Template:
    return frame.page("overview/search.html", q=q, groups=await _found(box, q, frame.caller.role))


@get("/palette", guards=[viewer])
async def palette(box: TheBox, caller: TheCaller, q: FromQuery[str] = "") -> Template:
    return html("overview/_hits.html", q=q, groups=await _found(box, q, caller.role))


async def _found(box: Box, q: str, role: Role) -> list[Group]:
    return await box.db.read(search_all, box.clock.now(), box.presets, q, role)
