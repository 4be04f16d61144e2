"""POST /api/heartbeat and POST /api/findings: how a node is and what its scanners see."""

from dataclasses import asdict
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from hyprbox.box import Box
from hyprbox.errors import Invalid, TooLarge
from hyprbox.findings import again, own, reports
from hyprbox.findings.room import MOST_SCANNERS
from hyprbox.hot.call import DONE, Answer, Call, answer
from hyprbox.hot.decode import check_depth, decode
from hyprbox.jobs import ending
from hyprbox.nodes import beats
from hyprbox.remediations import store as remediations
from hyprbox.suppressions import store as suppressions
from hyprbox.thresholds import store as thresholds
from hyprwire import FindingReport, Heartbeat, Scan, ScannerRun
from hyprwire.names import NAME_LENGTH

MORE = f"{suppressions.FITS} OR {remediations.UNSETTLED} OR {thresholds.TELLS}"  # what `_record` does besides
ACCEPTS = ["scan", "settings", "inventory"]
MOST_FINDINGS = 2000
LARGEST_FINDING = 16 * 1024
MOST_NAMES = 2000  # types of a scanner, or keys that it could not look at
LONGEST_ID = 128


async def heartbeat(box: Box, call: Call) -> Answer:
    beat = decode(Heartbeat, call.body)
    await box.gate.admit_node(call.header(b"authorization"), beat.node_id)
    now = box.clock.now()
    await box.db.write_many(beats.record, beats.Beat(beat, now), apart=True)
    return answer({"serverTime": now, "accepts": ACCEPTS})


async def report(box: Box, call: Call) -> Answer:
    await box.gate.badge(call.header(b"authorization"))
    said = decode(FindingReport, call.body)
    await box.gate.admit_node(call.header(b"authorization"), said.nodeId)
    _check_size(said)
    now = box.clock.now()
    if not (again.may_be(said) and await box.db.write_many(_note_again, (said, now))):
        await box.db.write(_record, said, now)
    return DONE


def _note_again(session: Session, said: list[again.Report]) -> list[bool]:
    return again.note(session, said, MORE)


def _record(session: Session, said: FindingReport, now: datetime) -> None:
    scan = said.scan
    proves = ending.proved_by(session, said.nodeId, scan.jobId, scan.startedAt) if scan else None
    reports.record(session, said, now, proves)
    suppressions.apply_to_node(session, now, said.nodeId)
    remediations.settle(session, now, said.nodeId, asdict(scan) if scan else None)
    thresholds.told(session, now, said.nodeId, scan.settings if scan else None)


def _check_size(said: FindingReport) -> None:
    if len(said.findings) > MOST_FINDINGS:
        raise TooLarge(f"findings has {len(said.findings)} entries, expected at most {MOST_FINDINGS}")
    for number, finding in enumerate(said.findings):
        size = len(msgspec.json.encode(finding))
        if size > LARGEST_FINDING:
            raise TooLarge(f"findings[{number}] has {size} bytes, expected at most {LARGEST_FINDING}")
        check_depth(finding.metadata)
        if finding.type in own.TYPES:
            raise Invalid(f"findings[{number}].type is {finding.type}, which only the control plane itself finds")
    if said.scan is not None:
        _check_scan(said.scan)


def _check_scan(scan: Scan) -> None:
    """No split would make it smaller, so it is refused."""
    for name, value in (
        ("id", scan.id),
        ("jobId", scan.jobId),
        ("startedAt", scan.startedAt),
        ("endedAt", scan.endedAt),
    ):
        if value is not None and len(value) > LONGEST_ID:
            raise Invalid(f"scan.{name} has {len(value)} characters, expected at most {LONGEST_ID}")
    if not 0 <= scan.seq < 2**63:
        raise Invalid(f"scan.seq is {scan.seq}, expected a number from 0 to 2^63")
    if len(scan.scanners) > MOST_SCANNERS:
        raise Invalid(f"scan.scanners has {len(scan.scanners)} entries, expected at most {MOST_SCANNERS}")
    for number, run in enumerate(scan.scanners):
        _check_is_no_own(number, run)
        for name, names in (("types", run.types), ("unexamined", run.unexamined)):
            if len(names) > MOST_NAMES or any(len(each) > NAME_LENGTH for each in names):
                most = f"at most {MOST_NAMES} of {NAME_LENGTH} characters"
                raise Invalid(f"scan.scanners[{number}].{name} has {len(names)} entries, expected {most}")


def _check_is_no_own(number: int, run: ScannerRun) -> None:
    """Else a node could resolve what was found about it, or keep that from being resolved."""
    if run.name.partition(".")[0] == own.SCANNER:
        raise Invalid(f"scan.scanners[{number}].name is {run.name}, expected none of the control plane's own")
    for name in own.TYPES.keys() & set(run.types):
        raise Invalid(f"scan.scanners[{number}].types: {name} is looked for by the control plane itself")
