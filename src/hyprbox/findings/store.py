"""Findings: looking them up, and every way in which their state changes. Each change is a row of history."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from hyprbox import ids
from hyprbox.audit import store as audit
from hyprbox.db import wake
from hyprbox.errors import Conflict, Invalid, Missing
from hyprbox.findings.model import Event, Finding, ScannerState, State
from hyprbox.nodes import store as nodes
from hyprbox.nodes.model import State as NodeState
from hyprwire import Severity

WANTS_ATTENTION = (State.OPEN, State.FIXING)
AT_ONCE = 100  # a transaction: heartbeats wait behind it
HELD = (State.ACKNOWLEDGED, State.SNOOZED)


def get(session: Session, finding_id: str) -> Finding:
    finding = session.scalar(select(Finding).where(Finding.id == finding_id))
    if finding is None:
        raise Missing(f"finding {finding_id} is not known")
    return finding


def events(session: Session, finding_id: str) -> Sequence[Event]:
    """Oldest first."""
    return session.scalars(select(Event).where(Event.finding_id == finding_id).order_by(Event.id)).all()


def last_seen(session: Session, findings: Iterable[Finding]) -> dict[str, datetime]:
    """By id. An unchanged report is noted once with its scanner, not with each of its findings."""
    findings = list(findings)
    rows = select(ScannerState).where(ScannerState.node_id.in_({finding.node_id for finding in findings}))
    noted = {(row.node_id, row.scanner): row.seen_at for row in session.scalars(rows)}
    return {
        finding.id: noted.get((finding.node_id, finding.scanner), finding.seen_at)
        if finding.in_last_report
        else finding.seen_at
        for finding in findings
    }


def acknowledge(
    session: Session, now: datetime, actor: str, finding_id: str, reason: str, until: datetime | None
) -> Finding:
    finding = waiting(session, finding_id)
    _hold(session, now, finding, State.ACKNOWLEDGED, actor, reason, until)
    return finding


def snooze(
    session: Session, now: datetime, actor: str, finding_id: str, reason: str, until: datetime | None
) -> Finding:
    if until is None:
        raise Invalid("until is missing, expected the time at which the finding is to come back")
    finding = waiting(session, finding_id)
    _hold(session, now, finding, State.SNOOZED, actor, reason, until)
    return finding


def suppress(
    session: Session, now: datetime, finding: Finding, actor: str, reason: str, until: datetime | None, by: str
) -> None:
    """Acknowledged as one of many that somebody suppresses; `by` is what does. The audit log has that already."""
    finding.held_by, finding.held_why, finding.held_until, finding.suppression = actor, reason, until, by
    change(session, now, finding, State.ACKNOWLEDGED, actor, f"suppressed: {reason}")


def open_again(session: Session, now: datetime, finding: Finding, actor: str, note: str) -> None:
    finding.held_by = finding.held_why = finding.held_until = None
    change(session, now, finding, State.OPEN, actor, note)


def take_up_again(session: Session, now: datetime, actor: str, finding_id: str, state: State) -> Finding:
    """Withdraws an acknowledgement or a snooze."""
    finding = _alone(session, finding_id)
    if finding.state != state:
        raise Conflict(f"finding {finding_id} is {finding.state}, expected {state}")
    open_again(session, now, finding, actor, "withdrawn")
    audit.record(session, now, actor, "finding.withdraw", finding_id, state=state)
    return finding


def resolve_by_hand(session: Session, now: datetime, actor: str, finding_id: str, reason: str) -> Finding:
    """The next scan that sees it opens it again."""
    finding = waiting(session, finding_id)
    resolve(session, now, finding, "manual", actor, note=reason)
    audit.record(session, now, actor, "finding.resolve", finding_id, reason=reason)
    return finding


def waiting(session: Session, finding_id: str) -> Finding:
    """For whoever is about to do something about it: until the commit nobody else does, and no report resolves it."""
    finding = _alone(session, finding_id)
    if finding.state in (State.RESOLVED, State.FIXING):
        raise Conflict(f"finding {finding_id} is {finding.state}, expected one that waits")
    return finding


def start_fix(session: Session, now: datetime, actor: str, finding_id: str, job_id: str) -> Finding:
    finding = waiting(session, finding_id)
    finding.state_before_fix, finding.fix_job = finding.state, job_id
    change(session, now, finding, State.FIXING, actor, "a fix was started", job_id=job_id)
    return finding


def give_up_fix(session: Session, now: datetime, job_id: str, note: str, how: str | None = None) -> None:
    """The fix failed or is UNPROVEN: its findings fall back to what they were, unless a scan proves it just now."""
    mine = Finding.fix_job == job_id, Finding.state == State.FIXING
    for finding in alone(session, select(Finding).where(*mine)):
        finding.fix_job = None
        before = State(finding.state_before_fix or State.OPEN)
        change(session, now, finding, before, "hyprbox", note, job_id=job_id, how=how)


def end_holds(session: Session, now: datetime) -> int:
    """Some of the acknowledged and snoozed ones whose time is over are open again. How many; none when all are."""
    over = select(Finding).where(Finding.state.in_(HELD), Finding.held_until <= now)
    found = alone(session, over.limit(AT_ONCE))
    for finding in found:
        open_again(session, now, finding, "sweeper", "its time is over")
    return len(found)


def alone(session: Session, rows: Select[Finding]) -> Sequence[Finding]:
    """Whoever changes a finding holds its node: as they are when nobody else does, until the commit. What a report of
    another process has resolved meanwhile is not among them."""
    if not (held := set(session.scalars(rows.with_only_columns(Finding.node_id)))):
        return []
    nodes.lock_all(session, held)
    these = rows.where(Finding.node_id.in_(held))
    return session.scalars(these.execution_options(populate_existing=True)).all()


def resolve(
    session: Session, now: datetime, finding: Finding, how: str, actor: str,
    note: str = "", scan_id: str | None = None, job_id: str | None = None,
) -> None:  # fmt: skip
    put_away(session, now, finding, how, actor, note, scan_id, job_id)
    count(session, finding.node_id)


def change(
    session: Session, now: datetime, finding: Finding, state: State, actor: str, note: str,
    scan_id: str | None = None, job_id: str | None = None, how: str | None = None,
) -> None:  # fmt: skip
    turn(session, now, finding, state, actor, note, scan_id, job_id, how)
    count(session, finding.node_id)


def put_away(
    session: Session, now: datetime, finding: Finding, how: str, actor: str,
    note: str = "", scan_id: str | None = None, job_id: str | None = None,
) -> None:  # fmt: skip
    """Resolves one of many; whoever is through with them counts."""
    finding.resolved_at, finding.resolved_how = now, how
    finding.fix_job = finding.held_by = finding.held_why = finding.held_until = None
    forget_report(session, finding)
    turn(session, now, finding, State.RESOLVED, actor, note or how, scan_id, job_id)


def turn(
    session: Session, now: datetime, finding: Finding, state: State, actor: str, note: str,
    scan_id: str | None = None, job_id: str | None = None, how: str | None = None,
) -> None:  # fmt: skip
    """Changes one of many; whoever is through with them counts."""
    was = None if finding.state == "" else finding.state
    finding.state = state
    session.add(
        Event(
            node_id=finding.node_id, id=ids.new(), finding_id=finding.id, at=now, was=was, became=state,
            actor=actor, note=note, how=finding.resolved_how if state == State.RESOLVED else how,
            scan_id=scan_id, job_id=job_id,
        )
    )  # fmt: skip


def count(session: Session, node_id: str) -> None:
    """What a node's row says of its findings. Whoever looks at them is told to look again."""
    session.flush()
    wake(session, "fleet", "findings")
    wanting = select(Finding.severity, func.count()).where(
        Finding.node_id == node_id, Finding.state.in_(WANTS_ATTENTION)
    )
    counted = dict(session.execute(wanting.group_by(Finding.severity)).all())
    numbers = {
        "open_critical": counted.get(Severity.CRITICAL, 0),
        "open_warn": counted.get(Severity.WARN, 0),
        "open_info": counted.get(Severity.INFO, 0),
    }
    session.execute(update(NodeState).where(NodeState.node_id == node_id).values(numbers))


