from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class State(StrEnum):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    LOST = "LOST"


GOING_ON = (State.QUEUED, State.RUNNING)
UNKNOWN = (State.CANCELLED, State.EXPIRED, State.LOST)  # what it has done, nobody can say


class Job(Base):
    """One script on one node, once. `id` sorts by the time it was queued, which is the order in which jobs run.

    `received_bytes` is how far the node's stream has come, `output_bytes` how much of it is kept.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("jobs_by_id", "id"),
        Index(
            "jobs_queued", "node_id", "id",
            sqlite_where=text("state = 'QUEUED'"), postgresql_where=text("state = 'QUEUED'"),
        ),
        Index(
            "jobs_not_compacted", "id",
            sqlite_where=text("compacted IS 0"), postgresql_where=text("compacted IS false"),
        ),
        Index(
            "jobs_running", "node_id", "id",
            sqlite_where=text("state = 'RUNNING'"), postgresql_where=text("state = 'RUNNING'"),
        ),
    )  # fmt: skip

    node_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    title: Mapped[str]
    script: Mapped[str]
    env: Mapped[dict[str, str]] = mapped_column(JSON)
    redact: Mapped[list[str]] = mapped_column(JSON)
    rescan: Mapped[list[str]] = mapped_column(JSON)
    wait_for: Mapped[list[str]] = mapped_column(JSON, server_default="[]")
    timeout_seconds: Mapped[int]
    kill_grace_seconds: Mapped[int]
    max_output_bytes: Mapped[int] = mapped_column(BigInteger)
    lease_seconds: Mapped[int]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    preset: Mapped[str | None]
    preset_version: Mapped[int | None]
    preset_sha256: Mapped[str | None]
    params: Mapped[dict[str, str]] = mapped_column(JSON)
    rerun_of: Mapped[str | None]

    run_id: Mapped[str | None]
    token_id: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    last_contact: Mapped[datetime | None]
    cancel_asked_at: Mapped[datetime | None]
    cancel_asked_by: Mapped[str | None]

    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    node_finished_at: Mapped[datetime | None]
    exit_code: Mapped[int | None]
    reason: Mapped[str | None]
    signal: Mapped[int | None]
    error_msg: Mapped[str | None]
    survivors: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    rusage: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    received_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    output_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    compacted: Mapped[bool] = mapped_column(default=False)

    @property
    def has_ended(self) -> bool:
        return self.state not in GOING_ON


class Piece(Base):
    """A part of a job's output, from `offset` on; after the end few and compressed."""

    __tablename__ = "job_output"

    node_id: Mapped[str] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(primary_key=True)
    offset: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    compressed: Mapped[bool] = mapped_column(default=False)
