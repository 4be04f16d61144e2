from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class State(StrEnum):
    """What is known here of a guard on a node. The node itself decides: it rolls back also when nobody hears of it."""

    AWAITED = "AWAITED"
    ARMED = "ARMED"
    CONFIRMED = "CONFIRMED"
    ROLLED_BACK = "ROLLED_BACK"
    FAILED = "FAILED"
    NOT_ARMED = "NOT_ARMED"


OPEN = (State.AWAITED, State.ARMED)


class Kind(StrEnum):
    """Kinds of proof that people still get in after a change."""

    REACH = "reach"  # the control plane reached the node's sshd, which showed the right key
    HUMAN = "human"  # a person said so
    PROBE = "probe"  # from a network namespace of the node it can be reached
    AGENT = "agent"  # the agent reached the control plane after the change


class Guard(Base):
    """One change that is taken back unless it is confirmed. `job_id` is that of the job that made it.

    `until` is when the node takes it back. `doors` are the ports of its sshd with the keys that it must show, `peer` is
    the address from which the agent called. `asked` is a job that is under way for the guard, `asked_for` what it is
    to find out.
    """

    __tablename__ = "guards"
    __table_args__ = (
        Index("guards_by_job", "job_id"),
        Index("guards_by_question", "asked"),
        Index(
            "guards_open", "next_try",
            sqlite_where=text("state = 'ARMED'"), postgresql_where=text("state = 'ARMED'"),
        ),
    )  # fmt: skip

    node_id: Mapped[str] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(primary_key=True)
    preset: Mapped[str]
    params: Mapped[dict[str, str]] = mapped_column(JSON)
    areas: Mapped[list[str]] = mapped_column(JSON)
    needs_human: Mapped[bool]
    seconds: Mapped[int]
    state: Mapped[str]
    opened_at: Mapped[datetime]
    until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    doors: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    peer: Mapped[str | None]
    proofs: Mapped[dict[str, Any]] = mapped_column(JSON)
    tried: Mapped[list[str]] = mapped_column(JSON)
    asked: Mapped[str | None]
    asked_for: Mapped[str | None]
    next_try: Mapped[datetime | None]
    note: Mapped[str]


class Door(Base):
    """Where an admin said that a node's sshd is to be reached, in place of the address from which its agent calls."""

    __tablename__ = "doors"

    node_id: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str]
    set_by: Mapped[str]
