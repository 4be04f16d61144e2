"""Adding a node: the line that makes a machine one, with a code in it that is good for a quarter of an hour."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from hyprbox import fresh
from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, admin
from hyprbox.enrolments import agents, store
from hyprbox.enrolments.api import NewEnrolment, lasts
from hyprbox.enrolments.line import cloud_init, line
from hyprbox.errors import Invalid, Refusal
from hyprbox.form import Form, TheForm
from hyprbox.look.frame import Frame, TheFrame, go

SHOWN = 20


@get("/add-node", guards=[admin])
async def show(frame: TheFrame, box: TheBox) -> Template:
    return await _page(frame, box)


@post("/add-node", guards=[admin], status_code=200)
async def mint(frame: TheFrame, box: TheBox, form: TheForm) -> Template:
    try:
        wanted = _read(form)
        if lasts(wanted):
            await fresh.require(box, frame.caller, form)
        asked = wanted.nodeId, wanted.uses, wanted.labels
        made = await box.db.write(store.mint, frame.now, frame.caller.name, *asked)
    except fresh.ConfirmFirst:
        raise
    except Refusal as refusal:
        return await _page(frame, box, form, refusal=refusal)
    return await _page(frame, box, form, code=made[1])


@post("/add-node/{enrolment_id:str}/revocation", guards=[admin], status_code=303)
async def revoke(enrolment_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await box.db.write(store.revoke, box.clock.now(), caller.name, enrolment_id)
    return go("/dashboard/add-node")


async def _page(
    frame: Frame, box: Box, form: Form | None = None, code: str = "", refusal: Refusal | None = None
) -> Template:
    url = box.config.public_url
    rows = await box.db.read(store.page, None, SHOWN)
    return frame.page(
        "enrolments/add.html",
        refusal.status if refusal else 200,
        typed=form or Form(),
        line=line(url, code) if code else "",
        cloud_init=cloud_init(url, code) if code else "",
        codes=[row for row in rows if row.state(frame.now) == "live"],
        is_built=any(agents.find(box.config.agent_dir, architecture) for architecture in agents.ARCHITECTURES),
        missing=agents.not_built(box.config.agent_dir, agents.ARCHITECTURES[0]).detail,
        refusal=refusal,
    )


def _read(form: Form) -> NewEnrolment:
    uses, labels = _number(form.text("uses") or "1"), _labels(form.text("labels"))
    return NewEnrolment(nodeId=form.text("node") or None, uses=uses, labels=labels)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise Invalid(f"the number of machines is {text[:80]!a}, expected 1 or more")
    return int(text)


def _labels(text: str) -> dict[str, str]:
    """`env=prod region=eu`."""
    labels = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if not equals:
            raise Invalid(f"label {word[:80]!a} has no value, expected name=value")
        labels[name] = value
    return labels


handlers = [show, mint, revoke]
