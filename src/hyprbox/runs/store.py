"""Runs as people handle them: begun, looked at, paused, gone on with, stopped, the failed tried again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hyprbox import ids
from hyprbox.audit import store as audit
from hyprbox.db import wake
from hyprbox.errors import Conflict, Missing
from hyprbox.presets.store import Catalogue
from hyprbox.runs import going, targets
from hyprbox.runs.model import Run, State, Step, Target
from hyprbox.runs.spec import Spec, read


def begin(
    session: Session, now: datetime, actor: str, catalogue: Catalogue, spec: Spec, schedule: str | None = None
) -> Run:
    """Its nodes are chosen now and stay the same, whatever becomes of their labels."""
    plan = targets.plan(session, now, catalogue, spec)
    run = Run(
        id=ids.new(), title=spec.title or _title(spec), spec=spec.stored(), made_by=actor, made_at=now,
        schedule=schedule, state=State.RUNNING, note="", batch=1, turn=0, failures_allowed=_allowed(spec, len(plan)),
        expires_at=now + timedelta(seconds=spec.expiresSeconds),
    )  # fmt: skip
    session.add(run)
    session.flush()
    session.add_all(
        Target(
            run_id=run.id, node_id=each.nodeId, batch=each.batch or 0, place=place, todo=list(each.todo),
            state=Step.SKIPPED if each.batch is None else Step.WAITING, note=each.what if each.batch is None else "",
        )
        for place, each in enumerate(plan)
    )  # fmt: skip
    session.flush()
    audit.record(session, now, actor, "run.begin", run.id, q=spec.q, title=run.title, nodes=len(plan))
    going.advance(session, now, catalogue, run.id)
    tell(session)
    return run


def get(session: Session, run_id: str) -> Run:
    run = session.get(Run, run_id)
    if run is None:
        raise Missing(f"run {run_id} is not known")
    return run


def page(session: Session, before: str | None, limit: int) -> Sequence[Run]:
    """Newest first."""
    runs = select(Run).order_by(Run.id.desc()).limit(limit)
    return session.scalars(runs.where(Run.id < before) if before else runs).all()


def targets_of(session: Session, run_id: str, state: Step | None, after: int | None, limit: int) -> Sequence[Target]:
    """In the order in which they come, from the one behind place `after` on."""
    rows = select(Target).where(Target.run_id == run_id).order_by(Target.place).limit(limit)
    rows = rows.where(Target.state == state) if state else rows
    return session.scalars(rows.where(Target.place > after) if after is not None else rows).all()


def count(session: Session, run_ids: Sequence[str]) -> dict[str, dict[Step, int]]:
    """How many nodes of each run are where."""
    rows = select(Target.run_id, Target.state, func.count()).where(Target.run_id.in_(run_ids))
    counted: dict[str, dict[Step, int]] = {run_id: {} for run_id in run_ids}
    for run_id, state, number in session.execute(rows.group_by(Target.run_id, Target.state)):
        counted[run_id][Step(state)] = number
    return counted


def strip(session: Session, run_id: str) -> list[tuple[int, dict[Step, int]]]:
    """The batches in their order, and how many of their nodes are where."""
    rows = select(Target.batch, Target.state, func.count()).where(Target.run_id == run_id, Target.batch > 0)
    found: dict[int, dict[Step, int]] = {}
    for batch, state, number in session.execute(rows.group_by(Target.batch, Target.state)):
        found.setdefault(batch, {})[Step(state)] = number
    return sorted(found.items())


def pause(session: Session, now: datetime, actor: str, run_id: str) -> Run:
    """What has begun goes on to its end; nothing new begins."""
    return _turn(session, now, actor, run_id, (State.RUNNING, State.HELD), State.PAUSED, f"paused by {actor}")


def resume(session: Session, now: datetime, actor: str, catalogue: Catalogue, run_id: str) -> Run:
    """What is not known, and what has failed so far, is accepted; one more failure counts again."""
    run = _turn(session, now, actor, run_id, (State.PAUSED, State.HELD, State.STOPPED), State.RUNNING, "")
    unknown = update(Target).where(Target.run_id == run_id, Target.state == Step.UNKNOWN)
    session.execute(unknown.values(state=Step.PASSED))
    failed = count(session, [run_id])[run_id].get(Step.FAILED, 0)
    run.failures_allowed = max(run.failures_allowed, failed)
    going.advance(session, now, catalogue, run_id)
    return run


def stop(session: Session, now: datetime, actor: str, run_id: str) -> Run:
    """What no node has fetched yet is taken back; what runs goes on to its end."""
    alive = (State.RUNNING, State.PAUSED, State.HELD)
    run = _turn(session, now, actor, run_id, alive, State.STOPPED, f"stopped by {actor}")
    going.take_back(session, now, run)
    return run


def expire_unfinished(session: Session, now: datetime) -> None:
    """For a database from yesterday, whose batches are not to go on today."""
    going = update(Run).where(Run.state.in_([State.RUNNING, State.PAUSED, State.HELD]))
    session.execute(going.values(state=State.EXPIRED, note="the database was restored from a backup", ended_at=now))


def retry(session: Session, now: datetime, actor: str, catalogue: Catalogue, run_id: str) -> Run:
    """The nodes on which it failed, or of which nothing is known, once more; then it goes on where it was."""
    run = get(session, run_id)
    if run.state == State.EXPIRED or run.expires_at <= now:
        raise Conflict(f"run {run_id} has expired, expected one that has not; begin a new one")
    again = update(Target).where(Target.run_id == run_id, Target.state.in_([Step.FAILED, Step.UNKNOWN]))
    if not session.scalars(again.values(state=Step.WAITING, note="").returning(Target.node_id)).all():
        raise Conflict(f"no node of run {run_id} has failed, so there is nothing to try again")
    run = _turn(session, now, actor, run_id, tuple(State), State.RUNNING, "")
    run.ended_at = None
    going.advance(session, now, catalogue, run_id)
    return run


def drop_old(session: Session, before: datetime, limit: int) -> int:
    """Of those that ended before, with their nodes. How many went."""
    ids = session.scalars(select(Run.id).where(Run.ended_at < before).limit(limit)).all()
    for rows in (delete(Target).where(Target.run_id.in_(ids)), delete(Run).where(Run.id.in_(ids))):
        session.execute(rows)
    return len(ids)


def spec_of(run: Run) -> Spec:
    return read(run.spec)


def tell(session: Session) -> None:
    wake(session, "fleet", "jobs")


def _turn(
    session: Session, now: datetime, actor: str, run_id: str, expected: Sequence[State], state: State, note: str
) -> Run:
    """Whoever comes second finds another state."""
    changed = update(Run).where(Run.id == run_id, Run.state.in_(expected)).values(state=state, note=note)
    run = session.scalar(changed.returning(Run).execution_options(populate_existing=True))
    if run is None:
        found = get(session, run_id)
        raise Conflict(f"run {run_id} is {found.state}, expected {' or '.join(expected)}")
    audit.record(session, now, actor, f"run.{state.lower()}", run_id)
    tell(session)
    return run


def _allowed(spec: Spec, nodes: int) -> int:
    """How many may fail. A share is rounded down: 5 % of 10 nodes is none."""
    if spec.maxFailuresPercent is None:
        return spec.maxFailures
    share = nodes * spec.maxFailuresPercent // 100
    return min(spec.maxFailures, share) if spec.maxFailures else share


def _title(spec: Spec) -> str:
    return spec.preset or spec.order("x").title
