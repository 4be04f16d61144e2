"""What happened with a finding, step by step: its own history, and between it how its fixes went and were looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.findings.model import Event, State
from hyprbox.findings.words import happened, risen
from hyprbox.jobs import words as job_words
from hyprbox.jobs.model import Job
from hyprbox.remediations import store as remediations
from hyprbox.remediations.model import Remediation, Verdict
from hyprbox.sign import Sign
from hyprbox.words import listed

SCANNED = Sign("act", "rescan", "")
BY_A_SCAN = (Verdict.VERIFIED_FIXED, Verdict.NOT_FIXED, Verdict.NEEDS_REBOOT, Verdict.REGRESSED)


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    sign: Sign
    heading: str
    text: str
    job_id: str | None = None


def tell(session: Session, events: Sequence[Event], fixes: Sequence[Remediation]) -> list[Step]:
    """Oldest first. A job that has ended well is told as what it is: it resolves nothing."""
    ids = [event.job_id for event in events if event.became == State.FIXING and event.job_id]
    jobs = session.scalars(select(Job).where(Job.id.in_(ids))).all()
    steps = [Step(event.at, *happened(event), _note(event), event.job_id) for event in events]
    ends = [(job.id, _ended(job)) for job in jobs if job.finished_at]
    for job_id, step in [*ends, *(("", scan) for scan in _scanned(session, fixes))]:
        steps.insert(_place(steps, step, job_id), step)
    return steps


def _place(steps: Sequence[Step], step: Step, job_id: str) -> int:
    """The end of a job stands before what came of it, though two clocks say when both were."""
    later = next((n for n, other in enumerate(steps) if other.at >= step.at), len(steps))
    of_it = [n for n, other in enumerate(steps) if job_id and other.job_id == job_id]
    return min([later, *of_it[1:]])


def _note(event: Event) -> str:
    return "" if risen(event) else event.note  # its heading says it


def _ended(job: Job) -> Step:
    at = job.finished_at or job.created_at
    ending = job_words.ending(job, at)
    alone = " This alone resolves nothing." if job.exit_code == 0 else ""
    return Step(at, job_words.sign(job), "Job ended", f"{ending.title}. {ending.text}{alone}")


def _scanned(session: Session, fixes: Sequence[Remediation]) -> Iterator[Step]:
    """Before the verdict, which it is the reason of."""
    for fix in fixes:
        if fix.ended_at and fix.after and fix.verdict in BY_A_SCAN:
            yield Step(fix.ended_at, SCANNED, "Scanned again", _by(remediations.evidence(session, fix.after)))


def _by(after: object) -> str:
    scan = after.get("scan") if isinstance(after, dict) else None
    if not isinstance(scan, dict):
        return ""
    names = [str(run.get("name")) for run in scan.get("scanners") or [] if isinstance(run, dict)]
    return f"By {listed(names)}." if names else ""
