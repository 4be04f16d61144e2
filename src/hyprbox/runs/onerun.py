"""One run on one page: its batches with a square for each node, and the rows of its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from hyprbox.jobs import words as job_words
from hyprbox.jobs.model import Job
from hyprbox.jobs.model import State as JobState
from hyprbox.remediations import words as fix_words
from hyprbox.remediations.model import Remediation
from hyprbox.runs import store
from hyprbox.runs.model import Step, Target
from hyprbox.runs.words import STEPS
from hyprbox.sign import Sign
from hyprbox.words import count

MOST_SQUARES = 240
# One may have a megabyte, and a page that is live looks at 240 of them every second.
WITHOUT_SCRIPT = defer(Job.script, raiseload=True), defer(Job.env, raiseload=True), defer(Job.params, raiseload=True)
NOT_FETCHED = Sign("idle", "queued", "Not fetched yet")
SCANNING = Sign("act", "rescan", "Scanning again")


@dataclass(frozen=True, slots=True)
class Row:
    """A node of a run, what it has come to, and where that can be read."""

    target: Target
    sign: Sign
    note: str
    took: timedelta | None

    @property
    def page(self) -> str | None:
        return f"/dashboard/jobs/{self.target.job_id}" if self.target.job_id else None


@dataclass(frozen=True, slots=True)
class Batch:
    number: int
    name: str
    rows: list[Row]

    @property
    def done(self) -> int:
        return sum(row.target.state == Step.DONE for row in self.rows)


def rows(
    session: Session, now: datetime, run_id: str, state: Step | None, after: int | None, limit: int
) -> Sequence[Row]:
    """In the order of the run; from the place behind `after` on."""
    targets = store.targets_of(session, run_id, state, after, limit)
    ids = [target.job_id for target in targets if target.job_id]
    found = select(Job).where(Job.id.in_(ids)).options(*WITHOUT_SCRIPT)
    jobs = {job.id: job for job in session.scalars(found)}
    fixes = {fix.job_id: fix for fix in session.scalars(select(Remediation).where(Remediation.job_id.in_(ids)))}
    return [_row(target, jobs.get(target.job_id or ""), fixes.get(target.job_id or ""), now) for target in targets]


def squares(session: Session, now: datetime, run_id: str, batches: tuple[str, ...]) -> list[Batch]:
    """None when they are too many to be told apart."""
    found = rows(session, now, run_id, None, None, MOST_SQUARES + 1)
    if len(found) > MOST_SQUARES:
        return []
    together = groupby((row for row in found if row.target.batch), lambda row: row.target.batch)
    return [Batch(number, name_of(number, batches), list(each)) for number, each in together]


def name_of(number: int, batches: tuple[str, ...]) -> str:
    """Canary, 25 %, Rest; the last one that was asked for is repeated."""
    size = batches[min(number, len(batches)) - 1]
    if size == "100%":
        return "Rest" if number > 1 else "All"
    if number == 1 and len(batches) > 1 and "%" not in size:
        return "Canary"
    return size.replace("%", "\u00a0%") if "%" in size else count(int(size), "node")


def _row(target: Target, job: Job | None, fix: Remediation | None, now: datetime) -> Row:
    took = job_words.took(job, now) if job else None
    return Row(target, _sign(target, job, fix), target.note or (_said(job, now) if job else ""), took)


def _sign(target: Target, job: Job | None, fix: Remediation | None) -> Sign:
    """What is proven says so; of what is at work, where it stands."""
    if target.state in (Step.DONE, Step.FAILED) and fix and fix.verdict:
        return fix_words.sign(fix)
    if target.state == Step.GOING and job and job.state == JobState.QUEUED:
        return NOT_FETCHED
    if target.state == Step.GOING and fix and job and job.has_ended:
        return SCANNING
    return STEPS[Step(target.state)]


def _said(job: Job, now: datetime) -> str:
    return "" if job.state == JobState.QUEUED else job_words.in_short(job, now)