def drop_resolved(session: Session, before: datetime, limit: int) -> int:
    """With their history. How many went."""
    old = select(Finding).where(Finding.state == State.RESOLVED, Finding.resolved_at < before).limit(limit)
    findings = alone(session, old)
    for finding in findings:
        session.execute(delete(Event).where(Event.node_id == finding.node_id, Event.finding_id == finding.id))
        session.delete(finding)
    return len(findings)


def forget_report(session: Session, finding: Finding) -> None:
    """Its state was changed by something else than the same report, so that is news when it comes again; also one of
    an agent that described no scans before it did, and does so no more."""
    mine = ScannerState.node_id == finding.node_id, ScannerState.scanner.in_((finding.scanner, ""))
    session.execute(update(ScannerState).where(*mine).values(digest=""))


def _alone(session: Session, finding_id: str) -> Finding:
    """As it is now, and no report changes it meanwhile: of two replicas the later one would write over the other."""
    nodes.lock(session, get(session, finding_id).node_id)
    session.flush()
    now = select(Finding).where(Finding.id == finding_id).execution_options(populate_existing=True)
    finding = session.scalar(now)
    if finding is None:
        raise Missing(f"finding {finding_id} is not known")
    return finding


def _hold(
    session: Session, now: datetime, finding: Finding, state: State, actor: str, why: str, until: datetime | None
) -> None:
    if until is not None and until <= now:
        raise Invalid(f"until is {until.isoformat()}, expected a time in the future")
    finding.held_by, finding.held_why, finding.held_until, finding.suppression = actor, why, until, None
    change(session, now, finding, state, actor, why)
    end = {"until": until.isoformat()} if until else {}
    audit.record(session, now, actor, f"finding.{state.lower()}", finding.id, reason=why, **end)
