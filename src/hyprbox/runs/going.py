"""How a run goes on: what has ended is judged, then it is decided whether more may begin.

All of it is one transaction that begins with taking the run's turn. Whoever dies in it has done nothing; whoever comes
second waits, and finds the work done. So any process may do it, at any time.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from hyprbox.db import wake
from hyprbox.errors import Refusal
from hyprbox.findings.model import Finding
from hyprbox.findings.model import State as FindingState
from hyprbox.jobs import store as jobs
from hyprbox.jobs.model import Job
from hyprbox.jobs.model import State as JobState
from hyprbox.nodes import store as nodes
from hyprbox.presets import store as presets
from hyprbox.presets.store import Catalogue
from hyprbox.remediations.model import Remediation
from hyprbox.runs.model import Run, State, Step, Target
from hyprbox.runs.spec import read
from hyprbox.runs.verdict import of_fix, of_job
from hyprbox.windows import store as windows

ALIVE = (State.RUNNING, State.PAUSED, State.HELD)
BUSY = "another fix is at work on it"
CLOSED = "waits for its maintenance window"
NOTHING_LEFT = "nothing is left to fix"
AT_ONCE = 200  # begun in one transaction: others want to write too


def unfinished(session: Session) -> Sequence[str]:
    """Runs of which something may change."""
    going = select(Target.run_id).where(Target.state == Step.GOING)
    return session.scalars(select(Run.id).where(or_(Run.state.in_(ALIVE), Run.id.in_(going))).order_by(Run.id)).all()


def advance(session: Session, now: datetime, catalogue: Catalogue, run_id: str) -> None:
    run = _take_turn(session, run_id)
    if run is None:
        return
    before = (run.state, run.batch, run.note)
    _judge(session, run)
    if run.state in ALIVE:
        _decide(session, now, run)
    if run.state == State.RUNNING:
        _begin_more(session, now, catalogue, run)
    session.flush()
    if (run.state, run.batch, run.note) != before:
        wake(session, "fleet", "jobs")


def take_back(session: Session, now: datetime, run: Run) -> None:
    """Jobs that no node has fetched yet: their nodes wait again, as if they had not begun."""
    queued = select(Target, Job.id).join(Job, Job.id == Target.job_id)
    queued = queued.where(Target.run_id == run.id, Target.state == Step.GOING, Job.state == JobState.QUEUED)
    for target, job_id in session.execute(queued).all():
        if jobs.locked(session, job_id).state == JobState.QUEUED:  # it may have been fetched just now
            jobs.cancel(session, now, f"run {run.id}", job_id)
            target.state, target.job_id, target.attempts = Step.WAITING, None, target.attempts - 1
    session.flush()


def _take_turn(session: Session, run_id: str) -> Run | None:
    """The row is ours until the commit; None when somebody else is at it, for then it need not be us."""
    session.flush()
    free = select(Run.id).where(Run.id == run_id).with_for_update(skip_locked=True)
    if session.scalar(free) is None:
        return None
    turn = update(Run).where(Run.id == run_id).values(turn=Run.turn + 1).returning(Run)
    return session.scalar(turn.execution_options(populate_existing=True))


def _judge(session: Session, run: Run) -> None:
    """Of nodes whose job has ended; a job that was called lost may turn out to have ended well."""
    ended = select(Target, Job, Remediation).join(Job, Job.id == Target.job_id)
    ended = ended.outerjoin(Remediation, Remediation.job_id == Target.job_id).where(
        Target.run_id == run.id, Target.state.in_([Step.GOING, Step.UNKNOWN]), Job.state.in_(jobs.ENDED)
    )
    for target, job, fix in session.execute(ended.order_by(Target.place)).all():
        verdict = of_fix(fix) if fix else of_job(job)
        if verdict is None:
            continue  # no scan has come yet
        target.state, target.note = verdict.step, verdict.note
        if verdict.step == Step.DONE and target.todo:
            target.todo = target.todo[1:]
            target.state = Step.WAITING if target.todo else Step.DONE
    session.flush()


def _decide(session: Session, now: datetime, run: Run) -> None:
    counted = dict(_count(session, run))
    failed, unknown = counted.get(Step.FAILED, 0), counted.get(Step.UNKNOWN, 0)
    left = counted.get(Step.WAITING, 0) + counted.get(Step.GOING, 0)
    if failed > run.failures_allowed:
        _end(run, now, State.STOPPED, f"{failed} failed, {run.failures_allowed} allowed")
        take_back(session, now, run)
    elif not left and not unknown:
        _end(run, now, State.FINISHED, "")
    elif run.expires_at <= now:
        _expire(session, now, run)
    elif run.state != State.PAUSED:
        run.state = State.HELD if unknown else State.RUNNING
        run.note = f"of {unknown} it is not known how it ended" if unknown else ""


def _begin_more(session: Session, now: datetime, catalogue: Catalogue, run: Run) -> None:
    """The next batch begins when everything in those before has ended well, or its failure is allowed."""
    unended = Target.run_id == run.id, Target.state.in_([Step.WAITING, Step.GOING])
    run.batch = session.scalar(select(func.min(Target.batch)).where(*unended)) or run.batch
    room = AT_ONCE
    spec = read(run.spec)
    if concurrency := spec.concurrency:
        room = min(room, concurrency - dict(_count(session, run)).get(Step.GOING, 0))
    waiting = select(Target).where(Target.run_id == run.id, Target.state == Step.WAITING, Target.batch == run.batch)
    targets = session.scalars(waiting.order_by(Target.place)).all()
    closed = set() if spec.ignoreWindows else windows.closed(session, now, {target.node_id for target in targets})
    for target in targets:
        if room <= 0:
            return
        if target.node_id in closed:
            target.note = CLOSED
            continue
        room -= _begin(session, now, catalogue, run, target)


def _begin(session: Session, now: datetime, catalogue: Catalogue, run: Run, target: Target) -> bool:
    """False when nothing of it runs now."""
    try:
        with session.begin_nested():
            job = _queue(session, now, catalogue, run, target)
    except Refusal as refusal:
        target.state, target.note = Step.FAILED, refusal.detail
        return False
    if job is None:
        return False
    target.state, target.job_id, target.note = Step.GOING, job.id, ""
    target.attempts += 1
    return True


def _queue(session: Session, now: datetime, catalogue: Catalogue, run: Run, target: Target) -> Job | None:
    """The next thing to do on this node; None when there is nothing left, or it has to wait."""
    spec, actor = read(run.spec), f"run of {run.made_by}"
    if spec.preset is None:
        return jobs.queue(session, now, actor, replace(spec.order(target.node_id), expires_at=run.expires_at))
    if not target.todo:
        preset = presets.known(catalogue, spec.preset)
        return presets.run(session, now, actor, preset, target.node_id, spec.params, run.expires_at)
    nodes.lock(session, target.node_id)
    while target.todo:
        finding = session.get(Finding, (target.node_id, target.todo[0]), populate_existing=True)
        if finding is not None and finding.state == FindingState.FIXING:
            target.note = BUSY
            return None
        if finding is not None and finding.state != FindingState.RESOLVED:
            return presets.fix(session, now, actor, catalogue, finding.id, spec.preset, spec.params, run.expires_at)
        target.todo = target.todo[1:]
    target.state, target.note = Step.DONE, NOTHING_LEFT
    return None


def _expire(session: Session, now: datetime, run: Run) -> None:
    """Nothing begins any more; jobs that no node has fetched expire by themselves."""
    late = update(Target).where(Target.run_id == run.id, Target.state == Step.WAITING)
    session.execute(late.values(state=Step.SKIPPED, note="the run expired before its turn came"))
    _end(run, now, State.EXPIRED, "its time was over before all nodes had their turn")


def _end(run: Run, now: datetime, state: State, note: str) -> None:
    run.state, run.note, run.ended_at = state, note, now


def _count(session: Session, run: Run) -> Sequence[tuple[str, int]]:
    rows = select(Target.state, func.count()).where(Target.run_id == run.id).group_by(Target.state)
    return [(state, number) for state, number in session.execute(rows)]
