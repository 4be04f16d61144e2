"""Channels, rules and messages over HTTP."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy.orm import Session

from hyprbox import fresh, ids
from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, admin
from hyprbox.form import Form
from hyprbox.notices import post as posting
from hyprbox.notices import store
from hyprbox.notices.model import Channel, Delivery, Rule, Sent
from hyprbox.notices.outbox import Letter, Outcome
from hyprbox.notices.spec import RuleSpec
from hyprbox.paging import DEFAULT, Limit, Page, page
from hyprbox.sealing import CHANNELS, unseal


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChannel:
    """`url`: https://… for a webhook, or an address as Apprise writes it, such as mailto://user:password@host."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """`secret` signs what a webhook is sent, and is shown only now."""

    id: str
    name: str
    kind: str
    madeBy: str
    madeAt: datetime
    secret: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    id: str
    rule: RuleSpec
    madeBy: str
    madeAt: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    id: str
    channelId: str
    ruleId: str | None
    title: str
    body: str
    state: str
    attempts: int
    dueAt: datetime
    error: str
    madeAt: datetime
    sentAt: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`error` is empty when it has arrived."""

    error: str


@get("/channels", guards=[admin])
async def channels(box: TheBox) -> Page[ChannelView]:
    return Page([channel_view(row) for row in await box.db.read(store.channels)], None)


@post("/channels", guards=[admin])
async def add_channel(data: JSONBody[NewChannel], box: TheBox, caller: TheCaller) -> ChannelView:
    await fresh.require(box, caller, Form())
    made = box.clock.now(), caller.name, box.config.secret_key_file, data.name, data.url
    return channel_view(*await box.db.write(store.add_channel, *made))


@delete("/channels/{channel_id:str}", guards=[admin])
async def remove_channel(channel_id: FromPath[str], box: TheBox, caller: TheCaller) -> None:
    await fresh.require(box, caller, Form())
    await box.db.write(store.remove_channel, box.clock.now(), caller.name, channel_id)


@post("/channels/{channel_id:str}/test", guards=[admin], status_code=200)
async def test_channel(channel_id: FromPath[str], box: TheBox, caller: TheCaller) -> Tried:
    return Tried(error=(await try_out(box, caller.name, channel_id)).error)


@get("/rules", guards=[admin])
async def rules(box: TheBox) -> Page[RuleView]:
    return Page([rule_view(row) for row in await box.db.read(store.rules)], None)


@post("/rules", guards=[admin])
async def add_rule(data: JSONBody[RuleSpec], box: TheBox, caller: TheCaller) -> RuleView:
    await fresh.require(box, caller, Form())
    return rule_view(await box.db.write(store.put_rule, box.clock.now(), caller.name, data))


@put("/rules/{rule_id:str}", guards=[admin])
async def change_rule(rule_id: FromPath[str], data: JSONBody[RuleSpec], box: TheBox, caller: TheCaller) -> RuleView:
    await fresh.require(box, caller, Form())
    return rule_view(await box.db.write(store.put_rule, box.clock.now(), caller.name, data, rule_id))


@delete("/rules/{rule_id:str}", guards=[admin])
async def remove_rule(rule_id: FromPath[str], box: TheBox, caller: TheCaller) -> None:
    await fresh.require(box, caller, Form())
    await box.db.write(store.remove_rule, box.clock.now(), caller.name, rule_id)


@get("/deliveries", guards=[admin])
async def deliveries(
    box: TheBox, limit: Limit = DEFAULT, cursor: FromQuery[str | None] = None,
    in_state: Annotated[Sent | None, QueryParameter(name="state")] = None,
) -> Page[DeliveryView]:  # fmt: skip
    rows = await box.db.read(store.deliveries, in_state, cursor, limit + 1)
    return page(rows, limit, delivery_view, lambda row: row.id)


@post("/deliveries/{delivery_id:str}/retry", guards=[admin], status_code=200)
async def retry(delivery_id: FromPath[str], box: TheBox, caller: TheCaller) -> DeliveryView:
    return delivery_view(await box.db.write(store.retry, box.clock.now(), caller.name, delivery_id))


async def try_out(box: Box, actor: str, channel_id: str) -> Outcome:
    """Sends one message now, past every rule, and says what became of it."""
    opened = await box.db.read(_open, box, channel_id)
    signs, _, url = opened.partition(" ")
    said: dict[str, Any] = {"matters": [], "count": 0, "test": True}
    text = f"{actor} tries out this channel of {box.config.public_url}."
    letter = Letter(ids.new(), url, signs, "A test of HyprBox", text, said, box.clock.now().isoformat())
    return (await posting.send([letter], box.config.notify_networks))[0]


def _open(session: Session, box: Box, channel_id: str) -> str:
    return unseal(box.config.secret_key_file, CHANNELS, store.channel(session, channel_id).sealed)


def channel_view(channel: Channel, secret: str | None = None) -> ChannelView:
    return ChannelView(
        id=channel.id, name=channel.name, kind=channel.kind, madeBy=channel.made_by, madeAt=channel.made_at,
        secret=secret,
    )  # fmt: skip


def rule_view(rule: Rule) -> RuleView:
    return RuleView(id=rule.id, rule=store.spec_of(rule), madeBy=rule.made_by, madeAt=rule.made_at)


def delivery_view(row: Delivery) -> DeliveryView:
    return DeliveryView(
        id=row.id, channelId=row.channel_id, ruleId=row.rule_id, title=row.title, body=row.body, state=row.state,
        attempts=row.attempts, dueAt=row.due_at, error=row.error, madeAt=row.made_at, sentAt=row.sent_at,
    )  # fmt: skip


handlers = [
    channels, add_channel, remove_channel, test_channel, rules, add_rule, change_rule, remove_rule, deliveries, retry,
]  # fmt: skip
