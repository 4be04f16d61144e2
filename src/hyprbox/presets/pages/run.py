"""One preset: what it does to the letter, and the form that runs it on nodes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from hyprbox import fresh
from hyprbox.box import Box
from hyprbox.door import TheBox, operator, viewer
from hyprbox.errors import Invalid, Refusal
from hyprbox.form import TheForm
from hyprbox.jobs.model import Job
from hyprbox.look.frame import Frame, TheFrame, go
from hyprbox.presets import store
from hyprbox.presets.catalogue import Preset
from hyprbox.presets.fields import fields, given
from hyprbox.remediations import store as remediations

MOST_NODES = 500


@get("/presets/{preset_id:str}", guards=[viewer])
async def show(
    preset_id: FromPath[str], frame: TheFrame, box: TheBox, node: FromQuery[list[str] | None] = None
) -> Template:
    return await _page(frame, box, store.known(box.presets, preset_id), " ".join(node or []), {})


@post("/presets/{preset_id:str}", guards=[operator], status_code=200)
async def start(preset_id: FromPath[str], frame: TheFrame, box: TheBox, form: TheForm) -> Template | Redirect:
    preset, nodes = store.known(box.presets, preset_id), form.text("nodes")
    values = given(preset, form)
    await fresh.require_if_risky(box, frame.caller, form, preset.id, len(nodes.split()))
    try:
        jobs = await box.db.write(_run, frame.now, frame.caller.name, preset, _names(nodes), values)
    except Refusal as refusal:
        return await _page(frame, box, preset, nodes, values, refusal)
    if len(jobs) > 1:
        return go("/dashboard/jobs")
    return go(f"/dashboard/{'guards' if preset.lockout else 'jobs'}/{jobs[0].id}")


async def _page(
    frame: Frame, box: Box, preset: Preset, nodes: str, values: dict[str, str], refusal: Refusal | None = None
) -> Template:  # fmt: skip
    return frame.page(
        "presets/one.html",
        refusal.status if refusal else 200,
        preset=preset,
        record=await box.db.read(remediations.record_of, preset.id),
        nodes=nodes,
        fields=fields(preset, values, refusal),
        refusal=refusal,
    )


def _names(text: str) -> list[str]:
    names = list(dict.fromkeys(text.split()))
    if not 1 <= len(names) <= MOST_NODES:
        raise Invalid(f"nodes has {len(names)} names, expected 1 to {MOST_NODES}")
    return names


def _run(
    session: Session, now: datetime, actor: str, preset: Preset, nodes: Sequence[str], values: dict[str, Any]
) -> list[Job]:
    """On all of them or, when one is refused, on none."""
    return [store.run(session, now, actor, preset, node, values) for node in nodes]
