"""Acknowledging all open findings of one type and severity with one reason."""

from contextlib import suppress
from datetime import datetime

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from hyprbox.door import TheBox, operator
from hyprbox.errors import Conflict, Invalid
from hyprbox.findings import search, store
from hyprbox.findings.model import State
from hyprbox.findings.search import Filter
from hyprbox.findings.titles import title
from hyprbox.findings.until import ACKNOWLEDGED, until
from hyprbox.form import TheForm
from hyprbox.look.frame import TheFrame, go
from hyprwire import Severity

SHOWN = 20
AT_ONCE = 100  # a transaction: heartbeats wait behind it


@get("/findings/acknowledgement", guards=[operator])
async def show(frame: TheFrame, box: TheBox, type: FromQuery[str], severity: FromQuery[Severity]) -> Template:
    rows = await box.db.read(search.page, open_ones(type, severity), None, SHOWN + 1)
    return frame.page(
        "findings/together.html", findings=rows[:SHOWN], more=len(rows) > SHOWN, type=type, severity=severity,
        title=title(type), choices=ACKNOWLEDGED,
    )  # fmt: skip


@post("/findings/acknowledgement", guards=[operator], status_code=303)
async def acknowledge(frame: TheFrame, box: TheBox, form: TheForm) -> Redirect:
    wanted = open_ones(form.text("type"), read_severity(form.text("severity")))
    end = until(form.text("until"), frame.now)
    while await box.db.write(_some, frame.now, frame.caller.name, wanted, form.text("reason"), end):
        pass
    return go("/dashboard")


def open_ones(type: str, severity: Severity) -> Filter:
    return Filter(type=type, severity=severity, state=State.OPEN)


def read_severity(text: str) -> Severity:
    if text not in list(Severity):
        raise Invalid(f"severity is {text[:80]!a}, expected one of {', '.join(Severity)}")
    return Severity(text)


def _some(session: Session, now: datetime, actor: str, wanted: Filter, reason: str, until: datetime | None) -> int:
    """How many; none when all are done."""
    rows = search.page(session, wanted, None, AT_ONCE)
    for finding in sorted(rows, key=lambda row: row.node_id):  # so that two who do this do not wait for each other
        with suppress(Conflict):  # it was resolved a moment ago
            store.acknowledge(session, now, actor, finding.id, reason, until)
    return len(rows)
