"""The whole fleet in a few numbers, from the narrow tables that are cheap to go through."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, case, func, literal, select, type_coerce
from sqlalchemy.orm import Session

from hyprbox.clock import to_ms
from hyprbox.findings.model import Finding
from hyprbox.findings.model import State as FindingState
from hyprbox.jobs.model import Job
from hyprbox.jobs.model import State as JobState
from hyprbox.nodes.model import State, Status
from hyprwire import Severity

DAY = timedelta(days=1)
DAY_IN_MS = 86_400_000
DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Findings that are OPEN or FIXING; `affected` nodes have a warning or worse; jobs that have not ended."""

    online: int
    offline: int
    affected: int
    critical: int
    warn: int
    jobs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`verified` are the fixes that were proven on each of the last seven days, oldest first."""

    new_critical: int
    fixing: int
    fixing_nodes: int
    verified: list[int]


def fleet(session: Session) -> Fleet:
    online = case((State.status == Status.ONLINE, 1), else_=0)
    affected = case((State.open_critical + State.open_warn > 0, 1), else_=0)
    worse = func.sum(State.open_critical), func.sum(State.open_warn)
    parts = (func.count(), func.sum(online), func.sum(affected), *worse)
    found = session.execute(select(*parts)).one()
    nodes, online_now, affected_now, critical, warn = (int(number or 0) for number in found)
    return Fleet(
        online=online_now, offline=nodes - online_now, affected=affected_now, critical=critical, warn=warn,
        jobs=_jobs(session, JobState.QUEUED) + _jobs(session, JobState.RUNNING),
    )  # fmt: skip


def progress(session: Session, now: datetime) -> Progress:
    fixing, fixing_nodes = session.execute(
        select(func.count(), func.count(Finding.node_id.distinct())).where(Finding.state == FindingState.FIXING)
    ).one()
    new = select(func.count()).where(
        Finding.state.in_([FindingState.OPEN, FindingState.FIXING]),
        Finding.severity == Severity.CRITICAL,
        Finding.first_seen > now - DAY,
    )
    return Progress(
        new_critical=session.scalar(new) or 0, fixing=fixing, fixing_nodes=fixing_nodes,
        verified=_verified(session, now),
    )  # fmt: skip


def _verified(session: Session, now: datetime) -> list[int]:
    """By full days back from now."""
    age = (literal(to_ms(now), BigInteger) - type_coerce(Finding.resolved_at, BigInteger)) // DAY_IN_MS
    counted = session.execute(
        select(age, func.count())
        .where(Finding.resolved_at > now - DAYS * DAY, Finding.resolved_how == "verified")
        .group_by(age)
    )
    by_age = {int(days): number for days, number in counted.all()}
    return [by_age.get(days, 0) for days in reversed(range(DAYS))]


def _jobs(session: Session, state: JobState) -> int:
    """The state stands in the statement itself: only then is the index of that state alone good for it."""
    here = Job.state == literal(state.value, literal_execute=True)
    return session.scalar(select(func.count()).select_from(Job).where(here)) or 0
