"""A job as programs see it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hyprbox.jobs.model import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    id: str
    nodeId: str
    state: str
    title: str
    exitCode: int | None
    reason: str | None
    signal: int | None
    errorMsg: str | None
    createdAt: datetime
    createdBy: str
    startedAt: datetime | None
    finishedAt: datetime | None
    timeoutSeconds: int
    expiresAt: datetime | None
    outputBytes: int
    preset: str | None
    presetVersion: int | None
    params: dict[str, str]
    rerunOf: str | None
    cancelAskedAt: datetime | None
    survivors: list[dict[str, Any]] = field(default_factory=list)
    rusage: dict[str, Any] | None = None
    script: str | None = None


def view(job: Job, with_script: bool = False, shows_title: bool = True) -> JobView:
    """The title of a script is its first line, so that it is shown only to who may see scripts."""
    title = job.title if shows_title or job.preset else "a script"
    return JobView(
        id=job.id, nodeId=job.node_id, state=job.state, title=title, exitCode=job.exit_code, reason=job.reason,
        signal=job.signal, errorMsg=job.error_msg, createdAt=job.created_at, createdBy=job.created_by,
        startedAt=job.started_at or job.claimed_at, finishedAt=job.finished_at, timeoutSeconds=job.timeout_seconds,
        expiresAt=job.expires_at, outputBytes=job.output_bytes, preset=job.preset, presetVersion=job.preset_version,
        params=job.params, rerunOf=job.rerun_of, cancelAskedAt=job.cancel_asked_at, survivors=job.survivors,
        rusage=job.rusage, script=job.script if with_script else None,
    )  # fmt: skip
