"""Findings that the control plane makes itself, of what no single node can see."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.findings import reports
from hyprbox.findings.model import Finding, State
from hyprwire import Finding as Seen
from hyprwire import FindingReport, Scan, ScannerRun, Severity

SCANNER = "hyprbox"
DUPLICATE = "agent.duplicate_identity"
JOURNAL = "agent.journal_broken"
TYPES = {
    DUPLICATE: ("CRITICAL", "Two machines use one node id in turns. Neither is handed a job until that is settled."),
    JOURNAL: (
        "WARN",
        "The chained journal of what ran on the node became shorter or another one: it was changed, or an older state "
        "of the machine was restored. Resolved after a week.",
    ),
}


def note_duplicates(session: Session, now: datetime, contested: Sequence[str]) -> None:
    """Opens the finding of each contested node, resolves it where the contest is settled."""
    message = "Two machines use this node id in turns; no job is handed out until one of them has another id"
    _note(session, now, contested, Seen(type=DUPLICATE, key="node_id", severity=Severity.CRITICAL, message=message))


def note_broken_journals(session: Session, now: datetime, broken: Sequence[str]) -> None:
    message = "The journal of what ran on this node is not the one that it was: somebody changed it, or it was restored"
    _note(session, now, broken, Seen(type=JOURNAL, key="journal", severity=Severity.WARN, message=message))


def _note(session: Session, now: datetime, nodes: Sequence[str], seen: Seen) -> None:
    open_now = select(Finding.node_id).where(Finding.type == seen.type, Finding.state != State.RESOLVED)
    for node_id in {*nodes, *session.scalars(open_now)}:
        _report(session, now, node_id, seen.type, [seen] if node_id in nodes else [])


def _report(session: Session, now: datetime, node_id: str, type_: str, findings: list[Seen]) -> None:
    """Each type is a scanner of its own, for one that finds nothing resolves all of its types."""
    name = SCANNER if type_ == DUPLICATE else f"{SCANNER}.{type_}"
    scan = Scan(id=SCANNER, seq=int(now.timestamp()), scanners=[ScannerRun(name=name, types=[type_])])
    reports.record(session, FindingReport(nodeId=node_id, findings=findings, scan=scan), now)
