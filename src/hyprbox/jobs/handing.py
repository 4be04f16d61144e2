"""Handing jobs to nodes: offered and accepted, or claimed by an agent that knows no offers. One at a time, once."""

import hashlib
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnCollection,
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    update,
)  # fmt: skip
from sqlalchemy.orm import Session, load_only
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.dml import ReturningUpdate

from hyprbox.db import UtcTime
from hyprbox.errors import Conflict, Gone, Missing
from hyprbox.jobs import store
from hyprbox.jobs.model import Job, State
from hyprbox.nodes import store as nodes
from hyprbox.tokens.badge import Badge
from hyprwire import Job as Handed

# Statements of a table's own columns cost a fraction of those that look after objects.
JOBS = cast(Table, Job.__table__)
ITS, RUNNING = JOBS.c, JOBS.alias("running").c

OFFERED = (
    ITS.node_id, ITS.id, ITS.script, ITS.timeout_seconds, ITS.kill_grace_seconds, ITS.env, ITS.max_output_bytes,
    ITS.lease_seconds, ITS.rescan, ITS.redact, ITS.wait_for, ITS.created_by, ITS.expires_at,
)  # fmt: skip
SPOKEN_OF = (
    Job.state, Job.run_id, Job.token_id, Job.claimed_at, Job.last_contact, Job.cancel_asked_at, Job.reason,
    Job.exit_code, Job.finished_at, Job.preset, Job.max_output_bytes, Job.received_bytes, Job.output_bytes,
)  # fmt: skip
Asked = tuple[str, datetime]  # which node, and when


def next_offers(session: Session, asked: list[Asked]) -> dict[Asked, Handed]:
    """Of nodes that ask at the same time. Looking changes nothing: only an acceptance takes a job from the queue."""
    now = max(when for _, when in asked)
    given = {"node_ids": [node_id for node_id, _ in asked], "now": now, "since": nodes.contests_since(now)}
    rows = session.execute(_offers(), given)
    jobs = {row.node_id: handed(row, lease=True) for row in rows}
    return {each: jobs[each[0]] for each in asked if each[0] in jobs}


def next_offer(session: Session, node_id: str, now: datetime) -> Handed | None:
    return next_offers(session, [(node_id, now)]).get((node_id, now))


def accept(session: Session, badge: Badge, job_id: str, run_id: str, now: datetime) -> None:
    """The same runId again is welcome again; Conflict when another run has it, Gone when it is not to run any more."""
    job = of_badge(session, badge, job_id)
    nodes.lock(session, job.node_id)
    if job.run_id == run_id and job.state == State.RUNNING:
        return
    if job.state in (State.CANCELLED, State.EXPIRED) or (job.run_id == run_id and job.state == State.LOST):
        raise Gone(f"job {job_id} is {job.state}")
    if job.state != State.QUEUED or not _take(session, job, badge, run_id, now):
        raise Conflict(f"job {job_id} is {job.state} or another job of node {job.node_id} is running")


def claim(session: Session, badge: Badge, node_id: str, now: datetime) -> Handed | None:
    """For an agent without offers: asking takes. Asking while its last job runs means that it has left that one."""
    nodes.lock(session, node_id)
    running = _running(session, node_id)
    if running and running.run_id is not None:
        return None
    if running:
        store.end(session, now, running, State.LOST, "the agent asked for the next job without reporting its end")
    if nodes.is_contested(session, node_id, now):
        return None
    job = _first_queued(session, node_id, now)
    return handed(job) if job and _take(session, job, badge, None, now) else None


def of_badge(session: Session, badge: Badge, job_id: str) -> Job:
    """Only the token that was handed the job speaks of it, or one pinned to its node; to others it does not exist."""
    job = session.scalar(_spoken_of(), {"job_id": job_id})
    if job is None:
        raise Missing(f"job {job_id} is not known")
    is_anybodys = job.state == State.QUEUED or job.claimed_at is None  # it may have ended before anybody took it
    if badge.node_id == job.node_id or (badge.node_id is None and (is_anybodys or job.token_id == badge.token_id)):
        return job
    raise Missing(f"job {job_id} is not known")


