"""A fix from the click to its proof, as four steps: fetched, run, scanned again, proven."""

from collections.abc import Sequence
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


def phases(job: Job, findings: Sequence[Finding], now: datetime) -> list[Phase]:
    """None for a job that is to fix nothing."""
    if not (job.rescan and findings):
        return []
    return [_fetched(job), _ran(job, now), _scanned(job, findings), _proven(findings)]


def _fetched(job: Job) -> Phase:
    if job.claimed_at:
        return Phase(DONE, "Fetched", f"by {job.node_id} after {span(job.claimed_at - job.created_at)}")
    return Phase(AT_WORK if job.state == State.QUEUED else TO_COME, "Fetched", f"by {job.node_id}")


def _ran(job: Job, now: datetime) -> Phase:
    length = took(job, now)
    if length is None:
        return Phase(TO_COME, "Run", f"for at most {span(job.timeout_seconds)}")
    return Phase(sign(job), "Run", f"{'took' if job.has_ended else 'for'} {span(length)}")


def _scanned(job: Job, findings: Sequence[Finding]) -> Phase:
    by = f"by {listed(job.rescan)}"
    if any(finding.state == FindingState.FIXING for finding in findings):
        return Phase(AT_WORK if job.state == State.SUCCEEDED else TO_COME, "Scanned again", by)
    return Phase(DONE if job.state == State.SUCCEEDED else TO_COME, "Scanned again", by)


def _proven(findings: Sequence[Finding]) -> Phase:
    if any(finding.state == FindingState.FIXING for finding in findings):
        return Phase(TO_COME, "Proven", "only a scan can do that")
    fixed = sum(finding.resolved_how == "verified" for finding in findings)
    if fixed == len(findings):
        return Phase(Sign("ok", "verified", ""), "Verified fixed", "the scan does not see it any more")
    return Phase(Sign("crit", "failed", ""), "Not fixed", f"{fixed} of {len(findings)} are gone")
