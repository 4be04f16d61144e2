"""Findings that are acknowledged before they come up. They are held like any other that somebody acknowledged: shown as
such, opened again when they become worse, never counted as fixed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from hyprbox import ids
from hyprbox.audit import store as audit
from hyprbox.errors import Conflict, Invalid, Missing
from hyprbox.findings import store as findings
from hyprbox.findings.model import Finding, State
from hyprbox.nodes import search
from hyprbox.rows import is_any
from hyprbox.suppressions.model import Suppression
from hyprwire import Severity

AT_ONCE = 100  # a transaction: heartbeats wait behind it

# One in force fits something open on a given node, unless its query says otherwise.
FITS = """EXISTS (SELECT 1 FROM suppressions s JOIN findings f ON f.severity <= s.ceiling
    AND (s.key = '' OR f.key = s.key) AND (s.type IN ('', f.type) OR (substr(s.type, length(s.type) - 1) = '.*'
        AND substr(f.type, 1, length(s.type) - 1) = substr(s.type, 1, length(s.type) - 1)))
    WHERE f.node_id = given.node_id AND f.state = 'OPEN'
    AND s.lifted_at IS NULL AND (s.until IS NULL OR s.until > given.now))"""


def make(
    session: Session, now: datetime, actor: str, *, type: str, key: str, q: str, ceiling: Severity, reason: str,
    until: datetime | None,
) -> Suppression:  # fmt: skip
    """What it holds back is held back by `apply`, a part at a time."""
    if not type and not q:
        raise Invalid("type and q are empty, expected one of them: everything on all nodes cannot be suppressed")
    if key and not type:
        raise Invalid("key is given without type, expected the type of finding that it belongs to")
    if not reason.strip():
        raise Invalid("reason is empty, expected why this may stay")
    if until is not None and until <= now:
        raise Invalid(f"until is {until.isoformat()}, expected a time in the future")
    search.understood(session, q)
    made = Suppression(
        id=ids.new(), type=type, key=key, q=q, ceiling=ceiling, reason=reason.strip(), made_by=actor, made_at=now,
        until=until,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, now, actor, "suppression.make", made.id, type=type, key=key, q=q, reason=reason)
    return made


def get(session: Session, suppression_id: str) -> Suppression:
    found = session.get(Suppression, suppression_id)
    if found is None:
        raise Missing(f"suppression {suppression_id} is not known")
    return found


def page(session: Session, now: datetime, before: str | None, limit: int) -> Sequence[Suppression]:
    """Those in force, newest first."""
    rows = select(Suppression).where(*_in_force(now)).order_by(Suppression.id.desc()).limit(limit)
    return session.scalars(rows.where(Suppression.id < before) if before else rows).all()


def held(session: Session, suppressions: Sequence[Suppression]) -> dict[str, int]:
    """How many findings each holds back."""
    mine = Finding.suppression.in_([one.id for one in suppressions]), Finding.state == State.ACKNOWLEDGED
    rows = select(Finding.suppression, func.count()).where(*mine).group_by(Finding.suppression)
    return {str(suppression): number for suppression, number in session.execute(rows)}


def apply(session: Session, now: datetime, suppression_id: str) -> int:
    """Holds back some of what is open and fits. How many; none when all are."""
    one = get(session, suppression_id)
    if one.lifted_at is not None:
        return 0
    rows = _open_ones(one)
    if one.q:
        rows = rows.where(is_any(session, Finding.node_id, search.names(session, now, one.q, 10**6)))
    found = findings.alone(session, rows.limit(AT_ONCE))
    if not (found and _stays(session, one)):
        return 0
    for finding in found:
        findings.suppress(session, now, finding, one.made_by, one.reason, one.until, one.id)
    return len(found)


def apply_to_node(session: Session, now: datetime, node_id: str) -> None:
    """After each report. Nearly always there is nothing in force, or nothing open that fits."""
    for one in session.scalars(select(Suppression).where(*_in_force(now))).all():
        found = findings.alone(session, _open_ones(one).where(Finding.node_id == node_id))
        if found and (not one.q or search.fits(session, now, one.q, node_id)) and _stays(session, one):
            for finding in found:
                findings.suppress(session, now, finding, one.made_by, one.reason, one.until, one.id)


def lift(session: Session, now: datetime, actor: str, suppression_id: str) -> Suppression:
    """It holds back nothing more; what it held is opened by `open_again`."""
    one = get(session, suppression_id)
    if one.lifted_at is not None:
        raise Conflict(f"suppression {suppression_id} was lifted already, expected one in force")
    one.lifted_by, one.lifted_at = actor, now
    audit.record(session, now, actor, "suppression.lift", one.id)
    return one


def open_again(session: Session, now: datetime, actor: str, suppression_id: str) -> int:
    """Some of what it holds back. How many; none when all are open again."""
    mine = Finding.suppression == suppression_id, Finding.state == State.ACKNOWLEDGED
    found = findings.alone(session, select(Finding).where(*mine).limit(AT_ONCE))
    for finding in found:
        findings.open_again(session, now, finding, actor, "what suppressed it was lifted")
    return len(found)


def _stays(session: Session, one: Suppression) -> bool:
    """Until the commit nobody lifts it. Else what it held back after its lifting would stay held, by nothing."""
    asked = select(Suppression.lifted_at).where(Suppression.id == one.id).with_for_update(read=True)
    return session.scalars(asked).one() is None


def _open_ones(one: Suppression) -> Select[Finding]:
    rows = select(Finding).where(Finding.state == State.OPEN, Finding.severity <= one.ceiling)
    rows = rows.where(_is_of(one.type)) if one.type else rows
    return rows.where(Finding.key == one.key) if one.key else rows


def _is_of(type: str) -> ColumnElement[bool]:
    """`log.*` is everything whose name begins so: a scanner that is not listened to, on the nodes of a query."""
    if type.endswith(".*"):
        return Finding.type.startswith(type[:-1], autoescape=True)
    return Finding.type == type


def _in_force(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Suppression.lifted_at.is_(None), or_(Suppression.until.is_(None), Suppression.until > now)
