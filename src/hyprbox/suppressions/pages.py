"""What is suppressed, and by whom; the form for one more."""

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from hyprbox import fresh
from hyprbox.door import TheBox, TheCaller, operator, viewer
from hyprbox.errors import Refusal
from hyprbox.findings.until import ACKNOWLEDGED, until
from hyprbox.form import TheForm
from hyprbox.look.frame import TheFrame, go
from hyprbox.suppressions import store
from hyprbox.suppressions.api import NewSuppression, begin, end
from hyprwire import Severity

AT_ONCE = 200


@get("/suppressions", guards=[viewer])
async def index(
    frame: TheFrame, box: TheBox, type: FromQuery[str] = "", key: FromQuery[str] = "", q: FromQuery[str] = ""
) -> Template:
    """The parameters fill in the form."""
    return await _page(frame, box, {"type": type, "key": key, "q": q, "reason": "", "ceiling": Severity.WARN})


@post("/suppressions", guards=[operator], status_code=200)
async def make(frame: TheFrame, box: TheBox, caller: TheCaller, form: TheForm) -> Template | Redirect:
    await fresh.require(box, caller, form)  # by it nobody is told of what a stolen session is for
    typed = {name: form.text(name) for name in ("type", "key", "q", "reason", "ceiling")}
    try:
        ends = until(form.text("until"), frame.now)
        ceiling = Severity(typed["ceiling"]) if typed["ceiling"] in list(Severity) else Severity.WARN
        wanted = NewSuppression(**(typed | {"ceiling": ceiling}), until=ends)  # type: ignore[arg-type]  # as they are
        await begin(box, caller, wanted)
    except Refusal as refusal:
        return await _page(frame, box, typed, refusal)
    return go("/dashboard/suppressions")


@post("/suppressions/{suppression_id:str}/lifting", guards=[operator], status_code=303)
async def lift(suppression_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await end(box, caller, suppression_id)
    return go("/dashboard/suppressions")


async def _page(frame: TheFrame, box: TheBox, typed: dict[str, str], refusal: Refusal | None = None) -> Template:
    rows = await box.db.read(store.page, frame.now, None, AT_ONCE)
    held = await box.db.read(store.held, rows)
    return frame.page(
        "suppressions/list.html",
        refusal.status if refusal else 200,
        suppressions=rows,
        held=held,
        typed=typed,
        refusal=refusal,
        choices=ACKNOWLEDGED,
        severities=list(Severity),
    )


handlers = [index, make, lift]
