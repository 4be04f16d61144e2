from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Dialect, ForeignKey, Index, SmallInteger, String, TypeDecorator, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hyprbox.db import Base


class Status(StrEnum):
    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"


OFFLINE = text("status = 'OFFLINE'")


class Pairs(TypeDecorator[dict[str, str]]):
    """Kept as " env=prod role=web ": between spaces a pair can be looked for without taking the text apart."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: dict[str, str] | None, dialect: Dialect) -> str | None:
        return None if value is None else as_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, str] | None:
        return None if value is None else from_text(value)


def as_text(labels: Mapping[str, str]) -> str:
    pairs = " ".join(f"{name}={value}" for name, value in sorted(labels.items()))
    return f" {pairs} " if pairs else ""


def from_text(text: str) -> dict[str, str]:
    return {name: value for name, _, value in (pair.partition("=") for pair in text.split())}


class Node(Base):
    """What a node is; written only when something of it has changed. `agent_labels` are those it brought itself.

    `words` is all that a word is looked for in, in lower case. Triggers of the database keep it.
    """

    __tablename__ = "nodes"

    node_id: Mapped[str] = mapped_column(primary_key=True)
    hostname: Mapped[str]
    os: Mapped[str]
    agent_version: Mapped[str]
    ip: Mapped[str | None]
    region: Mapped[str | None]
    kernel: Mapped[str | None]
    architecture: Mapped[str | None]
    labels: Mapped[dict[str, str]] = mapped_column(Pairs, server_default="")
    agent_labels: Mapped[dict[str, str] | None] = mapped_column(Pairs)
    first_seen: Mapped[datetime]
    words: Mapped[str] = mapped_column(server_default="", deferred=True)
    state: Mapped["State"] = relationship(lazy="joined", innerjoin=True, viewonly=True)

    @property
    def all_labels(self) -> dict[str, str]:
        """What people say counts before what the agent says."""
        return (self.agent_labels or {}) | self.labels


class State(Base):
    """How a node is; written with every heartbeat, so it is narrow and has no index on last_seen.

    Percentages are kept as tenths: 31 is 3.1 %. `said` is the digest of what the node last said of what it is.
    `last_contact` is there for a node that holds polls: when it was last heard at all, `silent_since` once that is too
    long ago. The journal's head is what it says of the chain it keeps of what ran on it, which only grows.
    The order "worst first" has an index, and so have those that are OFFLINE: no heartbeat of a node that stays what it
    is changes what is in them, so they cost none.
    """

    __tablename__ = "node_state"
    __table_args__ = (
        Index("node_state_offline", "node_id", sqlite_where=OFFLINE, postgresql_where=OFFLINE),
        {"postgresql_with": {"fillfactor": "70"}},
    )

    node_id: Mapped[str] = mapped_column(
        ForeignKey("nodes.node_id", ondelete="CASCADE", onupdate="CASCADE"), primary_key=True
    )
    status: Mapped[str]
    last_seen: Mapped[datetime]
    cpu: Mapped[int] = mapped_column(SmallInteger)
    ram: Mapped[int] = mapped_column(SmallInteger)
    disk: Mapped[int] = mapped_column(SmallInteger)
    uptime_seconds: Mapped[int | None]
    open_critical: Mapped[int] = mapped_column(default=0, server_default="0")
    open_warn: Mapped[int] = mapped_column(default=0, server_default="0")
    open_info: Mapped[int] = mapped_column(default=0, server_default="0")
    said: Mapped[str]
    identity: Mapped[str | None]
    identity_before: Mapped[str | None]
    identity_flips: Mapped[int] = mapped_column(default=0, server_default="0")
    identity_flipped_at: Mapped[datetime | None]
    last_contact: Mapped[datetime | None]
    silent_since: Mapped[datetime | None]
    exec_lock: Mapped[bool] = mapped_column(default=False, server_default=false())
    journal_seq: Mapped[int | None] = mapped_column(BigInteger)
    journal_head: Mapped[str | None]
    journal_broke_at: Mapped[datetime | None]


Index("node_state_worst_first", State.open_critical.desc(), State.open_warn.desc(), State.node_id)


class Sample(Base):
    """One point of a node's load; ts in seconds since 1970, percentages as tenths."""

    __tablename__ = "samples"
    __table_args__ = ({"sqlite_with_rowid": False, "postgresql_partition_by": "RANGE (ts)"},)

    node_id: Mapped[str] = mapped_column(primary_key=True)
    ts: Mapped[int] = mapped_column(primary_key=True)
    cpu: Mapped[int] = mapped_column(SmallInteger)
    ram: Mapped[int] = mapped_column(SmallInteger)
    disk: Mapped[int] = mapped_column(SmallInteger)


class Rollup(Base):
    """Many samples as one point: averages and maxima of `step` seconds from `ts` on."""

    __tablename__ = "rollups"
    __table_args__ = ({"sqlite_with_rowid": False},)

    node_id: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    ts: Mapped[int] = mapped_column(primary_key=True)
    cpu: Mapped[int] = mapped_column(SmallInteger)
    cpu_max: Mapped[int] = mapped_column(SmallInteger)
    ram: Mapped[int] = mapped_column(SmallInteger)
    ram_max: Mapped[int] = mapped_column(SmallInteger)
    disk: Mapped[int] = mapped_column(SmallInteger)
    disk_max: Mapped[int] = mapped_column(SmallInteger)


class Change(Base):
    """A node came ONLINE or went OFFLINE."""

    __tablename__ = "node_changes"
    __table_args__ = (Index("node_changes_by_time", "at"),)

    node_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    status: Mapped[str]


class Saved(Base):
    """A query that somebody keeps under a name."""

    __tablename__ = "saved_queries"

    name: Mapped[str] = mapped_column(primary_key=True)
    q: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
