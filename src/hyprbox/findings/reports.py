"""What an agent reports becomes findings: new ones open, known ones are updated, absent ones are resolved.

Absence proves something only where a scanner looked at everything: a final scan resolves the types that it examined
in full, less the keys it could not examine; a scanner that failed resolves nothing; an older scan never does.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hyprbox import ids
from hyprbox.errors import Missing
from hyprbox.findings import off, room, store
from hyprbox.findings.model import Finding, ScannerState, State, rank
from hyprbox.nodes import store as nodes
from hyprwire import Finding as Seen
from hyprwire import FindingReport, Scan, ScannerRun

PLAIN = ""
LONGEST_ERROR = 1000

Rows = dict[tuple[str, str], Finding]


@dataclass(frozen=True, slots=True)
class Part:
    """What one scanner says in a report. Without `run` it says nothing of what it examined."""

    scanner: str
    findings: list[Seen]
    run: ScannerRun | None = None
    scan: Scan | None = None

    @property
    def proves_absence(self) -> bool:
        return self.run is not None and self.run.ok and self.scan is not None and self.scan.final

    @property
    def is_whole(self) -> bool:
        """Its scanner has said all that it has to say, so that the same words again mean the same. What no scanner
        claims may have been claimed by one in between."""
        return self.scan is None or (self.scan.final and self.run is not None)

    def less(self, homeless: set[room.Name]) -> "Part":
        kept = [seen for seen in self.findings if (seen.type, seen.key) not in homeless]
        return self if len(kept) == len(self.findings) else replace(self, findings=kept)

    def digest(self) -> str:
        """Of all that a scan may resolve something by, and of what it saw."""
        run = self.run
        looked = run and (run.ok, run.types, *(["off"] if run.off else []), *filter(None, [run.unexamined]))
        return hashlib.sha256(msgspec.json.encode((self.findings, looked))).hexdigest()


def record(
    session: Session, report: FindingReport, now: datetime, proves: str | None = None, bounded: bool = True
) -> None:
    """`proves` is the job whose end this scan came after, for the fixes that wait for it. `bounded`: by the room that
    a node has."""
    if not nodes.lock(session, report.nodeId):
        raise Missing(f"node {report.nodeId} is not known, expected a heartbeat first")
    room.keep_scanners_few(session, report.nodeId, [part.scanner for part in parts(report)])
    rows: Rows | None = None
    homeless: set[room.Name] = set()
    for part in parts(report):
        said = _state(session, report.nodeId, part, now)
        if _says_nothing_new(part, said, proves):
            _note(said, part, now)
            continue
        if rows is None:
            rows = _rows(session, report.nodeId)
            homeless = room.make(session, report, rows) if bounded else set()
        kept = part.less(homeless)
        _forget_others(session, report, kept, rows)
        is_all = _apply(session, report.nodeId, kept, said, rows, now, proves)
        _note(said, part, now)
        if not is_all or kept is not part:  # the same words again would mean something else
            said.digest = ""
    if rows is not None:
        store.count(session, report.nodeId)


def parts(report: FindingReport) -> list[Part]:
    """By scanner; what no scanner of the report claims is said by nobody in particular."""
    scan = report.scan
    left = list(report.findings)
    found = []
    for run in scan.scanners if scan else ():
        types = set(run.types)
        found.append(Part(run.name, [seen for seen in left if seen.type in types], run, scan))
        left = [seen for seen in left if seen.type not in types]
    return [*found, Part(PLAIN, left, scan=scan)] if left or scan is None else found


def _says_nothing_new(part: Part, said: ScannerState, proves: str | None) -> bool:
    return part.is_whole and proves is None and said.digest == part.digest()


def _apply(
    session: Session, node_id: str, part: Part, said: ScannerState, rows: Rows, now: datetime, proves: str | None
) -> bool:
    """Whether that was all that there is to it: no earlier report of this scan said something as well, no later scan
    came first, no fix waits for its end."""
    scan_id = part.scan.id if part.scan else None
    reported = set()
    for seen in part.findings:
        row = rows.get((seen.type, seen.key))
        if row is None:
            row = rows[seen.type, seen.key] = _open(session, node_id, part.scanner, seen, now, scan_id)
        else:
            _see_again(session, row, part.scanner, seen, now, scan_id, proves)
        if part.scan and not part.scan.final:
            row.scan_id = scan_id
        reported.add(row.id)
    unsaid = [row for row in rows.values() if row.id not in reported]
    earlier = {row.id for row in unsaid if scan_id and row.scan_id == scan_id}
    absent = [row for row in unsaid if row.id not in earlier]
    _note_absence(absent, part, said)
    is_late, waits = part.scan is not None and part.scan.seq < said.seq, False
    if part.proves_absence and not is_late:
        waits = _resolve_absent(session, node_id, absent, part, now, proves)
    return not (is_late or waits or any(row.scanner == part.scanner for row in unsaid if row.id in earlier))


def _open(session: Session, node_id: str, scanner: str, seen: Seen, now: datetime, scan_id: str | None) -> Finding:
    row = Finding(
        node_id=node_id, id=ids.new(), type=seen.type, key=seen.key, severity=seen.severity, message=seen.message,
        details=seen.metadata, scanner=scanner, first_seen=now, seen_at=now, in_last_report=True, state="",
    )  # fmt: skip
    session.add(row)
    store.turn(session, now, row, State.OPEN, "agent", seen.message, scan_id)
    return row


def _see_again(
    session: Session, row: Finding, scanner: str, seen: Seen, now: datetime, scan_id: str | None, proves: str | None
) -> None:
    worse = rank(seen.severity) > rank(row.severity)
    row.severity, row.message, row.details, row.scanner = seen.severity, seen.message, seen.metadata, scanner
    if not row.in_last_report:
        row.in_last_report = True
    if row.state == State.RESOLVED:
        row.reopen_count += row.resolved_how != "off"  # it was there all the time, for all that anybody knows
        row.resolved_at = row.resolved_how = None
        store.turn(session, now, row, State.OPEN, "agent", "seen again", scan_id)
    elif row.state in store.HELD and worse:
        row.held_by = row.held_why = row.held_until = None
        store.turn(session, now, row, State.OPEN, "agent", f"it became {seen.severity}", scan_id, how=seen.severity)
    elif row.state == State.FIXING and proves and row.fix_job == proves:
        row.fix_job = None
        store.turn(
            session, now, row, State.OPEN, "agent", "not fixed: the scan after it sees it still", scan_id, proves
        )


def _note_absence(absent: Iterable[Finding], part: Part, said: ScannerState) -> None:
    """What was in this scanner's last report and is not in this one was last seen then."""
    for row in absent:
        if row.scanner == part.scanner and row.in_last_report:
            row.in_last_report, row.seen_at = False, said.seen_at