def handed(job: Job | Row[*tuple[Any, ...]], lease: bool = False) -> Handed:
    return Handed(
        id=job.id, script=job.script, timeoutSeconds=job.timeout_seconds, killGraceSeconds=job.kill_grace_seconds,
        env=job.env, maxOutputBytes=job.max_output_bytes, leaseSeconds=job.lease_seconds if lease else None,
        rescan=job.rescan, redact=job.redact, waitFor=job.wait_for, createdBy=job.created_by, sha256=sha256(job.script),
        expiresAt=job.expires_at.isoformat() if job.expires_at else None,
    )  # fmt: skip


def sha256(script: str) -> str:
    """The agent checks it, and writes it down with what it ran."""
    return hashlib.sha256(script.encode("utf-8", "replace")).hexdigest()


def _running(session: Session, node_id: str) -> Job | None:
    return session.scalar(select(Job).where(Job.node_id == node_id, Job.state == State.RUNNING).limit(1))


@cache
def _spoken_of() -> Select[Job]:
    """What its node may change of it or is told: all else of a job is much, and read when it is asked for."""
    one = select(Job).options(load_only(*SPOKEN_OF)).where(Job.id == bindparam("job_id")).with_for_update()
    return one.execution_options(populate_existing=True)


@cache
def _offers() -> Select[*tuple[Any, ...]]:
    """Put together once: that takes longer than to ask. A whole Job costs several times as much as these columns."""
    first = _first_of_each().subquery()
    return select(*OFFERED).join(first, and_(ITS.node_id == first.c.node_id, ITS.id == first.c.id))


def _first_of_each() -> Select[str, str]:
    """The id of the job that a node is to run next, where there is one and nothing keeps it from that."""
    those = ITS.node_id.in_(bindparam("node_ids", expanding=True))
    first = select(ITS.node_id, func.min(ITS.id).label("id")).where(those, _is(ITS, State.QUEUED))
    in_time = first.where(ITS.expires_at.is_(None) | (ITS.expires_at > bindparam("now", type_=UtcTime)))
    free = in_time.where(_is_free(), ~nodes.contested_one(ITS.node_id, bindparam("since", type_=UtcTime)))
    return free.group_by(ITS.node_id)


def _is_free() -> ColumnElement[bool]:
    """No job runs on its node."""
    return ~select(RUNNING.id).where(RUNNING.node_id == ITS.node_id, _is(RUNNING, State.RUNNING)).exists()


def _is(job: ColumnCollection[str, Any], state: State) -> ColumnElement[bool]:
    """It stands in the statement itself: only then is the index of that state alone good for it."""
    found: ColumnElement[bool] = job.state == literal_column(f"'{state.value}'")
    return found


def _first_queued(session: Session, node_id: str, now: datetime) -> Job | None:
    queued = select(Job).where(Job.node_id == node_id, Job.state == State.QUEUED)
    in_time = queued.where(Job.expires_at.is_(None) | (Job.expires_at > now))
    return session.scalar(in_time.order_by(Job.id).limit(1))


def _take(session: Session, job: Job, badge: Badge, run_id: str | None, now: datetime) -> bool:
    """Whoever's UPDATE finds it queued, and its node free, has it."""
    values = {"run_id": run_id, "token_id": badge.token_id, "claimed_at": now, "last_contact": now}
    if session.scalar(_taking(), {"its_node": job.node_id, "its_id": job.id, **values}) is None:
        return False
    for name, value in {"state": State.RUNNING, **values}.items():
        set_committed_value(job, name, value)
    store.tell(session, job)
    return True


@cache
def _taking() -> ReturningUpdate[str]:
    this = ITS.node_id == bindparam("its_node"), ITS.id == bindparam("its_id"), _is(ITS, State.QUEUED)
    names = ("run_id", "token_id", "claimed_at", "last_contact")
    values = {"state": State.RUNNING, **{name: bindparam(name) for name in names}}
    return update(JOBS).where(*this, _is_free()).values(values).returning(ITS.id)
