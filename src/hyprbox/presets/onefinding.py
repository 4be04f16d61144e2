"""One finding on one page, with its history, the job that is to fix it, and what earlier fixes came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hyprbox.findings import store
from hyprbox.findings.model import Finding
from hyprbox.jobs.model import Job
from hyprbox.presets.story import Step, tell
from hyprbox.remediations import store as remediations
from hyprbox.remediations.comparison import Pair, pairs
from hyprbox.remediations.model import Remediation


@dataclass(frozen=True, slots=True, kw_only=True)
class OneFinding:
    """`fixes` newest first; `compared` is the evidence before and after the last one that has a verdict."""

    finding: Finding
    last_seen: datetime
    job: Job | None
    fixes: Sequence[Remediation]
    compared: list[Pair]
    story: list[Step]

    @property
    def last_fix(self) -> Remediation | None:
        return next((fix for fix in self.fixes if fix.verdict), None)


def look_at(session: Session, finding_id: str) -> OneFinding:
    finding = store.get(session, finding_id)
    fixes = remediations.of_finding(session, finding_id)
    events = store.events(session, finding_id)
    return OneFinding(
        finding=finding,
        last_seen=store.last_seen(session, [finding])[finding.id],
        job=session.get(Job, (finding.node_id, finding.fix_job)) if finding.fix_job else None,
        fixes=fixes,
        compared=_compared(session, fixes),
        story=tell(session, events, fixes),
    )


def _compared(session: Session, fixes: Sequence[Remediation]) -> list[Pair]:
    fix = next((fix for fix in fixes if fix.verdict), None)
    before = remediations.evidence(session, fix.before) if fix else None
    return pairs(before, remediations.evidence(session, fix.after)) if fix and before else []
