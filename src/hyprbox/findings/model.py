from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Dialect, Index, SmallInteger, TypeDecorator, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base
from hyprwire import Severity


class State(StrEnum):
    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    SNOOZED = "SNOOZED"
    FIXING = "FIXING"
    RESOLVED = "RESOLVED"


UNPROVEN = "unproven"  # how a fix ended of which nobody knows whether it helped

LEFT = text("state <> 'RESOLVED'")


class Ranked(TypeDecorator[Severity]):
    """A severity as a number, so that the database sorts and compares: INFO 0, WARN 1, CRITICAL 2."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: Severity | None, dialect: Dialect) -> int | None:
        return None if value is None else rank(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Severity | None:
        return None if value is None else list(Severity)[value]


def rank(severity: Severity) -> int:
    return list(Severity).index(severity)


class Finding(Base):
    """(node_id, type, key) names it for life. When it was last seen: `store.last_seen`."""

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("node_id", "type", "key"),
        Index("findings_by_id", "id"),
        Index("findings_by_state", "state", "severity", "id"),
        Index("findings_by_job", "fix_job"),
        Index("findings_by_resolution", "resolved_at"),
        Index(
            "findings_by_suppression",
            "suppression",
            sqlite_where=text("suppression IS NOT NULL"),
            postgresql_where=text("suppression IS NOT NULL"),
        ),
        Index(
            "findings_held",
            "held_until",
            sqlite_where=text("held_until IS NOT NULL"),
            postgresql_where=text("held_until IS NOT NULL"),
        ),
        Index("findings_by_kind", "state", "type", "severity", "id"),
        Index("findings_left", "severity", "id", sqlite_where=LEFT, postgresql_where=LEFT),
        Index("findings_left_by_type", "type", "severity", "id", sqlite_where=LEFT, postgresql_where=LEFT),
    )

    node_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    key: Mapped[str]
    severity: Mapped[Severity] = mapped_column(Ranked)
    message: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column("metadata", JSON)
    scanner: Mapped[str]
    scan_id: Mapped[str | None]
    first_seen: Mapped[datetime]
    seen_at: Mapped[datetime]
    in_last_report: Mapped[bool]
    state: Mapped[str]
    state_before_fix: Mapped[str | None]
    fix_job: Mapped[str | None]
    held_by: Mapped[str | None]
    held_why: Mapped[str | None]
    held_until: Mapped[datetime | None]
    suppression: Mapped[str | None]
    resolved_at: Mapped[datetime | None]
    resolved_how: Mapped[str | None]
    reopen_count: Mapped[int] = mapped_column(default=0)


class Event(Base):
    """One change of one finding. Append-only.

    `how` it was resolved; or the severity that took it up again by rising to it; or UNPROVEN.
    """

    __tablename__ = "finding_events"
    __table_args__ = (Index("finding_events_by_finding", "finding_id", "id"), Index("finding_events_by_id", "id"))

    node_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    finding_id: Mapped[str]
    at: Mapped[datetime]
    was: Mapped[str | None]
    became: Mapped[str]
    actor: Mapped[str]
    note: Mapped[str]
    how: Mapped[str | None]
    scan_id: Mapped[str | None]
    job_id: Mapped[str | None]


class ScannerState(Base):
    """What a scanner of a node last said. The empty name stands for an agent that does not describe its scans.

    `off`: that somebody has switched it off, so that it does not look at all.
    """

    __tablename__ = "scanner_state"

    node_id: Mapped[str] = mapped_column(primary_key=True)
    scanner: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
    last_ok: Mapped[datetime | None]
    error: Mapped[str | None]
    digest: Mapped[str]
    seq: Mapped[int] = mapped_column("scan_seq", BigInteger, default=0, server_default=text("0"))
    seq_before: Mapped[int] = mapped_column("seq", default=0)  # too narrow for milliseconds on PostgreSQL; unused
    interval_seconds: Mapped[int] = mapped_column(default=0)
    off: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
