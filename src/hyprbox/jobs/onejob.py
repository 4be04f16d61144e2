"""One job on one page: what it waits for or how it ended, its output, what it was to fix, what ran before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.findings.model import Event, Finding
from hyprbox.findings.model import State as FindingState
from hyprbox.jobs import store
from hyprbox.jobs.model import Job, State
from hyprbox.jobs.phases import Phase, phases
from hyprbox.jobs.tail import Tail, tail
from hyprbox.jobs.waiting import why
from hyprbox.jobs.words import Ending, ending

EARLIER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OneJob:
    """`waits_for` while it is queued, `ending` when it has ended; `tail` only for those who may read output."""

    job: Job
    waits_for: str | None
    ending: Ending | None
    tail: Tail | None
    findings: Sequence[Finding]
    phases: list[Phase]
    earlier: Sequence[Job]


def look_at(session: Session, now: datetime, job_id: str, may_read: bool) -> OneJob:
    job = store.get(session, job_id)
    findings = _meant_to_fix(session, job)
    return OneJob(
        job=job,
        waits_for=why(session, job, now) if job.state == State.QUEUED else None,
        ending=ending(job, now) if job.has_ended else None,
        tail=tail(session, job) if may_read else None,
        findings=findings,
        phases=phases(job, findings, _proven(session, job), now),
        earlier=store.page(session, job.node_id, None, job.id, EARLIER),
    )


def _meant_to_fix(session: Session, job: Job) -> Sequence[Finding]:
    named = select(Event.finding_id).where(Event.node_id == job.node_id, Event.job_id == job.id)
    return session.scalars(select(Finding).where(Finding.node_id == job.node_id, Finding.id.in_(named))).all()


def _proven(session: Session, job: Job) -> set[str]:
    gone = Event.node_id == job.node_id, Event.job_id == job.id, Event.became == FindingState.RESOLVED
    return set(session.scalars(select(Event.finding_id).where(*gone)))
