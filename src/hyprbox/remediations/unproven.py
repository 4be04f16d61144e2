"""Fixes that ended without proof: whether they helped is for a person to find out, so that person has to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from hyprbox.findings import store as findings
from hyprbox.findings.model import Finding, State
from hyprbox.remediations.model import Remediation, Verdict

OUT_OF_SIGHT = timedelta(days=7)  # is told so long of what nobody looks at any more


@dataclass(frozen=True, slots=True)
class Fix:
    fix: Remediation
    is_seen_since: bool


@dataclass(frozen=True, slots=True)
class Unproven:
    """How many, and the newest of them."""

    number: int
    newest: Sequence[Fix]


def unproven(session: Session, now: datetime, most: int) -> Unproven:
    """Until its finding is gone, or somebody tries again or puts it aside."""
    mine = (Finding.node_id == Remediation.node_id) & (Finding.id == Remediation.finding_id)
    where = _waits(now)
    number = session.scalar(select(func.count()).select_from(Remediation).join(Finding, mine).where(*where)) or 0
    if not number:
        return Unproven(0, [])
    newest = select(Remediation, Finding).join(Finding, mine).where(*where).order_by(Remediation.id.desc()).limit(most)
    rows = session.execute(newest).all()
    seen = findings.last_seen(session, [finding for _, finding in rows])
    return Unproven(
        number,
        [
            Fix(fix, finding.state == State.OPEN and fix.ended_at is not None and seen[finding.id] > fix.ended_at)
            for fix, finding in rows
        ],
    )


def _waits(now: datetime) -> list[ColumnElement[bool]]:
    later = aliased(Remediation)
    return [
        Remediation.verdict == literal(Verdict.UNVERIFIED.value, literal_execute=True),  # or its index is no use
        or_(
            Finding.state == State.OPEN,
            and_(Finding.resolved_how == "off", Remediation.ended_at > now - OUT_OF_SIGHT),
        ),
        ~exists().where(later.finding_id == Remediation.finding_id, later.id > Remediation.id),
    ]
