"""One node on one page: its load, what was found on it, what ran on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hyprbox.findings import search
from hyprbox.findings import words as finding_words
from hyprbox.findings.model import Event, Finding
from hyprbox.findings.model import State as FindingState
from hyprbox.findings.titles import title
from hyprbox.jobs import store as jobs
from hyprbox.jobs.model import Job
from hyprbox.jobs.words import name
from hyprbox.nodes import samples
from hyprbox.nodes import store as nodes
from hyprbox.nodes.model import Node
from hyprbox.overview.plot import RANGES, Curve, Limit, Range, Window, curves, limit
from hyprbox.overview.scanned import scanned
from hyprbox.sign import Sign
from hyprbox.thresholds import store as thresholds
from hyprwire import Severity

FINDINGS, JOBS, MARKS = 8, 5, 40


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding that opened, on the time axis."""

    x: float
    sign: Sign
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A job, on the time axis."""

    x: float
    width: float
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneNode:
    node: Node
    window: Window
    curves: list[Curve]
    full: Limit | None
    marks: list[Mark]
    bars: list[Bar]
    findings: Sequence[Finding]
    jobs: Sequence[Job]
    scanned: str


def look_at(session: Session, now: datetime, node_id: str, range: Range | None, may_read: bool) -> OneNode:
    """Without a range the last day, or the last hour of a node that is younger: a day would show a stroke of it."""
    node = nodes.get(session, node_id)
    if range is None:
        range = RANGES["1h" if now - node.first_seen < RANGES["1h"].length else "24h"]
    window = Window(now, range)
    drawn = curves(samples.series(session, node_id, window.start, now, range.step), window)
    return OneNode(
        node=node,
        window=window,
        curves=drawn,
        full=_full(session, now, node_id, drawn[2]),
        marks=[_mark(event, finding, window) for event, finding in _opened(session, node_id, window)],
        bars=[_bar(job, window, may_read) for job in _ran(session, node_id, window)],
        findings=search.page(session, search.Filter(node_id=node_id), None, FINDINGS),
        jobs=jobs.page(session, node_id, None, None, JOBS),
        scanned=scanned(session, node_id, now),
    )


def _full(session: Session, now: datetime, node_id: str, disk: Curve) -> Limit | None:
    """From where on a disk is a critical finding; unknown where the host itself says so."""
    settings = {each.name: each for each in thresholds.on_node(session, now, node_id).settings}
    critical = settings["diskCriticalPercent"]
    return limit(disk, critical.value) if isinstance(critical.value, int) and not critical.own else None


def _opened(session: Session, node_id: str, window: Window) -> Sequence[tuple[Event, Finding]]:
    rows = (
        select(Event, Finding)
        .join(Finding, (Finding.node_id == Event.node_id) & (Finding.id == Event.finding_id))
        .where(Event.node_id == node_id, Event.at >= window.start, Event.became == FindingState.OPEN)
        .where(Finding.severity > Severity.INFO)
        .order_by(Event.id.desc())
        .limit(MARKS)
    )
    return [(event, finding) for event, finding in session.execute(rows)]


def _ran(session: Session, node_id: str, window: Window) -> Sequence[Job]:
    inside = Job.claimed_at < window.end, or_(Job.finished_at.is_(None), Job.finished_at > window.start)
    return session.scalars(
        select(Job).where(Job.node_id == node_id, *inside).order_by(Job.id.desc()).limit(MARKS)
    ).all()


def _mark(event: Event, finding: Finding, window: Window) -> Mark:
    return Mark(window.x(event.at), finding_words.severity(finding), event.at, title(finding.type))


def _bar(job: Job, window: Window, may_read: bool) -> Bar:
    start = job.started_at or job.claimed_at or job.created_at
    x = window.x(start)
    return Bar(x, round(window.x(job.finished_at or window.end) - x, 2), start, name(job, may_read))
