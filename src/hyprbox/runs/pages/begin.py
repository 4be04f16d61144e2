"""Beginning a run: what, where, how carefully; shown as a plan before anything happens."""

import re
from typing import Any

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from hyprbox.box import Box
from hyprbox.door import TheBox, operator
from hyprbox.errors import Invalid, Refusal
from hyprbox.form import Form, TheForm
from hyprbox.fresh import ConfirmFirst
from hyprbox.look.frame import Frame, TheFrame, go
from hyprbox.presets.fields import fields, given
from hyprbox.presets.store import known
from hyprbox.runs import store
from hyprbox.runs.api import ask_if_risky, check_rights
from hyprbox.runs.batches import CANARY
from hyprbox.runs.spec import Spec
from hyprbox.runs.targets import Plan, shown
from hyprwire import duration

SHOWN = 200


@get("/begin-run", guards=[operator])
async def show(
    frame: TheFrame, box: TheBox, q: FromQuery[str] = "", preset: FromQuery[str] = "", batches: FromQuery[str] = "",
    node: FromQuery[list[str] | None] = None,
) -> Template:  # fmt: skip
    """`node`: the ticked ones."""
    query = q or (f"node={','.join(node)}" if node else "")
    return _page(frame, box, Form([("q", query), ("preset", preset), ("batches", batches)]))


@post("/begin-run", guards=[operator], status_code=200)
async def start(frame: TheFrame, box: TheBox, form: TheForm) -> Template | Redirect:
    """The first time it only shows what it would do; the button under the plan begins it."""
    try:
        spec = read(box, form)
        spec.check()
        check_rights(frame.caller, spec)
        if form.text("sure") != "yes":
            return _page(frame, box, form, found=await box.db.read(shown, frame.now, box.presets, spec))
        await ask_if_risky(box, frame.caller, spec, form)
        run = await box.db.write(store.begin, frame.now, frame.caller.name, box.presets, spec)
    except ConfirmFirst:
        raise
    except Refusal as refusal:
        return _page(frame, box, form, refusal=refusal)
    return go(f"/dashboard/runs/{run.id}")


def read(box: Box, form: Form) -> Spec:
    """Invalid for a field that does not fit."""
    preset = known(box.presets, form.text("preset")) if form.text("preset") else None
    values = {name: value for name, value in given(preset, form).items() if value} if preset else {}
    return Spec(
        q=form.text("q"), preset=preset.id if preset else None, params={**values},
        script=None if preset else form.raw("script"), title=form.text("title"),
        batches=tuple(re.split(r"[\s,]+", form.text("batches"))) if form.text("batches") else CANARY,
        concurrency=_number(form, "concurrency", 0), maxFailures=_number(form, "failures", 0),
        expiresSeconds=_seconds(form, "expires", "24h"),
        timeoutSeconds=None if preset else _seconds(form, "timeout", "30m"),
        ignoreWindows=form.text("ignore_windows") == "yes",
    )  # fmt: skip


def _number(form: Form, name: str, otherwise: int) -> int:
    text = form.text(name)
    if text and not re.fullmatch(r"[0-9]{1,6}", text):
        raise Invalid(f"{name} is {text[:40]!a}, expected a whole number")
    return int(text) if text else otherwise


def _seconds(form: Form, name: str, otherwise: str) -> int:
    try:
        return int(duration.parse(form.text(name) or otherwise).total_seconds())
    except ValueError as error:
        raise Invalid(f"{name} is {form.text(name)[:40]!a}, {error}") from None


def _page(
    frame: Frame, box: Box, form: Form, refusal: Refusal | None = None, found: list[Plan] | None = None
) -> Template:
    preset = box.presets.get(form.text("preset"))
    context: dict[str, Any] = {"plan": found, "batches": max((each.batch or 0 for each in found or ()), default=0)}
    return frame.page(
        "runs/begin.html", refusal.status if refusal else 200, typed=form, preset=preset, refusal=refusal,
        presets=sorted(box.presets.values(), key=lambda each: each.title), canary=", ".join(CANARY), shown=SHOWN,
        fields=fields(preset, given(preset, form), refusal) if preset else [], **context,
    )  # fmt: skip
