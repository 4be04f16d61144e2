"""A finding as programs see it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hyprbox.findings.byhand import by_hand
from hyprbox.findings.model import Event, Finding, State
from hyprwire import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """The preset that answers a finding, with what its parameters would be."""

    preset: str
    title: str
    risk: str
    params: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    at: datetime
    was: str | None
    became: str
    actor: str
    note: str
    how: str | None
    scanId: str | None
    jobId: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    id: str
    nodeId: str
    type: str
    key: str
    severity: Severity
    message: str
    metadata: dict[str, Any]
    state: str
    firstSeen: datetime
    lastSeen: datetime
    reopenCount: int
    jobId: str | None
    heldBy: str | None
    reason: str | None
    until: datetime | None
    suppression: str | None
    resolvedAt: datetime | None
    resolvedHow: str | None
    recommendation: Recommendation | None
    byHand: str | None
    events: list[EventView] = field(default_factory=list)


def view(
    finding: Finding, last_seen: datetime, recommendation: Recommendation | None, events: list[EventView] | None = None
) -> FindingView:
    return FindingView(
        id=finding.id, nodeId=finding.node_id, type=finding.type, key=finding.key, severity=finding.severity,
        message=finding.message, metadata=finding.details, state=finding.state, firstSeen=finding.first_seen,
        lastSeen=last_seen, reopenCount=finding.reopen_count, jobId=finding.fix_job, heldBy=finding.held_by,
        reason=finding.held_why, until=finding.held_until, suppression=_suppression(finding),
        resolvedAt=finding.resolved_at, resolvedHow=finding.resolved_how, recommendation=recommendation,
        byHand=None if recommendation else by_hand(finding.type),
        events=events or [],
    )  # fmt: skip


def _suppression(finding: Finding) -> str | None:
    """What holds it back; what did once says nothing any more."""
    return finding.suppression if finding.state == State.ACKNOWLEDGED else None


def event_view(event: Event) -> EventView:
    return EventView(
        at=event.at, was=event.was, became=event.became, actor=event.actor, note=event.note, how=event.how,
        scanId=event.scan_id, jobId=event.job_id,
    )  # fmt: skip