def _resolve_absent(
    session: Session, node_id: str, absent: list[Finding], part: Part, now: datetime, proves: str | None
) -> bool:
    """Whether some of it has to wait for the end of a fix."""
    assert part.run is not None
    assert part.scan is not None
    types, unexamined = set(part.run.types), set(part.run.unexamined)
    blind = off.why(session, now, node_id, part.scanner) if part.run.off else ""
    waits = False
    for row in absent:
        if row.state == State.RESOLVED or row.type not in types or row.key in unexamined:
            continue
        proven = row.state == State.FIXING and proves and row.fix_job == proves
        if row.state == State.FIXING and not proven:
            waits = True
            continue
        if blind:
            store.put_away(session, now, row, "off", "agent", blind, part.scan.id)
        elif proven:
            note = "fixed: the scan after it does not see it"
            store.put_away(session, now, row, "verified", "agent", note, part.scan.id, proves)
        else:
            store.put_away(session, now, row, "absent", "agent", "a full scan does not see it any more", part.scan.id)
    return waits


def _state(session: Session, node_id: str, part: Part, now: datetime) -> ScannerState:
    state = session.get(ScannerState, (node_id, part.scanner))
    if state is None:
        state = ScannerState(node_id=node_id, scanner=part.scanner, seen_at=now, digest="", seq=0, interval_seconds=0)
        session.add(state)
    return state


def _note(said: ScannerState, part: Part, now: datetime) -> None:
    gap = int((now - said.seen_at).total_seconds())
    if part.scan is None and gap > 1:
        # Agents are silent while they see nothing, so a long gap is rarely the interval.
        said.interval_seconds = min(gap, said.interval_seconds * 5 // 4 + 1) if said.interval_seconds else gap
    said.seen_at = now
    said.digest = part.digest() if part.is_whole else ""
    if part.scan is not None:
        said.seq = max(said.seq, part.scan.seq)
    if part.run is not None:
        said.error = part.run.error and part.run.error[:LONGEST_ERROR]
        said.off = part.run.off
        if part.run.ok:
            said.last_ok = now


def _forget_others(session: Session, report: FindingReport, part: Part, rows: Rows) -> None:
    """An agent of yesterday, that describes no scans, and one of today may take turns at one node. What either said is
    news when it comes again after the other has spoken of the same; of which scanner's types what nobody claims is, is
    not known."""
    named = {PLAIN, *(run.name for run in report.scan.scanners)} if report.scan else {PLAIN}
    known = (rows.get((seen.type, seen.key)) for seen in part.findings)
    former = {row.scanner for row in known if row is not None} - {part.scanner}
    others = ScannerState.scanner.in_(former)
    if part.scanner == PLAIN and part.findings:
        others = ScannerState.scanner.not_in(named)
    elif not former:
        return
    session.execute(update(ScannerState).where(ScannerState.node_id == report.nodeId, others).values(digest=""))


def _rows(session: Session, node_id: str) -> Rows:
    return {(row.type, row.key): row for row in session.scalars(select(Finding).where(Finding.node_id == node_id))}
