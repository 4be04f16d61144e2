"""The audit log, for admins: who changed what, when."""

from litestar import get
from litestar.params import FromQuery
from litestar.response import Template

from hyprbox.audit import store
from hyprbox.door import TheBox, admin
from hyprbox.look.frame import TheFrame
from hyprbox.paging import page

AT_ONCE = 100


@get("/settings/audit", guards=[admin])
async def index(frame: TheFrame, box: TheBox, before: FromQuery[int | None] = None) -> Template:
    rows = await box.db.read(store.page, before, AT_ONCE + 1)
    found = page(rows, AT_ONCE, lambda entry: entry, lambda entry: str(entry.seq))
    return frame.page("audit/list.html", entries=found.items, next=found.next, before=before)


handlers = [index]
