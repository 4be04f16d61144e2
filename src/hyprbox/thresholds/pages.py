"""Thresholds on a page of the settings: what is set for whom; the form for one more, or for one in another way."""

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from hyprbox import fresh
from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, admin
from hyprbox.errors import Invalid, Refusal
from hyprbox.form import TheForm
from hyprbox.fresh import ConfirmFirst
from hyprbox.look.frame import Frame, TheFrame, go
from hyprbox.thresholds import store
from hyprbox.thresholds.model import Rule
from hyprwire.thresholds import OFF, THRESHOLDS

HOME = "/dashboard/settings/thresholds"
FIELDS = ("name", "q", OFF, *THRESHOLDS)
Typed = dict[str, str]


@get("/settings/thresholds", guards=[admin])
async def show(frame: TheFrame, box: TheBox, change: FromQuery[str] = "", q: FromQuery[str] = "") -> Template:
    """`change` names one that the form shows; `q` is a query for a new one."""
    rules = await box.db.read(store.every)
    chosen = next((rule for rule in rules if rule.name == change), None)
    return await _page(frame, box, typed_of(chosen) if chosen else {"q": q})


@post("/settings/thresholds", guards=[admin], status_code=200)
async def put(frame: TheFrame, box: TheBox, form: TheForm) -> Template | Redirect:
    typed = {name: form.text(name) for name in FIELDS}
    try:
        said = read(typed)
        if store.blinds(said):
            await fresh.require(box, frame.caller, form)
        await box.db.write(store.put, frame.now, frame.caller.name, typed["name"], typed["q"], said)
    except ConfirmFirst:
        raise
    except Refusal as refusal:
        return await _page(frame, box, typed, refusal)
    return go(HOME)


@post("/settings/thresholds/{name:str}/removal", guards=[admin], status_code=303)
async def remove(name: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await box.db.write(store.remove, box.clock.now(), caller.name, name)
    return go(HOME)


def read(typed: Typed) -> dict[str, int | list[str]]:
    """What is left empty is not set."""
    said: dict[str, int | list[str]] = {name: _number(name, typed[name]) for name in THRESHOLDS if typed[name]}
    return {**said, OFF: typed[OFF].replace(",", " ").split()} if typed[OFF] else said


def _number(name: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 6:
        raise Invalid(f"{name} is {text[:40]!a}, expected {THRESHOLDS[name].expected}")
    return int(text)


def typed_of(rule: Rule) -> Typed:
    """As it would have been typed."""
    said = {name: " ".join(value) if isinstance(value, list) else str(value) for name, value in rule.settings.items()}
    return {"name": rule.name, "q": rule.q, **said}


async def _page(frame: Frame, box: Box, typed: Typed, refusal: Refusal | None = None) -> Template:
    return frame.page(
        "thresholds/list.html", refusal.status if refusal else 200, rules=await box.db.read(store.every),
        typed=dict.fromkeys(FIELDS, "") | typed, refusal=refusal, kinds=THRESHOLDS.values(), off=OFF,
    )  # fmt: skip


handlers = [show, put, remove]
