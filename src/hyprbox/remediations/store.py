"""Fixes from their start to their verdict, which follows from what became of the finding and of the job."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from statistics import median
from typing import Any, cast

from sqlalchemy import Select, Table, and_, bindparam, func, select
from sqlalchemy.orm import Session

from hyprbox import ids
from hyprbox.clock import MILLISECOND, to_ms
from hyprbox.errors import Missing
from hyprbox.findings.model import Event, Finding
from hyprbox.findings.model import State as FindingState
from hyprbox.jobs.model import UNKNOWN, Job
from hyprbox.jobs.model import State as JobState
from hyprbox.nodes import store as nodes
from hyprbox.remediations.model import Evidence, Remediation, Verdict

REGRESSION = timedelta(days=7)
RECENT = 500

# A fix on a given node has no verdict yet, or one that what came back takes away.
UNSETTLED = f"""EXISTS (SELECT 1 FROM remediations r WHERE r.node_id = given.node_id AND (r.verdict IS NULL
    OR (r.verdict = 'VERIFIED_FIXED' AND r.ended_at > given.now - {REGRESSION // MILLISECOND}
        AND EXISTS (SELECT 1 FROM findings f WHERE f.node_id = r.node_id AND f.id = r.finding_id
            AND f.state <> 'RESOLVED'))))"""
REBOOT = "reboot.required"


@dataclass(frozen=True, slots=True)
class Record:
    """How a preset has fared: how many fixes ended, how many were proven, and how long those took, in seconds.

    Of those that are `unproven` nobody knows whether they helped.
    """

    ended: int
    fixed: int
    rolled_back: int
    unproven: int
    median_seconds: float | None

    @property
    def failures(self) -> str:
        """What became of the others, in words."""
        others = self.ended - self.fixed - self.rolled_back - self.unproven, self.unproven, self.rolled_back
        said = zip(others, ("not fixed", "not proven", "taken back"), strict=True)
        return ", ".join(f"{number:,} {word}" for number, word in said if number)


NO_RECORD = Record(0, 0, 0, 0, None)


STAYS_GUARDED = (JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED)


def start(
    session: Session, now: datetime, actor: str, finding: Finding, job: Job, guarded: bool = False
) -> Remediation:
    remediation = Remediation(
        node_id=finding.node_id, id=ids.new(), finding_id=finding.id, finding_type=finding.type,
        finding_key=finding.key, preset=job.preset or "", preset_version=job.preset_version or 0,
        preset_sha256=job.preset_sha256 or "", params=job.params, job_id=job.id, started_by=actor, started_at=now,
        note="", guarded=guarded, before=keep(session, seen(finding)),
    )  # fmt: skip
    session.add(remediation)
    return remediation


def get(session: Session, remediation_id: str) -> Remediation:
    found = session.scalar(select(Remediation).where(Remediation.id == remediation_id))
    if found is None:
        raise Missing(f"remediation {remediation_id} is not known")
    return found


def page(
    session: Session, node_id: str | None, preset: str | None, verdict: str | None, before: str | None, limit: int
) -> Sequence[Remediation]:
    """Newest first."""
    rows = select(Remediation).order_by(Remediation.id.desc()).limit(limit)
    for column, value in (
        (Remediation.node_id, node_id),
        (Remediation.preset, preset),
        (Remediation.verdict, verdict),
    ):
        if value:
            rows = rows.where(column == value)
    return session.scalars(rows.where(Remediation.id < before) if before else rows).all()


def of_finding(session: Session, finding_id: str) -> Sequence[Remediation]:
    rows = select(Remediation).where(Remediation.finding_id == finding_id)
    return session.scalars(rows.order_by(Remediation.id.desc())).all()


def evidence(session: Session, digest: str | None) -> dict[str, Any] | None:
    row = session.get(Evidence, digest) if digest else None
    return row.body if row else None


def settle(session: Session, now: datetime, node_id: str, scan: dict[str, Any] | None = None) -> None:
    """Gives the node's fixes that are over their verdict; `scan` is the one that has just been recorded."""
    session.flush()
    if session.scalar(_any_to_judge(), {"node_id": node_id, "since": now - REGRESSION}) is None:
        return
    nodes.lock(session, node_id)  # or whoever gives the same verdict meanwhile writes over its evidence
    still_open = select(Remediation).where(*_open(node_id)).execution_options(populate_existing=True)
    for remediation in session.scalars(still_open).all():
        finding = session.get(Finding, (node_id, remediation.finding_id), populate_existing=True)
        job = session.get(Job, (node_id, remediation.job_id))
        if finding is None or job is None or finding.fix_job == job.id:
            continue  # still at work
        if remediation.guarded and job.state in STAYS_GUARDED:
            continue
        _close(session, now, remediation, finding, job, scan)
    _note_regressions(session, now, node_id)


def release(session: Session, now: datetime, job_id: str, rolled_back: str | None) -> None:
    """Its guard is over: what was taken back has its verdict, the rest may have one."""
    for remediation in session.scalars(select(Remediation).where(Remediation.job_id == job_id)).all():
        remediation.guarded = False
        if rolled_back and remediation.verdict is None:
            remediation.verdict, remediation.note, remediation.ended_at = Verdict.ROLLED_BACK, rolled_back, now


def unsettled_nodes(session: Session) -> Sequence[str]:
    return session.scalars(select(Remediation.node_id).where(Remediation.verdict.is_(None)).distinct()).all()


def jobs_among(session: Session, job_ids: Sequence[str]) -> set[str]:
    """Those that are to fix a finding."""
    return set(session.scalars(select(Remediation.job_id).where(Remediation.job_id.in_(job_ids))))


def record_of(session: Session, preset: str) -> Record:
    return records(session, [preset]).get(preset, NO_RECORD)


def records(session: Session, presets: Sequence[str]) -> dict[str, Record]:
    """Of those presets that have one."""
    counted = select(Remediation.preset, Remediation.verdict, func.count()).where(Remediation.preset.in_(presets))
    by_preset: dict[str, dict[str | None, int]] = {}
    for preset, verdict, number in session.execute(counted.group_by(Remediation.preset, Remediation.verdict)):
        by_preset.setdefault(preset, {})[verdict] = number
    return {preset: _record(session, preset, by_verdict) for preset, by_verdict in by_preset.items()}


def _record(session: Session, preset: str, by_verdict: dict[str | None, int]) -> Record:
    fixed = Verdict.VERIFIED_FIXED, Verdict.REGRESSED
    spans = select(Remediation.started_at, Remediation.ended_at).where(
        Remediation.preset == preset, Remediation.verdict.in_(fixed)
    )
    took = [
        (ended - started).total_seconds()
        for started, ended in session.execute(spans.order_by(Remediation.id.desc()).limit(RECENT))
        if ended is not None
    ]
    return Record(
        ended=sum(number for verdict, number in by_verdict.items() if verdict is not None),
        fixed=sum(by_verdict.get(verdict, 0) for verdict in fixed),
        rolled_back=by_verdict.get(Verdict.ROLLED_BACK, 0),
        unproven=by_verdict.get(Verdict.UNVERIFIED, 0),
        median_seconds=median(took) if took else None,
    )


def keep(session: Session, body: dict[str, Any]) -> str:
    """Its SHA-256, under which it can be read again."""
    digest = hashlib.sha256(canonical(body)).hexdigest()
    if session.get(Evidence, digest) is None:
        session.add(Evidence(sha256=digest, body=body))
        session.flush()
    return digest


def canonical(body: dict[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def seen(finding: Finding) -> dict[str, Any]:
    """A finding as the last scan saw it."""
    return {
        "seen": True, "nodeId": finding.node_id, "type": finding.type, "key": finding.key,
        "severity": finding.severity, "message": finding.message, "metadata": finding.details,
        "since": to_ms(finding.first_seen),
    }  # fmt: skip


def _close(
    session: Session, now: datetime, remediation: Remediation, finding: Finding, job: Job, scan: dict[str, Any] | None
) -> None:
    remediation.verdict, remediation.note = _verdict(session, finding, job)
    remediation.ended_at = now
    after = seen(finding) if finding.state != FindingState.RESOLVED else {"seen": False, "scan": scan}
    remediation.after = keep(session, {**after, "at": to_ms(now)})


def _verdict(session: Session, finding: Finding, job: Job) -> tuple[Verdict, str]:
    if job.state == JobState.SUCCEEDED:
        return _verdict_of_scan(session, finding, job)
    if job.exit_code is not None and 20 <= job.exit_code <= 29:
        return Verdict.REFUSED, job.error_msg or "a condition for it is not met; nothing was changed"
    if job.exit_code in (30, 31):
        return Verdict.ROLLED_BACK, job.error_msg or "it did not work and was taken back"
    if job.state in UNKNOWN:
        return Verdict.UNVERIFIED, job.error_msg or f"its job ended as {job.state}"
    return Verdict.FAILED, job.error_msg or f"its job ended as {job.state}"


def _verdict_of_scan(session: Session, finding: Finding, job: Job) -> tuple[Verdict, str]:
    if finding.state == FindingState.RESOLVED and finding.resolved_how == "verified":
        return Verdict.VERIFIED_FIXED, "the scan after it does not see it any more"
    if finding.state == FindingState.RESOLVED and finding.resolved_how == "off":
        return Verdict.UNVERIFIED, "its scanner is switched off, so nobody looked whether it helped"
    if finding.state == FindingState.RESOLVED:
        return Verdict.UNVERIFIED, f"it was resolved otherwise: {finding.resolved_how}"
    if not _was_seen_after(session, finding, job):
        return Verdict.UNVERIFIED, "no scan came to prove it"
    if _waits_for_restart(session, finding.node_id):
        return Verdict.NEEDS_REBOOT, "the scan after it sees it still; the node waits for a restart"
    return Verdict.NOT_FIXED, "the scan after it sees it still"


def _was_seen_after(session: Session, finding: Finding, job: Job) -> bool:
    """Did a scan end this fix, or was it given up?"""
    last = select(Event.actor).where(Event.finding_id == finding.id, Event.job_id == job.id)
    return session.scalar(last.order_by(Event.id.desc()).limit(1)) == "agent"


def _waits_for_restart(session: Session, node_id: str) -> bool:
    waiting = Finding.node_id == node_id, Finding.type == REBOOT, Finding.state != FindingState.RESOLVED
    return session.scalar(select(Finding.id).where(*waiting).limit(1)) is not None


def _note_regressions(session: Session, now: datetime, node_id: str) -> None:
    """What was proven and came back within a week was not worth its proof."""
    lately = (
        Remediation.node_id == node_id,
        Remediation.verdict == Verdict.VERIFIED_FIXED,
        Remediation.ended_at > now - REGRESSION,
    )
    for remediation in session.scalars(select(Remediation).where(*lately)).all():
        finding = session.get(Finding, (node_id, remediation.finding_id))
        if finding is not None and finding.state != FindingState.RESOLVED:
            remediation.verdict = Verdict.REGRESSED
            remediation.note = "it came back within a week"


@cache
def _any_to_judge() -> Select[str]:
    """Asked at the end of every job and with every report, and hardly ever is there one: so it is put together once."""
    its = cast(Table, Remediation.__table__).c
    lately = and_(its.verdict == Verdict.VERIFIED_FIXED, its.ended_at > bindparam("since"))
    return select(its.id).where(its.node_id == bindparam("node_id"), its.verdict.is_(None) | lately).limit(1)


def _open(node_id: str) -> tuple[Any, Any]:
    return Remediation.node_id == node_id, Remediation.verdict.is_(None)
