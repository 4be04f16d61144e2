"""The whole fleet in a few numbers, from the narrow tables that are cheap to go through."""

from dataclasses import dataclass

from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import Session

from hyprbox.jobs.model import Job
from hyprbox.jobs.model import State as JobState
from hyprbox.nodes.model import State, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Findings that are OPEN or FIXING; jobs that have not ended."""

    online: int
    offline: int
    critical: int
    warn: int
    queued: int
    running: int

    @property
    def nodes(self) -> int:
        return self.online + self.offline


def fleet(session: Session) -> Fleet:
    online = case((State.status == Status.ONLINE, 1), else_=0)
    parts = (func.count(), func.sum(online), func.sum(State.open_critical), func.sum(State.open_warn))
    nodes, online_now, critical, warn = (int(number or 0) for number in session.execute(select(*parts)).one())
    return Fleet(
        online=online_now, offline=nodes - online_now, critical=critical, warn=warn,
        queued=_jobs(session, JobState.QUEUED), running=_jobs(session, JobState.RUNNING),
    )  # fmt: skip


def _jobs(session: Session, state: JobState) -> int:
    """The state stands in the statement itself: only then is the index of that state alone good for it."""
    here = Job.state == literal(state.value, literal_execute=True)
    return session.scalar(select(func.count()).select_from(Job).where(here)) or 0
