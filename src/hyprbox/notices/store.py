"""Channels and rules as people handle them, and what has become of messages."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hyprbox import ids
from hyprbox.audit import store as audit
from hyprbox.errors import Conflict, Invalid, Missing
from hyprbox.notices.model import Channel, Delivery, Matter, Rule, Sent
from hyprbox.notices.spec import RuleSpec, read
from hyprbox.sealing import CHANNELS, seal

WEBHOOK = ("http", "https")
# What would not leave this machine, or would run something on it.
LOCAL = {"dbus", "kde", "qt", "glib", "gnome", "macosx", "windows", "syslog", "file", "spush"}
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


def add_channel(
    session: Session, now: datetime, actor: str, key_file: Path, name: str, url: str
) -> tuple[Channel, str | None]:
    """With the secret that signs what a webhook is sent; neither address nor secret is shown again."""
    kind = check_channel(name, url)
    signs = f"hbwh_{secrets.token_urlsafe(32)}" if kind == "webhook" else None
    sealed = seal(key_file, CHANNELS, f"{signs or ''} {url}")
    channel = Channel(id=ids.new(), name=name, kind=kind, sealed=sealed, made_by=actor, made_at=now)
    session.add(channel)
    session.flush()
    audit.record(session, now, actor, "channel.add", channel.id, name=name, kind=kind)
    return channel, signs


def check_channel(name: str, url: str) -> str:
    """The kind: webhook, or what Apprise calls it. The sentence never repeats the address."""
    if not 1 <= len(name) <= 100:
        raise Invalid(f"name has {len(name)} characters, expected 1 to 100")
    if len(url) > 2000 or not SCHEME.fullmatch(url):
        raise Invalid("url is no address, expected https://… for a webhook or one of Apprise, such as mailto://…")
    scheme = url.partition("://")[0].lower()
    if scheme in LOCAL:
        raise Invalid(f"url begins with {scheme}://, expected something that leaves this machine")
    if scheme in WEBHOOK and not urlsplit(url).hostname:
        raise Invalid("url has no host, expected for example https://example.com/hook")
    return "webhook" if scheme in WEBHOOK else scheme[:20]


def channels(session: Session) -> Sequence[Channel]:
    return session.scalars(select(Channel).order_by(Channel.name, Channel.id)).all()


def channel(session: Session, channel_id: str) -> Channel:
    found = session.get(Channel, channel_id)
    if found is None:
        raise Missing(f"channel {channel_id} is not known")
    return found


def remove_channel(session: Session, now: datetime, actor: str, channel_id: str) -> None:
    used = [rule.name for rule in rules(session) if channel_id in rule.spec["channels"]]
    if used:
        raise Conflict(f"channel {channel_id} is used by the rule {used[0]}, expected one that no rule uses")
    name = channel(session, channel_id).name
    session.execute(delete(Channel).where(Channel.id == channel_id))
    session.execute(delete(Delivery).where(Delivery.channel_id == channel_id, Delivery.state != Sent.SENT))
    audit.record(session, now, actor, "channel.remove", channel_id, name=name)


def rules(session: Session) -> Sequence[Rule]:
    return session.scalars(select(Rule).order_by(Rule.name, Rule.id)).all()


def rule(session: Session, rule_id: str) -> Rule:
    found = session.get(Rule, rule_id)
    if found is None:
        raise Missing(f"rule {rule_id} is not known")
    return found


def put_rule(session: Session, now: datetime, actor: str, spec: RuleSpec, rule_id: str | None = None) -> Rule:
    """A new one, or another content for a known one."""
    spec.check()
    for channel_id in spec.channels:
        channel(session, channel_id)
    changed = Rule(id=ids.new(), made_by=actor, made_at=now) if rule_id is None else rule(session, rule_id)
    changed.name, changed.spec = spec.name, spec.stored()
    session.add(changed)
    session.flush()
    audit.record(session, now, actor, "rule.put", changed.id, **spec.stored())
    return changed


def remove_rule(session: Session, now: datetime, actor: str, rule_id: str) -> None:
    if not session.scalars(delete(Rule).where(Rule.id == rule_id).returning(Rule.id)).all():
        raise Missing(f"rule {rule_id} is not known")
    session.execute(delete(Matter).where(Matter.rule_id == rule_id))
    audit.record(session, now, actor, "rule.remove", rule_id)


def spec_of(rule: Rule) -> RuleSpec:
    return read(rule.spec)


def deliveries(session: Session, state: Sent | None, before: str | None, limit: int) -> Sequence[Delivery]:
    """Newest first."""
    rows = select(Delivery).order_by(Delivery.id.desc()).limit(limit)
    rows = rows.where(Delivery.state == state) if state else rows
    return session.scalars(rows.where(Delivery.id < before) if before else rows).all()


def retry(session: Session, now: datetime, actor: str, delivery_id: str) -> Delivery:
    """A dead one once more."""
    again = update(Delivery).where(Delivery.id == delivery_id, Delivery.state == Sent.DEAD)
    row: Delivery | None = session.scalar(
        again.values(state=Sent.WAITING, attempts=0, due_at=now, error="").returning(Delivery)
    )
    if row is None:
        raise Conflict(f"delivery {delivery_id} is not known or not dead, expected one that was given up")
    audit.record(session, now, actor, "delivery.retry", delivery_id)
    return row
