from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class Happening(Base):
    """Something that somebody may want to be told. The database itself writes it, in the transaction of the change:
    a trigger of the table that was changed. It is gone as soon as it is sorted."""

    __tablename__ = "happenings"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    node_id: Mapped[str | None]
    subject: Mapped[str]


class Channel(Base):
    """Where messages go. `sealed` is its address with all secrets in it, which is never shown again."""

    __tablename__ = "channels"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    sealed: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]


class Rule(Base):
    """Who is told of what, and when."""

    __tablename__ = "notice_rules"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    spec: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_by: Mapped[str]
    made_at: Mapped[datetime]


class Matter(Base):
    """One thing that a rule watches: how it is, whether that is still to be told, and what was told last."""

    __tablename__ = "matters"
    __table_args__ = (Index("matters_by_time", "pending", "due_at"), Index("matters_of_node", "node_id"))

    rule_id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    node_id: Mapped[str | None]
    topic: Mapped[str]
    text: Mapped[str]
    link: Mapped[str]
    severity: Mapped[str]
    bad: Mapped[bool]
    since: Mapped[datetime]
    pending: Mapped[bool]
    due_at: Mapped[datetime]
    told_bad: Mapped[bool | None]
    told_at: Mapped[datetime | None]
    tellings: Mapped[int]
    counted_from: Mapped[datetime]
    remind_at: Mapped[datetime | None]


class Sent(StrEnum):
    WAITING = "WAITING"
    SENDING = "SENDING"
    SENT = "SENT"
    DEAD = "DEAD"


class Delivery(Base):
    """One message to one channel. Who sends it takes it by changing its state."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("deliveries_by_time", "state", "due_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[str]
    rule_id: Mapped[str | None]
    title: Mapped[str]
    body: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str]
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    error: Mapped[str]
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
