"""A remediation as programs see it, and as its proof says it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hyprbox.remediations.model import Remediation
from hyprbox.remediations.store import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class RemediationView:
    id: str
    nodeId: str
    findingId: str
    findingType: str
    findingKey: str
    preset: str
    presetVersion: int
    presetSha256: str
    params: dict[str, str]
    jobId: str
    startedBy: str
    startedAt: datetime
    endedAt: datetime | None
    verdict: str | None
    note: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """`medianSeconds` of the fixes that were proven."""

    preset: str
    ended: int
    fixed: int
    rolledBack: int
    unproven: int
    medianSeconds: float | None


def view(
    fix: Remediation, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None
) -> RemediationView:
    return RemediationView(
        id=fix.id, nodeId=fix.node_id, findingId=fix.finding_id, findingType=fix.finding_type,
        findingKey=fix.finding_key, preset=fix.preset, presetVersion=fix.preset_version,
        presetSha256=fix.preset_sha256, params=fix.params, jobId=fix.job_id, startedBy=fix.started_by,
        startedAt=fix.started_at, endedAt=fix.ended_at, verdict=fix.verdict, note=fix.note, before=before, after=after,
    )  # fmt: skip


def record_view(preset: str, record: Record) -> RecordView:
    return RecordView(
        preset=preset, ended=record.ended, fixed=record.fixed, rolledBack=record.rolled_back,
        unproven=record.unproven,
        medianSeconds=record.median_seconds,
    )  # fmt: skip
