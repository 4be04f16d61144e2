"""Finding findings: filtered and worst first, a page at a time; and grouped by type, as a person works them off."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from hyprbox.errors import Invalid
from hyprbox.findings.model import Finding, State, rank
from hyprwire import Severity

MOST_GROUPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """`state` None: everything that is not resolved."""

    node_id: str | None = None
    type: str | None = None
    severity: Severity | None = None
    state: State | None = None
    q: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """All findings of one type and severity that wait, with the nodes that have them; `newest` is the id of one."""

    type: str
    severity: Severity
    findings: int
    nodes: int
    fixing: int
    newest: str


def page(session: Session, wanted: Filter, after: str | None, limit: int) -> Sequence[Finding]:
    """Worst first, newest first among equals; from the one behind the cursor `after` on."""
    findings = select(Finding).order_by(Finding.severity.desc(), Finding.id.desc()).limit(limit)
    if wanted.state:
        findings = findings.where(Finding.state == wanted.state)
    else:
        findings = findings.where(Finding.state != State.RESOLVED)
    for column, value in (
        (Finding.node_id, wanted.node_id),
        (Finding.type, wanted.type),
        (Finding.severity, wanted.severity),
    ):
        if value:
            findings = findings.where(column == value)
    for word in wanted.q.split():
        fields = (Finding.node_id, Finding.type, Finding.key, Finding.message)
        findings = findings.where(or_(*(field.icontains(word, autoescape=True) for field in fields)))
    if after:
        findings = findings.where(tuple_(Finding.severity, Finding.id) < _position(after))
    return session.scalars(findings).all()


def cursor(finding: Finding) -> str:
    return f"{rank(finding.severity)}.{finding.id}"


def _position(text: str) -> tuple[Severity, str]:
    severity, dot, finding_id = text.partition(".")
    if not dot or severity not in ("0", "1", "2"):
        raise Invalid(f"cursor is {text[:80]!a}, expected one that a list has answered")
    return list(Severity)[int(severity)], finding_id


def groups(session: Session, least: Severity = Severity.WARN) -> list[Group]:
    """What wants attention, grouped by type and severity, worst first."""
    nodes, fixing = func.count(Finding.node_id.distinct()), case((Finding.state == State.FIXING, 1), else_=0)
    counted = (
        select(Finding.type, Finding.severity, func.count(), nodes, func.sum(fixing), func.max(Finding.id))
        .where(Finding.state.in_([State.OPEN, State.FIXING]), Finding.severity >= least)
        .group_by(Finding.type, Finding.severity)
        .order_by(Finding.severity.desc(), nodes.desc(), Finding.type)
        .limit(MOST_GROUPS)
    )
    return [Group(*row) for row in session.execute(counted).all()]
