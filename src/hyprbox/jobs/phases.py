"""A fix from the click to its proof, as four steps: fetched, run, scanned again, proven."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from hyprbox.findings.model import Finding
from hyprbox.findings.model import State as FindingState
from hyprbox.jobs.model import Job, State
from hyprbox.jobs.words import sign, took
from hyprbox.sign import Sign
from hyprbox.words import listed, span

TO_COME = Sign("", "", "")
AT_WORK = Sign("act", "running", "")
DONE = Sign("ok", "done", "")


@dataclass(frozen=True, slots=True)
class Phase:
    """A sign without a tone: this is still to come, or will not come."""

    sign: Sign
    name: str
    text: str


def phases(job: Job, findings: Sequence[Finding], proven: Collection[str], now: datetime) -> list[Phase]:
    """None for a job that is to fix nothing. `proven`: which findings a scan after this very job has seen gone; what
    another job has fixed since is none of its merits.
    """
    if not (job.rescan and findings):
        return []
    waits = any(finding.state == FindingState.FIXING and finding.fix_job == job.id for finding in findings)
    return [_fetched(job), _ran(job, now), _scanned(job, waits), _proven(len(findings), len(proven), waits)]


def _fetched(job: Job) -> Phase:
    if job.claimed_at:
        return Phase(DONE, "Fetched", f"by {job.node_id} after {span(job.claimed_at - job.created_at)}")
    return Phase(AT_WORK if job.state == State.QUEUED else TO_COME, "Fetched", f"by {job.node_id}")


def _ran(job: Job, now: datetime) -> Phase:
    length = took(job, now)
    if length is None:
        return Phase(TO_COME, "Run", f"for at most {span(job.timeout_seconds)}")
    return Phase(sign(job), "Run", f"{'took' if job.has_ended else 'for'} {span(length)}")


def _scanned(job: Job, waits: bool) -> Phase:
    by = f"by {listed(job.rescan)}"
    if waits:
        return Phase(AT_WORK if job.state == State.SUCCEEDED else TO_COME, "Scanned again", by)
    return Phase(DONE if job.state == State.SUCCEEDED else TO_COME, "Scanned again", by)


def _proven(meant: int, fixed: int, waits: bool) -> Phase:
    if waits:
        return Phase(TO_COME, "Proven", "only a scan can do that")
    if fixed == meant:
        return Phase(Sign("ok", "verified", ""), "Verified fixed", "the scan does not see it any more")
    by_it = "by this job" if meant == 1 else f"{fixed} of {meant} are gone"
    return Phase(Sign("crit", "failed", ""), "Not fixed", by_it)
