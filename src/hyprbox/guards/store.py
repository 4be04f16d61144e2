"""Guards: from the job that arms one to what became of it, and the proofs that confirm it in between.

A change is confirmed by two proofs of different kinds, one of them from outside the node: an agent's call and a look
from the node itself both pass where a firewall turns away everybody else.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, literal, select, update
from sqlalchemy.orm import Session

from hyprbox.audit import store as audit
from hyprbox.clock import to_ms
from hyprbox.db import wake
from hyprbox.errors import Conflict, Invalid, Missing
from hyprbox.guards.model import OPEN, Door, Guard, Kind, State
from hyprbox.guards.reach import may_be_called
from hyprbox.guards.said import Outcome, of_apply, of_status
from hyprbox.jobs import output
from hyprbox.jobs.model import Job
from hyprbox.jobs.model import State as JobState
from hyprbox.nodes import store as nodes
from hyprbox.remediations import store as remediations

OUTSIDE = (Kind.REACH, Kind.HUMAN)
ENOUGH, PROBES = 2, 3
TRY_AGAIN = timedelta(seconds=3)
AFTER_THE_END = timedelta(seconds=10)  # the node's own clock and way back
SAID_BYTES = 64 * 1024
BECAME = {
    Outcome.CONFIRMED: State.CONFIRMED,
    Outcome.TAKEN_BACK: State.ROLLED_BACK,
    Outcome.ROLLED_BACK: State.ROLLED_BACK,
    Outcome.FAILED: State.FAILED,
}
NOTES = {
    State.CONFIRMED: "confirmed",
    State.ROLLED_BACK: "taken back: nobody confirmed it in time",
    State.FAILED: "it could not be taken back: a person has to look at this machine",
    State.NOT_ARMED: "there was nothing to guard",
}


def expect(session: Session, now: datetime, job: Job, areas: Sequence[str], seconds: int, needs_human: bool) -> Guard:
    """For a job that is queued: what it is going to arm."""
    guard = Guard(
        node_id=job.node_id, job_id=job.id, preset=job.preset or "", params=job.params, areas=list(areas),
        needs_human=needs_human, seconds=seconds, state=State.AWAITED, opened_at=now, doors={}, proofs={}, tried=[],
        note="",
    )  # fmt: skip
    session.add(guard)
    return guard


def get(session: Session, job_id: str) -> Guard:
    guard = of_job(session, job_id)
    if guard is None:
        raise Missing(f"job {job_id} has no guard")
    return guard


def locked(session: Session, job_id: str) -> Guard:
    """For a change: of two proofs that come at the same moment neither is written over."""
    mine = select(Guard).where(Guard.job_id == job_id).with_for_update()
    guard = session.scalar(mine.execution_options(populate_existing=True))
    if guard is None:
        raise Missing(f"job {job_id} has no guard")
    return guard


def of_job(session: Session, job_id: str) -> Guard | None:
    return session.scalar(select(Guard).where(Guard.job_id == job_id))


def page(session: Session, node_id: str | None, state: State | None, before: str | None, limit: int) -> Sequence[Guard]:
    """Newest first."""
    rows = select(Guard).order_by(Guard.job_id.desc()).limit(limit)
    for column, value in ((Guard.node_id, node_id), (Guard.state, state)):
        if value:
            rows = rows.where(column == value)
    return session.scalars(rows.where(Guard.job_id < before) if before else rows).all()


def waiting(session: Session, limit: int) -> Sequence[Guard]:
    """Changes that nodes will take back unless people still get in, the first to go first."""
    armed = Guard.state == literal(State.ARMED.value, literal_execute=True)  # then the index of these alone serves
    return session.scalars(select(Guard).where(armed).order_by(Guard.until, Guard.job_id).limit(limit)).all()


def job_ended(session: Session, now: datetime, job: Job, peer: str | None) -> None:
    """Of any job: it may have armed a guard, or been asked for one. `peer` is who told us of its end."""
    guard = session.scalar(_meant(), {"job_id": job.id})
    if guard is None or guard.state not in OPEN:
        return
    if guard.job_id == job.id:
        _armed(session, now, guard, job, peer)
    else:
        _answered(session, now, guard, job)


@cache
def _meant() -> Select[Guard]:
    """Asked at the end of every job, and hardly ever is there one: so it is put together once."""
    meant = select(Guard).where((Guard.job_id == bindparam("job_id")) | (Guard.asked == bindparam("job_id")))
    return meant.with_for_update()


def prove(session: Session, now: datetime, guard: Guard, kind: Kind, by: str) -> None:
    if kind not in guard.proofs:
        guard.proofs = guard.proofs | {kind: {"at": to_ms(now), "by": by}}
        guard.next_try = now
        _tell(session, guard)


def confirm(session: Session, now: datetime, actor: str, job_id: str) -> Guard:
    """A person says that people still get in."""
    guard = locked(session, job_id)
    if guard.state != State.ARMED:
        raise Conflict(f"the guard of job {job_id} is {guard.state}, expected ARMED")
    prove(session, now, guard, Kind.HUMAN, actor)
    audit.record(session, now, actor, "guard.confirm", job_id, node=guard.node_id)
    return guard


def is_proven(guard: Guard) -> bool:
    outside = [Kind.HUMAN] if guard.needs_human else OUTSIDE
    return len(guard.proofs) >= ENOUGH and any(kind in guard.proofs for kind in outside)


def waits_for_a_person(guard: Guard) -> bool:
    return guard.state == State.ARMED and Kind.HUMAN not in guard.proofs


def is_over(guard: Guard, now: datetime) -> bool:
    """By then the node has taken it back."""
    return guard.until is not None and now > guard.until + AFTER_THE_END


def due(session: Session, now: datetime) -> Sequence[str]:
    """Ids of jobs whose armed guards want something now. Each is due in one process only."""
    mine = update(Guard).where(Guard.state == State.ARMED, Guard.next_try <= now)
    return session.scalars(mine.values(next_try=now + TRY_AGAIN).returning(Guard.job_id)).all()


def any_due(session: Session, now: datetime) -> bool:
    return session.scalar(select(Guard.job_id).where(Guard.state == State.ARMED, Guard.next_try <= now)) is not None


def reached(session: Session, now: datetime, job_id: str) -> None:
    guard = locked(session, job_id)
    if guard.state == State.ARMED:
        prove(session, now, guard, Kind.REACH, guard_address(session, guard) or "")


def wants(session: Session, now: datetime, guard: Guard) -> str | None:
    """What the node is to be asked now: `status`, `confirm`, `probe`, or nothing."""
    if guard.state != State.ARMED or _is_at_work(session, guard):
        return None
    if is_over(guard, now):
        return "status"
    if is_proven(guard):
        return "confirm"
    has_been_seen = Kind.PROBE in guard.proofs or guard.tried.count("probe") >= PROBES
    return None if has_been_seen else "probe"


def ask(guard: Guard, what: str, job: Job) -> None:
    guard.asked, guard.asked_for, guard.tried = job.id, what, [*guard.tried, what]


def guard_address(session: Session, guard: Guard) -> str | None:
    """Where its sshd is looked for."""
    door = session.get(Door, guard.node_id)
    return door.address if door else guard.peer


def set_door(session: Session, now: datetime, actor: str, node_id: str, address: str) -> Door:
    nodes.get(session, node_id)
    if not may_be_called(address):
        raise Invalid(
            f"address is {address[:80]!a}, expected an IP address that is not this machine's or a network's own"
        )
    door = session.merge(Door(node_id=node_id, address=address, set_by=actor))
    audit.record(session, now, actor, "node.door", node_id, address=address)
    return door


def remove_door(session: Session, now: datetime, actor: str, node_id: str) -> None:
    door = session.get(Door, node_id)
    if door is None:
        raise Missing(f"node {node_id} has no address of its own for SSH")
    session.delete(door)
    audit.record(session, now, actor, "node.door", node_id, address=None)


def _armed(session: Session, now: datetime, guard: Guard, job: Job, peer: str | None) -> None:
    """Its end has come over a call of the agent's, after the change: that is a proof already."""
    said = of_apply(_text(session, job))
    if job.state != JobState.SUCCEEDED or not said.is_armed:
        _close(session, now, guard, State.NOT_ARMED)
        return
    guard.state, guard.doors, guard.peer = State.ARMED, said.doors, peer
    guard.until = now + timedelta(seconds=guard.seconds)
    prove(session, now, guard, Kind.AGENT, peer or "")


