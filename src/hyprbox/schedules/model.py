from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class Missed(StrEnum):
    """What becomes of times at which the control plane was down: one run for all of them, or none."""

    ONCE = "once"
    SKIP = "skip"


class Schedule(Base):
    """A run that begins by itself. Without `cron` it begins once. Who moves `next_at` on begins it."""

    __tablename__ = "schedules"
    __table_args__ = (Index("schedules_by_time", "next_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    spec: Mapped[dict[str, Any]] = mapped_column(JSON)
    cron: Mapped[str | None]
    zone: Mapped[str]
    missed: Mapped[str]
    paused: Mapped[bool]
    next_at: Mapped[datetime | None]
    last_run: Mapped[str | None]
    note: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
