"""What a happening is about, read when it is sorted: a line for people, how bad it is, where to look."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.findings.model import Finding
from hyprbox.findings.titles import title
from hyprbox.jobs import words as job_words
from hyprbox.jobs.model import Job
from hyprbox.notices.model import Happening
from hyprbox.remediations.model import Remediation
from hyprbox.runs.model import Run
from hyprbox.runs.model import State as RunState
from hyprbox.tokens.model import Token
from hyprbox.visible import visible

SHORT = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`subject` names the thing for life, `topic` what may be told together. `lasts`: it is bad until it is good."""

    kind: str
    subject: str
    topic: str
    text: str
    link: str
    severity: str
    bad: bool
    lasts: bool = True


def of(session: Session, happening: Happening) -> Story | None:
    """None when there is nothing to tell, or what it was about is gone. What a node wrote is one line in any case."""
    story = STORIES[happening.kind](session, happening)
    return story and replace(story, topic=_line(story.topic), text=_line(story.text))


def _line(text: str) -> str:
    return visible(" ".join(text.split()))


def _node(session: Session, happening: Happening) -> Story:
    bad = happening.kind == "node.offline"
    text = f"{happening.node_id} is offline" if bad else f"{happening.node_id} is online again"
    return Story(
        kind="node.offline", subject=f"node:{happening.node_id}",
        topic="Nodes are offline" if bad else "Nodes are back",
        text=text, link=f"nodes/{happening.node_id}", severity="CRITICAL", bad=bad,
    )  # fmt: skip


def _finding(session: Session, happening: Happening) -> Story | None:
    finding = session.scalar(select(Finding).where(Finding.id == happening.subject))
    if finding is None:
        return None
    bad = happening.kind != "finding.resolved"
    over = "not looked at any more" if finding.resolved_how == "off" else "resolved"
    came_back = happening.kind == "finding.regressed" and finding.reopen_count  # not from a scanner that was off
    again = "again: " if came_back else ""
    text = f"{finding.node_id}: {again}{finding.message}" if bad else f"{finding.node_id}: {over}, {finding.message}"
    return Story(
        kind="finding", subject=f"finding:{finding.id}", topic=title(finding.type) + ("" if bad else f", {over}"),
        text=text[:SHORT], link=f"findings/{finding.id}", severity=finding.severity, bad=bad,
    )  # fmt: skip


def _job(session: Session, happening: Happening) -> Story | None:
    job = session.scalar(select(Job).where(Job.id == happening.subject))
    if job is None:
        return None
    name = job_words.name(job, may_read=False)  # a message may go further than scripts may
    return Story(
        kind="job.failed", subject=f"job:{job.id}", topic="Jobs failed", text=f"{job.node_id}: {name} is {job.state}",
        link=f"jobs/{job.id}", severity="WARN", bad=True, lasts=False,
    )  # fmt: skip


def _fix(session: Session, happening: Happening) -> Story | None:
    fix = session.scalar(select(Remediation).where(Remediation.id == happening.subject))
    if fix is None:
        return None
    return Story(
        kind="fix.rolled_back", subject=f"fix:{fix.id}", topic="Fixes were taken back",
        text=f"{fix.node_id}: {fix.preset} was taken back, {fix.note}"[:SHORT], link=f"jobs/{fix.job_id}",
        severity="CRITICAL", bad=True, lasts=False,
    )  # fmt: skip


def _run(session: Session, happening: Happening) -> Story | None:
    run = session.get(Run, happening.subject)
    if run is None or run.state not in (RunState.STOPPED, RunState.HELD, RunState.EXPIRED, RunState.FINISHED):
        return None
    bad = run.state != RunState.FINISHED
    name = run.title if run.spec.get("preset") or run.spec.get("title") else "a script"
    return Story(
        kind="run", subject=f"run:{run.id}", topic="Runs need a person" if bad else "Runs are finished",
        text=f"Run {name} is {run.state}" + (f": {run.note}" if run.note else ""), link=f"runs/{run.id}",
        severity="WARN" if bad else "INFO", bad=bad,
    )  # fmt: skip


def _token(session: Session, happening: Happening) -> Story | None:
    token = session.get(Token, happening.subject)
    if token is None or token.expires_at is None or token.revoked_at is not None:
        return None
    return Story(
        kind="token.expiring", subject=f"token:{token.id}", topic="Tokens end soon",
        text=f"The token {token.name or token.node_id or 'fleet'} ends on {token.expires_at:%Y-%m-%d}",
        link="settings/tokens", severity="WARN", bad=True, lasts=False,
    )  # fmt: skip


STORIES: dict[str, Callable[[Session, Happening], Story | None]] = {
    "node.offline": _node,
    "node.online": _node,
    "finding.opened": _finding,
    "finding.regressed": _finding,
    "finding.resolved": _finding,
    "job.failed": _job,
    "fix.rolled_back": _fix,
    "run": _run,
    "token.expiring": _token,
}
