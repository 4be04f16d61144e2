from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class State(StrEnum):
    """HELD: of some node nothing is known, and a person is to say what that means. PAUSED: a person said so."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    HELD = "HELD"
    STOPPED = "STOPPED"
    FINISHED = "FINISHED"
    EXPIRED = "EXPIRED"


class Step(StrEnum):
    """Where a node is in a run. PASSED: a person went on without knowing how it ended. SKIPPED: it never began."""

    WAITING = "WAITING"
    GOING = "GOING"
    DONE = "DONE"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"
    PASSED = "PASSED"
    SKIPPED = "SKIPPED"


class Run(Base):
    """One script or preset over many nodes, batch after batch. `turn` is taken by who moves it on."""

    __tablename__ = "runs"
    __table_args__ = (Index("runs_by_state", "state"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    spec: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    schedule: Mapped[str | None]
    state: Mapped[str]
    note: Mapped[str]
    batch: Mapped[int]
    turn: Mapped[int] = mapped_column(default=0)
    failures_allowed: Mapped[int]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Target(Base):
    """One node of a run, chosen when the run began. `todo` are the findings that are still to be fixed on it."""

    __tablename__ = "run_targets"
    __table_args__ = (
        Index("run_targets_by_state", "run_id", "state", "batch", "place"),
        Index("run_targets_by_job", "job_id"),
        Index("run_targets_of_node", "node_id"),
    )

    run_id: Mapped[str] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(primary_key=True)
    batch: Mapped[int]
    place: Mapped[int]
    state: Mapped[str]
    todo: Mapped[list[str]] = mapped_column(JSON)
    job_id: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    note: Mapped[str]
