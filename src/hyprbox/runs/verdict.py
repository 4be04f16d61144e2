"""What a job, or the scan after it, says of a node in a run. Offline is not success, and nor is silence."""

from dataclasses import dataclass

from hyprbox.jobs.model import Job
from hyprbox.jobs.model import State as JobState
from hyprbox.remediations.model import Remediation
from hyprbox.remediations.model import Verdict as Proof
from hyprbox.runs.model import Step


@dataclass(frozen=True, slots=True)
class Verdict:
    step: Step
    note: str


STEPS = {
    Proof.VERIFIED_FIXED: Step.DONE,
    Proof.NOT_FIXED: Step.FAILED,
    Proof.NEEDS_REBOOT: Step.UNKNOWN,
    Proof.REFUSED: Step.FAILED,
    Proof.ROLLED_BACK: Step.FAILED,
    Proof.FAILED: Step.FAILED,
    Proof.UNVERIFIED: Step.UNKNOWN,
    Proof.REGRESSED: Step.FAILED,
}
LOST = (JobState.LOST, JobState.EXPIRED, JobState.CANCELLED)


def of_fix(fix: Remediation) -> Verdict | None:
    """None until the scan after it has come."""
    return Verdict(STEPS[Proof(fix.verdict)], fix.note) if fix.verdict else None


def of_job(job: Job) -> Verdict:
    """Of a script, or of a preset without a finding: it has checked itself what it did."""
    if job.state == JobState.SUCCEEDED:
        return Verdict(Step.DONE, "")
    step = Step.UNKNOWN if job.state in LOST else Step.FAILED
    exit_code = f"exit code {job.exit_code}" if job.exit_code is not None else f"its job is {job.state}"
    return Verdict(step, job.error_msg or exit_code)
