"""Finding findings: filtered and worst first, a page at a time; and grouped by type, as a person works them off."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from hyprbox.errors import Invalid
from hyprbox.findings.model import Finding, State, rank
from hyprwire import Severity

MOST_GROUPS = 100
MANY = 200
NONE = (0, "")


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
    """All findings of one type and severity that wait; `newest` is the id of one.

    `nodes` have them; None when they are so many that counting nodes would take too long for a page.
    """

    type: str
    severity: Severity
    findings: int
    nodes: int | None
    fixing: int
    newest: str


def page(session: Session, wanted: Filter, after: str | None, limit: int) -> Sequence[Finding]:
    """Worst first, newest first among equals; from the one behind the cursor `after` on."""
    findings = select(Finding).order_by(Finding.severity.desc(), Finding.id.desc()).limit(limit)
    findings = findings.where(Finding.state == wanted.state if wanted.state else _is_left())
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


def _is_left() -> ColumnElement[bool]:
    """The state stands in the statement itself: only then are the indexes of what is left good for it."""
    return Finding.state != literal(State.RESOLVED.value, literal_execute=True)


def _position(text: str) -> tuple[Severity, str]:
    severity, dot, finding_id = text.partition(".")
    if not dot or severity not in ("0", "1", "2"):
        raise Invalid(f"cursor is {text[:80]!a}, expected one that a list has answered")
    return list(Severity)[int(severity)], finding_id


def groups(session: Session, least: Severity = Severity.WARN) -> list[Group]:
    """What wants attention, by type and severity: the worst first, then what is on most nodes, then the newest."""
    waiting, fixing = (_counted(session, state, least) for state in (State.OPEN, State.FIXING))
    found = []
    for key in waiting.keys() | fixing.keys():
        (open_ones, newest_open), (fixed, newest_fixed) = waiting.get(key, NONE), fixing.get(key, NONE)
        found.append(Group(*key, open_ones + fixed, None, fixed, max(newest_open, newest_fixed)))
    found.sort(key=lambda group: (rank(group.severity), group.findings, group.newest), reverse=True)
    return _with_nodes(session, found[:MOST_GROUPS])


def _counted(session: Session, state: State, least: Severity) -> dict[tuple[str, Severity], tuple[int, str]]:
    """How many, and the newest. In the order of its index, so that the database only has to count along."""
    rows = (
        select(Finding.severity, Finding.type, func.count(), func.max(Finding.id))
        .where(Finding.state == state, Finding.severity >= least)
        .group_by(Finding.severity, Finding.type)
    )
    return {(type, severity): (number, newest) for severity, type, number, newest in session.execute(rows)}


def _with_nodes(session: Session, groups: list[Group]) -> list[Group]:
    few = [(group.severity, group.type) for group in groups if group.findings <= MANY]
    rows = (
        select(Finding.type, Finding.severity, func.count(Finding.node_id.distinct()))
        .where(Finding.state.in_([State.OPEN, State.FIXING]), tuple_(Finding.severity, Finding.type).in_(few))
        .group_by(Finding.type, Finding.severity)
    )
    nodes = {(type, severity): number for type, severity, number in session.execute(rows)}
    return [replace(group, nodes=nodes.get((group.type, group.severity))) for group in groups]
