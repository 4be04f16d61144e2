"""One finding on one page, with its history and the job that is to fix it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hyprbox.findings import store
from hyprbox.findings.model import Event, Finding
from hyprbox.jobs.model import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class OneFinding:
    finding: Finding
    last_seen: datetime
    events: Sequence[Event]
    job: Job | None


def look_at(session: Session, finding_id: str) -> OneFinding:
    finding = store.get(session, finding_id)
    return OneFinding(
        finding=finding,
        last_seen=store.last_seen(session, [finding])[finding.id],
        events=store.events(session, finding_id),
        job=session.get(Job, (finding.node_id, finding.fix_job)) if finding.fix_job else None,
    )
