"""What a node may fill: so many findings and so many scanners, whatever it makes up from report to report."""

from collections.abc import MutableMapping, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hyprbox.findings.model import Event, Finding, ScannerState, State, rank
from hyprwire import FindingReport

MOST_FINDINGS = 10_000
MOST_SCANNERS = 100

Name = tuple[str, str]  # type and key


def make(session: Session, report: FindingReport, rows: MutableMapping[Name, Finding]) -> set[Name]:
    """`rows` are all that the node has. The longest resolved make room for what is new. What is answered finds none:
    the mildest. Nothing else of the report may be lost by it, for what is known and not heard of counts as mended."""
    named = {(seen.type, seen.key): seen for seen in report.findings}
    new = [name for name in named if name not in rows]
    over = len(rows) + len(new) - MOST_FINDINGS
    if over <= 0:
        return set()
    old = [row for name, row in rows.items() if row.state == State.RESOLVED and name not in named]
    for row in sorted(old, key=lambda row: (row.resolved_at or row.first_seen, row.id))[:over]:
        del rows[row.type, row.key]
        session.delete(row)
        _forget(session, row)
    mildest = sorted(new, key=lambda name: rank(named[name].severity))
    return set(mildest[: max(over - len(old), 0)])


def is_full(session: Session, node_id: str) -> bool:
    """What its scanners see beyond that is not kept."""
    left = select(func.count()).where(Finding.node_id == node_id, Finding.state != State.RESOLVED)
    return (session.scalar(left) or 0) >= MOST_FINDINGS


def _forget(session: Session, row: Finding) -> None:
    session.execute(delete(Event).where(Event.node_id == row.node_id, Event.finding_id == row.id))


def keep_scanners_few(session: Session, node_id: str, named: Sequence[str]) -> None:
    """Those of which nothing was heard for longest make room for new ones."""
    known = session.scalars(select(ScannerState).where(ScannerState.node_id == node_id)).all()
    names = {each.scanner for each in known}
    over = len(names | set(named)) - MOST_SCANNERS
    if over > 0:
        silent = [each for each in known if each.scanner not in named]
        for each in sorted(silent, key=lambda each: each.seen_at)[:over]:
            session.delete(each)
        session.flush()
