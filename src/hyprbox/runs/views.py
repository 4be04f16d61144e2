"""A run as programs see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hyprbox.runs.model import Run, Step, Target
from hyprbox.runs.spec import Given, read


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """`nodes` says how many are WAITING, GOING, DONE, FAILED, UNKNOWN, PASSED and SKIPPED."""

    id: str
    title: str
    state: str
    note: str
    q: str
    preset: str | None
    params: Given
    batches: list[str]
    batch: int
    concurrency: int
    failuresAllowed: int
    nodes: dict[str, int]
    madeBy: str
    madeAt: datetime
    schedule: str | None
    expiresAt: datetime
    endedAt: datetime | None
    script: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetView:
    nodeId: str
    batch: int
    state: str
    jobId: str | None
    attempts: int
    note: str


def view(run: Run, nodes: Mapping[Step, int], may_read: bool = False) -> RunView:
    """The first line of a script, and the script, are for who may read scripts."""
    spec = read(run.spec)
    return RunView(
        id=run.id, title=run.title if may_read or spec.preset else "a script", state=run.state, note=run.note,
        q=spec.q, preset=spec.preset, params=spec.params, batches=list(spec.batches), batch=run.batch,
        concurrency=spec.concurrency, failuresAllowed=run.failures_allowed,
        nodes={step: nodes.get(step, 0) for step in Step}, madeBy=run.made_by, madeAt=run.made_at,
        schedule=run.schedule, expiresAt=run.expires_at, endedAt=run.ended_at,
        script=spec.script if may_read else None,
    )  # fmt: skip


def target_view(target: Target) -> TargetView:
    return TargetView(
        nodeId=target.node_id, batch=target.batch, state=target.state, jobId=target.job_id,
        attempts=target.attempts, note=target.note,
    )  # fmt: skip
