"""Findings of agents that do not describe their scans: what they stop reporting is resolved after a while.

Only where the node was heard later than that: silence of a node that is away proves nothing.
"""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, TypeCoerce, case, cast, literal, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from hyprbox.clock import to_ms
from hyprbox.findings import store
from hyprbox.findings.model import Finding, ScannerState, State
from hyprbox.findings.reports import PLAIN
from hyprbox.nodes.model import State as NodeState
from hyprbox.nodes.model import Status

UNSEEN = [State.OPEN, State.ACKNOWLEDGED, State.SNOOZED]
AT_ONCE = 500
MS = timedelta(milliseconds=1)


def resolve_stale(session: Session, now: datetime, since: datetime, stale_after: timedelta) -> int:
    """Time before `since`, when this server itself may have been away, is not counted."""
    seen = case((Finding.in_last_report, _ms(ScannerState.seen_at)), else_=_ms(Finding.seen_at))
    usual = 3000 * cast(ScannerState.interval_seconds, BigInteger)
    least = literal(stale_after // MS, BigInteger)
    window = case((usual > least, usual), else_=least)
    start = literal(to_ms(now), BigInteger) - window
    stale = (
        select(Finding)
        .join(ScannerState, (ScannerState.node_id == Finding.node_id) & (ScannerState.scanner == Finding.scanner))
        .join(NodeState, NodeState.node_id == Finding.node_id)
        .where(Finding.scanner == PLAIN, Finding.state.in_(UNSEEN), NodeState.status == Status.ONLINE)
        .where(start > seen, start > literal(to_ms(since), BigInteger), _ms(NodeState.last_seen) > seen + window)
        .limit(AT_ONCE)
    )
    findings = store.alone(session, stale)
    for finding in findings:
        store.resolve(session, now, finding, "stale", "sweeper", "not seen for a while, though the node is heard")
    return len(findings)


def _ms(time: InstrumentedAttribute[datetime]) -> TypeCoerce[int]:
    return type_coerce(time, BigInteger)
