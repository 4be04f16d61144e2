"""Reports that say nothing new, as nearly all do: noted in a statement for all of them.

Whatever else there may be to do for their nodes is asked in a second one. Where there is any, and for what does say
something new, the long way is taken, which is right whether or not this was done before.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from hyprbox.clock import to_ms
from hyprbox.findings.reports import LONGEST_ERROR, parts
from hyprbox.rows import Row, Rows
from hyprbox.thresholds import store as thresholds
from hyprwire import FindingReport

Report = tuple[FindingReport, datetime]

SCANNER = {
    "node_id": "text", "now": "bigint", "scanner": "text", "digest": "text", "seq": "bigint", "ok": "boolean",
    "error": "text", "is_off": "boolean",
}  # fmt: skip
NODE = {"node_id": "text", "now": "bigint", "taken": "text", "own": "text", "refused": "text"}

NOTE = """
UPDATE scanner_state SET seen_at = given.now, error = given.error, off = given.is_off,
    scan_seq = CASE WHEN given.seq > scan_seq THEN given.seq ELSE scan_seq END,
    last_ok = CASE WHEN given.ok THEN given.now ELSE last_ok END
FROM GIVEN WHERE scanner_state.node_id = given.node_id AND scanner_state.scanner = given.scanner
    AND scanner_state.digest = given.digest"""

NEWS = """
SELECT DISTINCT given.node_id FROM GIVEN LEFT JOIN scanner_state s
ON s.node_id = given.node_id AND s.scanner = given.scanner AND s.digest = given.digest WHERE s.node_id IS NULL"""


def may_be(report: FindingReport) -> bool:
    """A whole scan of named scanners that proves no fix."""
    scan = report.scan
    return scan is not None and scan.final and not scan.jobId and all(part.run for part in parts(report))


def note(session: Session, reports: Sequence[Report], waits: str) -> list[bool]:
    """Which of them are done; each may be one. `waits` is true in SQL of a node for which more is to be done."""
    often = Counter(report.nodeId for report, _ in reports)  # who says several things at once says something new
    scanners = [row for report, now in reports if often[report.nodeId] == 1 for row in _scanners(report, now)]
    rows = Rows.of(session, SCANNER, scanners)
    news = set[str]() if rows.run(session, NOTE) == len(scanners) else set(rows.ask(session, NEWS))
    nodes = Rows.of(session, NODE, [_node(report, now) for report, now in reports])
    more = {*news, *nodes.ask(session, f"SELECT given.node_id FROM GIVEN WHERE {waits}")}
    said = {row[0] for row in scanners}
    return [report.nodeId in said and report.nodeId not in more for report, _ in reports]


def _scanners(report: FindingReport, now: datetime) -> list[Row]:
    at, seq = to_ms(now), report.scan.seq if report.scan else 0
    return [
        (report.nodeId, at, part.scanner, part.digest(), seq, run.ok, run.error and run.error[:LONGEST_ERROR], run.off)
        for part in parts(report)
        if (run := part.run)
    ]


def _node(report: FindingReport, now: datetime) -> Row:
    said = report.scan.settings if report.scan else None
    return (report.nodeId, to_ms(now), *(thresholds.as_kept(said) if said else (None, None, None)))
