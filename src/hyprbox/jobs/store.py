"""Jobs as people see them: queued, looked up, cancelled, run again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hyprbox import ids
from hyprbox.audit import store as audit
from hyprbox.db import wake
from hyprbox.errors import Conflict, Invalid, Missing
from hyprbox.findings import store as findings
from hyprbox.findings.model import UNPROVEN
from hyprbox.jobs import news
from hyprbox.jobs.model import UNKNOWN, Job, Piece, State
from hyprbox.jobs.news import READ_AT_ONCE
from hyprbox.jobs.order import Order, Preset
from hyprbox.nodes import store as nodes

LEASE_SECONDS = 90
ENDED = [state for state in State if state not in (State.QUEUED, State.RUNNING)]


def queue(session: Session, now: datetime, actor: str, order: Order, job_id: str | None = None) -> Job:
    if not nodes.exists(session, order.node_id):
        raise Missing(f"node {order.node_id} is not known")
    if order.expires_at is not None and order.expires_at <= now:
        raise Invalid(f"expiresAt is {order.expires_at.isoformat()}, expected a time in the future")
    preset = order.preset
    job = Job(
        node_id=order.node_id, id=job_id or ids.new(), state=State.QUEUED, title=order.title, script=order.script,
        env=order.env,
        redact=order.redact, rescan=order.rescan, wait_for=order.wait_for, timeout_seconds=order.timeout_seconds,
        kill_grace_seconds=order.kill_grace_seconds, max_output_bytes=order.max_output_bytes,
        lease_seconds=LEASE_SECONDS, expires_at=order.expires_at, created_at=now, created_by=actor,
        preset=preset and preset.id, preset_version=preset and preset.version, preset_sha256=preset and preset.sha256,
        params=preset.params if preset else {}, rerun_of=order.rerun_of, survivors=[],
    )  # fmt: skip
    session.add(job)
    session.flush()
    audit.record(session, now, actor, "job.queue", job.id, node=job.node_id, title=job.title)
    wake(session, "node", job.node_id)
    tell(session, job)
    return job


def get(session: Session, job_id: str) -> Job:
    job = session.scalar(select(Job).where(Job.id == job_id))
    if job is None:
        raise Missing(f"job {job_id} is not known")
    return job


def locked(session: Session, job_id: str) -> Job:
    """For a change: no other process changes it before the commit."""
    as_it_is = select(Job).where(Job.id == job_id).with_for_update().execution_options(populate_existing=True)
    job = session.scalar(as_it_is)
    if job is None:
        raise Missing(f"job {job_id} is not known")
    return job


def page(session: Session, node_id: str | None, state: str | None, before: str | None, limit: int) -> Sequence[Job]:
    """Newest first."""
    jobs = select(Job).order_by(Job.id.desc()).limit(limit)
    if node_id:
        jobs = jobs.where(Job.node_id == node_id)
    if state:
        jobs = jobs.where(Job.state == state)
    return session.scalars(jobs.where(Job.id < before) if before else jobs).all()


def cancel(session: Session, now: datetime, actor: str, job_id: str) -> Job:
    """A queued one never starts; a running one is asked to end, and says itself when it has."""
    job = locked(session, job_id)
    if job.has_ended:
        raise Conflict(f"job {job_id} is {job.state}, expected one that has not ended")
    if job.state == State.QUEUED:
        end(session, now, job, State.CANCELLED, f"cancelled by {actor} before it started")
    elif job.run_id is None:
        raise Conflict(f"job {job_id} runs on an agent that cannot be told to stop; its true end will be shown")
    elif job.cancel_asked_at is None:
        job.cancel_asked_at, job.cancel_asked_by = now, actor
        wake(session, "cancel", job.id)
        tell(session, job)
    audit.record(session, now, actor, "job.cancel", job_id, node=job.node_id)
    return job


def rerun(session: Session, now: datetime, actor: str, job_id: str) -> Job:
    """The same again, as a new job."""
    return queue(session, now, actor, replace(order_of(get(session, job_id)), rerun_of=job_id))


def order_of(job: Job) -> Order:
    preset = None
    if job.preset is not None:
        preset = Preset(
            id=job.preset, version=job.preset_version or 0, sha256=job.preset_sha256 or "", params=job.params
        )
    return Order(
        node_id=job.node_id, script=job.script, timeout_seconds=job.timeout_seconds, env=job.env, redact=job.redact,
        kill_grace_seconds=job.kill_grace_seconds, max_output_bytes=job.max_output_bytes, rescan=job.rescan,
        wait_for=job.wait_for, preset=preset,
    )  # fmt: skip


def end(session: Session, now: datetime, job: Job, state: State, error: str | None) -> None:
    """The one place where a job stops being queued or running, whoever says so."""
    job.state, job.finished_at, job.error_msg = state, job.finished_at or now, error
    session.flush()
    if state != State.SUCCEEDED:
        how = UNPROVEN if state in UNKNOWN else None
        findings.give_up_fix(session, now, job.id, f"its job ended as {state}", how)
    tell(session, job)
    wake(session, "node", job.node_id)


def tell(session: Session, job: Job, printed: bytes = b"") -> None:
    """`printed` is what has just been added to its output; very much is read piece by piece instead."""
    is_small = len(printed) <= READ_AT_ONCE
    wake(session, "job", job.id, news.of(job, job.output_bytes - len(printed), printed) if is_small else None)
    wake(session, "fleet", "jobs")


def expire(session: Session, now: datetime) -> int:
    """Queued ones whose time is over never start."""
    over = update(Job).where(Job.state == State.QUEUED, Job.expires_at <= now).values(state=State.EXPIRED)
    jobs = session.scalars(over.returning(Job)).all()
    for job in jobs:
        end(session, now, job, State.EXPIRED, "the node did not fetch it in time")
    return len(jobs)


def expire_unfinished(session: Session, now: datetime) -> int:
    """For a database from yesterday: what was going on then is not to run, or run again, today."""
    jobs = session.scalars(select(Job).where(Job.state.in_([State.QUEUED, State.RUNNING]))).all()
    for job in jobs:
        end(session, now, job, State.EXPIRED, "the database was restored from a backup")
    return len(jobs)


def drop_output(session: Session, before: datetime, limit: int) -> int:
    """Of jobs that ended before. How many jobs lost theirs; that is shown with them."""
    old = select(Job).where(Job.finished_at < before, Job.output_bytes > 0, Job.state.in_(ENDED)).limit(limit)
    jobs = session.scalars(old).all()
    for job in jobs:
        session.execute(delete(Piece).where(Piece.node_id == job.node_id, Piece.job_id == job.id))
        job.output_bytes = 0
    return len(jobs)


def drop_jobs(session: Session, before: datetime, limit: int) -> int:
    old = select(Job).where(Job.finished_at < before, Job.state.in_(ENDED)).limit(limit)
    jobs = session.scalars(old).all()
    for job in jobs:
        session.execute(delete(Piece).where(Piece.node_id == job.node_id, Piece.job_id == job.id))
        session.delete(job)
    return len(jobs)


def queued_nodes(session: Session) -> Sequence[str]:
    return session.scalars(select(Job.node_id).where(Job.state == State.QUEUED).distinct()).all()


def count_by_state(session: Session) -> dict[str, int]:
    """Of those that are not over: queued and running."""
    going_on = Job.state.in_([State.QUEUED, State.RUNNING])
    counted = session.execute(select(Job.state, func.count()).where(going_on).group_by(Job.state)).all()
    return {State.QUEUED: 0, State.RUNNING: 0} | dict(counted)