def _answered(session: Session, now: datetime, guard: Guard, job: Job) -> None:
    mode, guard.asked, guard.asked_for, guard.next_try = guard.asked_for, None, None, now + TRY_AGAIN
    outcome = of_status(_text(session, job), guard.job_id)
    if mode == "confirm" and job.state == JobState.SUCCEEDED:
        _close(session, now, guard, State.CONFIRMED)
    elif mode == "probe" and job.state == JobState.SUCCEEDED:
        prove(session, now, guard, Kind.PROBE, guard.node_id)
    elif mode == "status" and outcome:
        _close(session, now, guard, BECAME[outcome])
    elif mode == "confirm":
        guard.note = job.error_msg or f"the job that confirms it ended as {job.state}"


def _is_at_work(session: Session, guard: Guard) -> bool:
    job = session.get(Job, (guard.node_id, guard.asked)) if guard.asked else None
    return job is not None and not job.has_ended


def _close(session: Session, now: datetime, guard: Guard, state: State) -> None:
    guard.state, guard.closed_at, guard.next_try, guard.note = state, now, None, NOTES[state]
    rolled_back = NOTES[state] if state in (State.ROLLED_BACK, State.FAILED) else None
    remediations.release(session, now, guard.job_id, rolled_back)
    remediations.settle(session, now, guard.node_id)
    _tell(session, guard)


def _text(session: Session, job: Job) -> str:
    return output.read(session, job, max(job.output_bytes - SAID_BYTES, 0)).decode("utf-8", "replace")


def _tell(session: Session, guard: Guard) -> None:
    wake(session, "job", guard.job_id)
    wake(session, "fleet", "jobs")
