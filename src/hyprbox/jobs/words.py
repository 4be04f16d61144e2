"""What is said of a job: its state, why it ended, what it waits for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from signal import Signals

from hyprbox.jobs.model import Job, State
from hyprbox.sign import Sign
from hyprbox.words import span
from hyprwire import Reason

SIGNS = {
    State.QUEUED: Sign("idle", "queued", "Queued"),
    State.RUNNING: Sign("act", "running", "Running"),
    State.SUCCEEDED: Sign("ok", "done", "Succeeded"),
    State.FAILED: Sign("crit", "failed", "Failed"),
    State.TIMED_OUT: Sign("crit", "timeout", "Timed out"),
    State.CANCELLED: Sign("idle", "cancelled", "Cancelled"),
    State.EXPIRED: Sign("idle", "timeout", "Expired"),
    State.LOST: Sign("warn", "lost", "Lost"),
}
REFUSED = Sign("warn", "refused", "Refused")
STOPPING = Sign("act", "stop", "Being cancelled")

REFUSALS = range(20, 30)  # a preset's exit codes: a precondition refused, nothing was changed
TAKEN_BACK = {30: "it failed and was taken back", 31: "its own check failed and it was taken back"}
NOT_TAKEN_BACK = 32


@dataclass(frozen=True, slots=True)
class Ending:
    """A reason in words: what happened first, codes second."""

    title: str
    text: str


def sign(job: Job) -> Sign:
    if job.state == State.FAILED and _refused(job):
        return REFUSED
    if job.state == State.RUNNING and job.cancel_asked_at:
        return STOPPING
    return SIGNS[State(job.state)]


def name(job: Job, may_read: bool) -> str:
    """A script is called by its first line, which is for those alone who may read scripts."""
    return job.title if may_read or job.preset else "A script"


def took(job: Job, now: datetime) -> timedelta | None:
    start = job.started_at or job.claimed_at
    return None if start is None else max((job.finished_at or now) - start, timedelta())


def in_short(job: Job, now: datetime) -> str:
    """One line for a list."""
    if job.state == State.RUNNING:
        return f"for {span(took(job, now) or 0)}, of at most {span(job.timeout_seconds)}"
    if job.state == State.QUEUED:
        return f"for {job.node_id}"
    ended = ending(job, now)
    return ended.title if job.exit_code in (None, 0) else f"{ended.title}, exit code {job.exit_code}"


def ending(job: Job, now: datetime) -> Ending:
    """Of a job that has ended."""
    return Ending(_title(job, now), " ".join(filter(None, [_sentence(job.error_msg), _code(job)])))


def _title(job: Job, now: datetime) -> str:
    after = f" after {span(length)}" if (length := took(job, now)) is not None else ""
    if job.state == State.LOST:
        return "The node was restarted while it ran" if job.reason == Reason.REBOOT else "Nothing more was heard of it"
    if job.state == State.FAILED:
        return _failed(job, after)
    return {
        State.SUCCEEDED: f"Ended well{after}",
        State.TIMED_OUT: f"Stopped after {span(job.timeout_seconds)}, its time limit",
        State.CANCELLED: f"Cancelled by {job.cancel_asked_by}{after}" if job.cancel_asked_by else "Cancelled",
        State.EXPIRED: "It never started",
    }[State(job.state)]


def _failed(job: Job, after: str) -> str:
    if _refused(job):
        return "It refused to start, nothing was changed"
    if job.reason == Reason.SPAWN_ERROR:
        return "It could not be started"
    if job.preset and job.exit_code in TAKEN_BACK:
        return TAKEN_BACK[job.exit_code].capitalize()
    if job.preset and job.exit_code == NOT_TAKEN_BACK:
        return "It failed, and what it had changed could not be taken back"
    if job.signal:
        return f"Killed{after}"
    return f"Failed{after}"


def _refused(job: Job) -> bool:
    return job.reason == Reason.REFUSED or (job.preset is not None and job.exit_code in REFUSALS)


def _code(job: Job) -> str:
    if job.exit_code is None:
        return ""
    name = signal_name(job.signal)
    return f"Exit code {job.exit_code}, by {name}." if name else f"Exit code {job.exit_code}."


def signal_name(number: int | None) -> str:
    """SIGKILL; "" for none."""
    try:
        return Signals(number).name if number else ""
    except ValueError:
        return f"signal {number}"


def _sentence(text: str | None) -> str:
    return "" if not text else text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
