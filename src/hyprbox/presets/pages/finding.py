"""A finding: what was read, what happened, what fixes it, what else can be done with it."""

from urllib.parse import quote

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from hyprbox import fresh
from hyprbox.box import Box
from hyprbox.door import TheBox, operator, viewer
from hyprbox.errors import Invalid
from hyprbox.findings.byhand import by_hand
from hyprbox.findings.evidence import rows
from hyprbox.findings.model import State
from hyprbox.findings.until import ACKNOWLEDGED, SNOOZED
from hyprbox.form import TheForm
from hyprbox.look.frame import Frame, TheFrame, go
from hyprbox.presets import store
from hyprbox.presets.catalogue import Preset
from hyprbox.presets.fields import Field, fields, given
from hyprbox.presets.form import prefill
from hyprbox.presets.onefinding import OneFinding, look_at
from hyprbox.remediations.store import record_of


@get("/findings/{finding_id:str}", guards=[viewer])
async def show(finding_id: FromPath[str], frame: TheFrame, box: TheBox) -> Template:
    seen = await box.db.read(look_at, finding_id)
    preset = _shown(box.presets, seen)
    known = prefill(preset, seen.finding.key, seen.finding.details) if preset else {}
    return await _page(frame, box, seen, preset, fields(preset, known) if preset else [])


@post("/findings/{finding_id:str}/fix", guards=[operator], status_code=200)
async def fix(finding_id: FromPath[str], frame: TheFrame, box: TheBox, form: TheForm) -> Template | Redirect:
    preset = store.known(box.presets, form.text("preset"))
    values = given(preset, form)
    await fresh.require_if_risky(box, frame.caller, form, preset.id)
    try:
        job = await box.db.write(store.fix, frame.now, frame.caller.name, box.presets, finding_id, preset.id, values)
    except Invalid as refusal:
        seen = await box.db.read(look_at, finding_id)
        return await _page(frame, box, seen, preset, fields(preset, values, refusal), refusal)
    return go(f"/dashboard/{'guards' if preset.lockout else 'jobs'}/{job.id}")


def _shown(catalogue: store.Catalogue, seen: OneFinding) -> Preset | None:
    """What has fixed it, or else what would."""
    fix = seen.last_fix if seen.finding.state == State.RESOLVED else None
    return catalogue.get(fix.preset) if fix else store.recommended(catalogue, seen.finding)


@post("/nodes/{node_id:str}/fix", guards=[operator], status_code=303)
async def fix_node(node_id: FromPath[str], frame: TheFrame, box: TheBox) -> Redirect:
    await box.db.write(store.fix_node, frame.now, frame.caller.name, box.presets, node_id)
    return go(f"/dashboard/nodes/{quote(node_id, safe='')}/jobs")


async def _page(
    frame: Frame, box: Box, seen: OneFinding, preset: Preset | None, asked: list[Field], refusal: Invalid | None = None
) -> Template:
    return frame.page(
        "presets/finding.html",
        refusal.status if refusal else 200,
        seen=seen,
        finding=seen.finding,
        evidence=rows(seen.finding.details),
        preset=preset,
        by_hand=None if preset else by_hand(seen.finding.type),
        record=await box.db.read(record_of, preset.id) if preset else None,
        fields=asked,
        refusal=refusal,
        acknowledged=ACKNOWLEDGED,
        snoozed=SNOOZED,
    )
