"""Settings of notifications: channels, rules, and what has become of messages.

Where messages go, and which are sent, asks for a fresh proof: a thief would have them sent home, or have none sent.
"""

from typing import Any

from litestar import get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from hyprbox import fresh
from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, admin
from hyprbox.errors import Invalid, Refusal
from hyprbox.form import Form, TheForm
from hyprbox.look.frame import Frame, TheFrame, go
from hyprbox.notices import store
from hyprbox.notices.api import try_out
from hyprbox.notices.model import Rule, Sent
from hyprbox.notices.spec import KINDS, SEVERITIES, RuleSpec
from hyprbox.sign import Sign
from hyprwire import duration

HOME = "/dashboard/settings/notifications"
SHOWN = 30
SIGNS = {
    Sent.WAITING: Sign("idle", "queued", "Waiting"),
    Sent.SENDING: Sign("act", "running", "On its way"),
    Sent.SENT: Sign("ok", "done", "Sent"),
    Sent.DEAD: Sign("crit", "failed", "Given up"),
}


@get("/settings/notifications", guards=[admin])
async def show(frame: TheFrame, box: TheBox, rule: FromQuery[str] = "") -> Template:
    """`rule` is the id of one that the form shows."""
    found = await box.db.read(store.rule, rule) if rule else None
    return await _page(frame, box, typed=typed_of(found) if found else None)


@post("/settings/notifications/channels", guards=[admin], status_code=200)
async def add_channel(frame: TheFrame, box: TheBox, form: TheForm) -> Template:
    await fresh.require(box, frame.caller, form)
    made = frame.now, frame.caller.name, box.config.secret_key_file, form.text("name"), form.text("url")
    try:
        channel, secret = await box.db.write(store.add_channel, *made)
    except Refusal as refusal:
        return await _page(frame, box, typed=form, refused={"channel": refusal})
    return await _page(frame, box, told=f"The channel {channel.name} is made. Try it out.", secret=secret)


@post("/settings/notifications/channels/{channel_id:str}/test", guards=[admin], status_code=200)
async def test_channel(channel_id: FromPath[str], frame: TheFrame, box: TheBox) -> Template:
    outcome = await try_out(box, frame.caller.name, channel_id)
    if outcome.error:
        return await _page(frame, box, refused={"test": Invalid(f"the test did not arrive: {outcome.error}")})
    return await _page(frame, box, told="The test was accepted at the other end.")


@post("/settings/notifications/channels/{channel_id:str}/removal", guards=[admin], status_code=303)
async def remove_channel(channel_id: FromPath[str], box: TheBox, caller: TheCaller, form: TheForm) -> Redirect:
    await fresh.require(box, caller, form)
    await box.db.write(store.remove_channel, box.clock.now(), caller.name, channel_id)
    return go(HOME)


@post("/settings/notifications/rules", guards=[admin], status_code=200)
async def put_rule(frame: TheFrame, box: TheBox, form: TheForm) -> Template | Redirect:
    """A new one, or another content for the one with this id."""
    await fresh.require(box, frame.caller, form)
    try:
        await box.db.write(store.put_rule, frame.now, frame.caller.name, read(form), form.text("id") or None)
    except Refusal as refusal:
        return await _page(frame, box, typed=form, refused={"rule": refusal})
    return go(HOME)


@post("/settings/notifications/rules/{rule_id:str}/test", guards=[admin], status_code=200)
async def test_rule(rule_id: FromPath[str], frame: TheFrame, box: TheBox) -> Template:
    """To each of its channels, whatever time of day it is."""
    rule = await box.db.read(store.rule, rule_id)
    names = {channel.id: channel.name for channel in await box.db.read(store.channels)}
    for channel_id in store.spec_of(rule).channels:
        outcome = await try_out(box, frame.caller.name, channel_id)
        if outcome.error:
            sentence = f"the test did not arrive at {names.get(channel_id, channel_id)}: {outcome.error}"
            return await _page(frame, box, refused={"test": Invalid(sentence)})
    return await _page(frame, box, told=f"The test of {rule.name} was accepted by all of its channels.")


@post("/settings/notifications/rules/{rule_id:str}/removal", guards=[admin], status_code=303)
async def remove_rule(rule_id: FromPath[str], box: TheBox, caller: TheCaller, form: TheForm) -> Redirect:
    await fresh.require(box, caller, form)
    await box.db.write(store.remove_rule, box.clock.now(), caller.name, rule_id)
    return go(HOME)


@post("/settings/notifications/deliveries/{delivery_id:str}/retry", guards=[admin], status_code=303)
async def retry(delivery_id: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await box.db.write(store.retry, box.clock.now(), caller.name, delivery_id)
    return go(HOME)


def read(form: Form) -> RuleSpec:
    return RuleSpec(
        name=form.text("rule"), kinds=tuple(form.every("kind")), channels=tuple(form.every("channel")),
        q=form.text("q"), severity=form.text("severity") or "CRITICAL", delaySeconds=_seconds(form, "delay", "5m"),
        groupSeconds=_seconds(form, "group", "30s"), remindSeconds=_seconds(form, "remind", ""),
        quiet=form.text("quiet"), digest=form.text("digest"),
        timeZone=form.text("zone") or "UTC",
    )  # fmt: skip


def typed_of(rule: Rule) -> Form:
    """As it would have been typed."""
    spec = store.spec_of(rule)
    lengths = ("delay", spec.delaySeconds), ("group", spec.groupSeconds), ("remind", spec.remindSeconds)
    return Form(
        [
            ("id", rule.id), ("rule", spec.name), ("q", spec.q), ("severity", spec.severity), ("quiet", spec.quiet),
            ("digest", spec.digest), ("zone", spec.timeZone),
            *(("kind", kind) for kind in spec.kinds), *(("channel", channel) for channel in spec.channels),
            *((name, f"{seconds}s" if seconds else "0") for name, seconds in lengths),
        ]
    )  # fmt: skip


def _seconds(form: Form, name: str, otherwise: str) -> int:
    text = form.text(name) or otherwise
    try:
        return int(duration.parse(text).total_seconds()) if text not in ("", "0") else 0
    except ValueError as error:
        raise Invalid(f"{name} is {text[:40]!a}, {error}") from None


async def _page(
    frame: Frame, box: Box, typed: Form | None = None, refused: dict[str, Refusal] | None = None,
    told: str = "", secret: str | None = None,
) -> Template:  # fmt: skip
    refused = refused or {}
    return frame.page(
        "notices/settings.html", next((each.status for each in refused.values()), 200), kinds=KINDS, signs=SIGNS,
        severities=SEVERITIES, typed=typed or Form(), refused=refused, told=told, secret=secret,
        **await box.db.read(_everything),
    )  # fmt: skip


def _everything(session: Session) -> dict[str, Any]:
    channels = store.channels(session)
    return {
        "channels": channels, "names": {channel.id: channel.name for channel in channels},
        "rules": [(rule.id, store.spec_of(rule)) for rule in store.rules(session)],
        "deliveries": store.deliveries(session, None, None, SHOWN),
    }  # fmt: skip


handlers = [show, add_channel, test_channel, remove_channel, put_rule, test_rule, remove_rule, retry]
