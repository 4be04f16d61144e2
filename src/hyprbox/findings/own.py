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
TYPES = {
    DUPLICATE: ("CRITICAL", "Two machines use one node id in turns. Neither is handed a job until that is settled."),
}


def note_duplicates(session: Session, now: datetime, contested: Sequence[str]) -> None:
    """Opens the finding of each contested node, resolves it where the contest is settled."""
    open_now = select(Finding.node_id).where(Finding.type == DUPLICATE, Finding.state != State.RESOLVED)
    for node_id in {*contested, *session.scalars(open_now)}:
        _report(session, now, node_id, [_duplicate()] if node_id in contested else [])


def _duplicate() -> Seen:
    return Seen(
        type=DUPLICATE, key="node_id", severity=Severity.CRITICAL,
        message="Two machines use this node id in turns; no job is handed out until one of them has another id",
    )  # fmt: skip


def _report(session: Session, now: datetime, node_id: str, findings: list[Seen]) -> None:
    run = ScannerRun(name=SCANNER, types=[DUPLICATE])
    scan = Scan(id=SCANNER, seq=int(now.timestamp()), scanners=[run])
    reports.record(session, FindingReport(nodeId=node_id, findings=findings, scan=scan), now)
