"""What a node may fill: so many findings and so many scanners, whatever it makes up from report to report."""

from collections.abc import Mapping, MutableMapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hyprbox.errors import Invalid
from hyprbox.findings.model import Event, Finding, ScannerState, State
from hyprwire import FindingReport

MOST_FINDINGS = 10_000
MOST_SCANNERS = 100


def keep_findings_few(session: Session, report: FindingReport, rows: MutableMapping[tuple[str, str], Finding]) -> None:
    """`rows` are all that the node has. The longest resolved make room; Invalid when that does not do."""
    over = len(rows) + len(new_ones(report, rows)) - MOST_FINDINGS
    if over <= 0:
        return
    named = {(seen.type, seen.key) for seen in report.findings}
    old = [row for name, row in rows.items() if row.state == State.RESOLVED and name not in named]
    if len(old) < over:
        raise Invalid(f"node {report.nodeId} has {len(rows) - len(old)} findings, expected at most {MOST_FINDINGS}")
    for row in sorted(old, key=lambda row: (row.resolved_at or row.first_seen, row.id))[:over]:
        del rows[row.type, row.key]
        session.delete(row)
        _forget(session, row)


def new_ones(report: FindingReport, rows: Mapping[tuple[str, str], Finding]) -> set[tuple[str, str]]:
    return {(seen.type, seen.key) for seen in report.findings} - rows.keys()


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
