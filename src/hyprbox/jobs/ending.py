"""How jobs end: the agent says so, or nothing was heard of them for too long."""

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, case, cast, literal, select, type_coerce
from sqlalchemy.orm import Session

from hyprbox.clock import to_ms
from hyprbox.errors import Conflict, Gone, Unavailable
from hyprbox.findings import store as findings
from hyprbox.findings.model import UNPROVEN, Finding
from hyprbox.findings.model import State as FindingState
from hyprbox.jobs import output, store
from hyprbox.jobs.handing import of_badge
from hyprbox.jobs.model import Job, State
from hyprbox.nodes import store as nodes
from hyprbox.tokens.badge import Badge
from hyprwire import Completion, Reason

LEASE_SLACK = timedelta(seconds=60)
PLAIN_SLACK = timedelta(minutes=5)
CLOCK_SLACK = timedelta(minutes=1)
SAID, SAID_BYTES = "hb: ", 8192
PROOF_TIME = timedelta(minutes=45)

STATES = {
    Reason.TIMEOUT: State.TIMED_OUT,
    Reason.CANCEL: State.CANCELLED,
    Reason.SPAWN_ERROR: State.FAILED,
    Reason.REFUSED: State.FAILED,
    Reason.AGENT_LOST: State.LOST,
    Reason.REBOOT: State.LOST,
}


def complete(session: Session, badge: Badge, job_id: str, said: Completion, now: datetime) -> Job:
    """Idempotent; a late one corrects LOST."""
    job = of_badge(session, badge, job_id)
    if job.has_ended and job.state != State.LOST:
        if job.claimed_at is None:
            raise Gone(f"job {job_id} is {job.state}")
        if job.run_id != said.runId:
            raise Conflict(f"job {job_id} was taken by another run")
        return job
    if said.reason in (Reason.AGENT_LOST, Reason.REBOOT) and nodes.is_contested(session, job.node_id, now):
        raise Unavailable(f"two machines use the node id {job.node_id}: which of them has job {job_id} is not settled")
    output.heard(session, job, said.runId, now)
    printed = output.receive(session, job, said.output, said.offset, said.leftOut)
    _note(job, said, now)
    store.end(session, now, job, state_after(said), said.errorMsg or _sentence(session, job))
    store.tell(session, job, printed)
    return job


def state_after(said: Completion) -> State:
    """The exit code decides only where the script ended by itself."""
    if said.reason in STATES:
        return STATES[said.reason]
    return State.SUCCEEDED if said.exitCode == 0 else State.FAILED


def mark_lost(session: Session, now: datetime, since: datetime) -> int:
    """Running ones of which nothing was heard for their lease; time before `since` is not counted."""
    patience = case(
        (Job.run_id.is_not(None), Job.lease_seconds * 1000 + _in_ms(LEASE_SLACK)),
        else_=Job.timeout_seconds * 1000 + _in_ms(PLAIN_SLACK),
    )
    too_long_ago = literal(to_ms(now), BigInteger) - cast(patience, BigInteger)
    silent = select(Job).where(
        Job.state == State.RUNNING,
        type_coerce(Job.last_contact, BigInteger) < too_long_ago,
        too_long_ago > literal(to_ms(since), BigInteger),
    )
    jobs = session.scalars(silent.with_for_update(skip_locked=True)).all()
    for job in jobs:
        store.end(session, now, job, State.LOST, "the connection to its node was lost; it may still run")
    return len(jobs)


def _sentence(session: Session, job: Job) -> str | None:
    """What a preset that did not do its work said last: it is why."""
    if job.preset is None or not job.exit_code:
        return None
    tail = output.read(session, job, max(job.output_bytes - SAID_BYTES, 0)).decode("utf-8", "replace")
    said = [line.removeprefix(SAID) for line in tail.splitlines() if line.startswith(SAID)]
    return said[-1] if said else None


def proved_by(session: Session, node_id: str, job_id: str | None, scan_started: str | None) -> str | None:
    """The job, if a scan that started then shows what it has done: it came after its end, by the node's own clock."""
    job = session.get(Job, (node_id, job_id)) if job_id else None
    if job is None or job.state != State.SUCCEEDED:
        return None
    started = _moment(scan_started)
    too_early = started and job.node_finished_at and started < job.node_finished_at
    return None if too_early else job.id


def give_up_unproven(session: Session, now: datetime, since: datetime) -> None:
    """A fix whose job ended well, but after which no scan came, proved nothing."""
    if since > now - PROOF_TIME:
        return
    waiting = select(Job.id).join(Finding, Finding.fix_job == Job.id)
    too_long = Finding.state == FindingState.FIXING, Job.state == State.SUCCEEDED, Job.finished_at < now - PROOF_TIME
    for job_id in session.scalars(waiting.where(*too_long).distinct()).all():
        findings.give_up_fix(session, now, job_id, "its job ended well, but no scan came to prove it", UNPROVEN)


def _in_ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _note(job: Job, said: Completion, now: datetime) -> None:
    job.exit_code, job.reason, job.signal = said.exitCode, said.reason, said.signal
    job.survivors = [asdict(survivor) for survivor in said.survivors]
    job.rusage = asdict(said.rusage) if said.rusage else None
    job.node_finished_at = _moment(said.finishedAt)
    job.started_at, job.finished_at = _times(job, said, now)


def _times(job: Job, said: Completion, now: datetime) -> tuple[datetime | None, datetime]:
    """The node's own times where its clock can be right; else only its duration, ending now."""
    started, finished = _moment(said.startedAt), _moment(said.finishedAt)
    if started is None or finished is None or finished < started:
        return job.claimed_at, now
    if job.claimed_at and job.claimed_at - CLOCK_SLACK <= started and finished <= now + CLOCK_SLACK:
        return started, finished
    return now - (finished - started), now


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
