from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class Verdict(StrEnum):
    """What a fix has come to. Only a scan makes it VERIFIED_FIXED; exit code 0 alone never does."""

    VERIFIED_FIXED = "VERIFIED_FIXED"
    NOT_FIXED = "NOT_FIXED"
    NEEDS_REBOOT = "NEEDS_REBOOT"
    REFUSED = "REFUSED"
    ROLLED_BACK = "ROLLED_BACK"
    FAILED = "FAILED"
    UNVERIFIED = "UNVERIFIED"
    REGRESSED = "REGRESSED"


UNPROVEN = text("verdict = 'UNVERIFIED'")


class Remediation(Base):
    """One fix of one finding: who ran which preset with what, and what the scan after it saw.

    While it is `guarded` its change may still be taken back, so there is no verdict.
    """

    __tablename__ = "remediations"
    __table_args__ = (
        Index("remediations_by_id", "id"),
        Index("remediations_by_finding", "finding_id", "id"),
        Index("remediations_by_job", "job_id"),
        Index("remediations_by_preset", "preset", "verdict"),
        Index("remediations_unproven", "id", sqlite_where=UNPROVEN, postgresql_where=UNPROVEN),
    )

    node_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    finding_id: Mapped[str]
    finding_type: Mapped[str]
    finding_key: Mapped[str]
    preset: Mapped[str]
    preset_version: Mapped[int]
    preset_sha256: Mapped[str]
    params: Mapped[dict[str, str]] = mapped_column(JSON)
    job_id: Mapped[str]
    started_by: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    verdict: Mapped[str | None]
    note: Mapped[str]
    guarded: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    before: Mapped[str]
    after: Mapped[str | None]


class Evidence(Base):
    """What a scan saw, under its own SHA-256, so that it can neither be changed nor be kept twice."""

    __tablename__ = "evidence"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
