"""The list of nodes, worst first, and the queries that are kept under a name."""

from typing import Any

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from hyprbox.door import TheBox, TheCaller, operator, viewer
from hyprbox.errors import Invalid, Refusal
from hyprbox.form import TheForm
from hyprbox.look.frame import TheFrame, go, html
from hyprbox.nodes import saved, search
from hyprbox.nodes.chips import chips
from hyprbox.nodes.completion import completions
from hyprbox.paging import Page, page

AT_ONCE = 50


@get("/nodes", guards=[viewer])
async def index(frame: TheFrame, box: TheBox, q: FromQuery[str] = "", after: FromQuery[str | None] = None) -> Template:
    refusal: Refusal | None = None
    found: Page[Any] = Page([], None)
    try:
        rows = await box.db.read(search.worst, frame.now, q, after, AT_ONCE + 1)
        found = page(rows, AT_ONCE, lambda node: node, search.cursor)
    except Invalid as error:
        if "term" not in error.extra:
            raise
        refusal = error
    return frame.page(
        "nodes/list.html", refusal.status if refusal else 200,
        nodes=found.items, next=found.next, after=after, q=q, chips=chips(q), refusal=refusal,
        saved=await box.db.read(saved.every),
    )  # fmt: skip


@get("/completions", guards=[viewer])
async def complete(box: TheBox, q: FromQuery[str] = "") -> Template:
    return html("nodes/_completions.html", queries=await box.db.read(completions, q))


@post("/queries", guards=[operator], status_code=303)
async def save(frame: TheFrame, box: TheBox, form: TheForm) -> Redirect:
    name, q = form.text("name").removeprefix("@"), form.text("q")
    await box.db.write(saved.save, frame.now, frame.caller.name, name, q)
    return go(f"/dashboard/nodes?q=%40{name}")


@post("/queries/{name:str}/deletion", guards=[operator], status_code=303)
async def forget(name: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await box.db.write(saved.forget, box.clock.now(), caller.name, name)
    return go("/dashboard/nodes")
