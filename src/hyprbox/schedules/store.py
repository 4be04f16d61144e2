"""Runs that begin by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hyprbox import almanac, ids
from hyprbox.audit import store as audit
from hyprbox.errors import Invalid, Missing, Refusal
from hyprbox.presets.store import Catalogue
from hyprbox.runs import store as runs
from hyprbox.runs.spec import Spec, read
from hyprbox.schedules.model import Missed, Schedule

LATE = timedelta(minutes=5)  # later than that it was missed


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchedule:
    """Either `cron`, by the clock of `timeZone`, or `at`, once, a time with its offset."""

    name: str
    run: Spec
    cron: str | None = None
    timeZone: str = "UTC"
    at: datetime | None = None
    missed: Missed = Missed.SKIP


def add(session: Session, now: datetime, actor: str, new: NewSchedule) -> Schedule:
    new.run.check()
    if not 1 <= len(new.name) <= 100:
        raise Invalid(f"name has {len(new.name)} characters, expected 1 to 100")
    schedule = Schedule(
        id=ids.new(), name=new.name, spec=new.run.stored(), cron=new.cron, zone=new.timeZone, missed=new.missed,
        paused=False, next_at=_first(new, now), note="", made_by=actor, made_at=now,
    )  # fmt: skip
    session.add(schedule)
    session.flush()
    what = {"name": new.name, "cron": new.cron, "zone": new.timeZone, "q": new.run.q}
    audit.record(session, now, actor, "schedule.add", schedule.id, **what)
    return schedule


def every(session: Session) -> Sequence[Schedule]:
    return session.scalars(select(Schedule).order_by(Schedule.name, Schedule.id)).all()


def get(session: Session, schedule_id: str) -> Schedule:
    schedule = session.get(Schedule, schedule_id)
    if schedule is None:
        raise Missing(f"schedule {schedule_id} is not known")
    return schedule


def remove(session: Session, now: datetime, actor: str, schedule_id: str) -> None:
    get(session, schedule_id)
    session.execute(delete(Schedule).where(Schedule.id == schedule_id))
    audit.record(session, now, actor, "schedule.remove", schedule_id)


def pause(session: Session, now: datetime, actor: str, schedule_id: str, paused: bool) -> Schedule:
    """Times in a pause were not missed; afterwards it goes on with the next one."""
    schedule = get(session, schedule_id)
    schedule.paused = paused
    if not paused and schedule.cron:
        schedule.next_at = almanac.after(schedule.cron, schedule.zone, now)
    session.flush()
    audit.record(session, now, actor, "schedule.pause" if paused else "schedule.resume", schedule_id)
    return schedule


def due(session: Session, now: datetime) -> Sequence[tuple[str, datetime]]:
    """Which, and for which time."""
    rows = select(Schedule.id, Schedule.next_at).where(Schedule.paused.is_(False), Schedule.next_at <= now)
    return [(schedule_id, at) for schedule_id, at in session.execute(rows) if at is not None]


def begin(session: Session, now: datetime, catalogue: Catalogue, schedule_id: str, at: datetime) -> None:
    """For the time `at`, by whoever is the first to move the schedule on from it."""
    schedule = get(session, schedule_id)
    following = almanac.after(schedule.cron, schedule.zone, now) if schedule.cron else None
    mine = update(Schedule).where(Schedule.id == schedule_id, Schedule.next_at == at, Schedule.paused.is_(False))
    if session.scalar(mine.values(next_at=following).returning(Schedule.id)) is None:
        return
    if now - at > LATE and schedule.missed == Missed.SKIP:
        schedule.note = f"the time {at:%Y-%m-%d %H:%M} UTC was missed and skipped"
        return
    try:
        with session.begin_nested():
            run = runs.begin(session, now, schedule.made_by, catalogue, read(schedule.spec), schedule.name)
            schedule.last_run, schedule.note = run.id, ""
    except Refusal as refusal:
        schedule.note = f"nothing began at {at:%Y-%m-%d %H:%M} UTC: {refusal.detail}"
    session.flush()


def _first(new: NewSchedule, now: datetime) -> datetime:
    if (new.cron is None) == (new.at is None):
        raise Invalid("expected either cron or at")
    if new.cron is not None:
        almanac.check(new.cron, new.timeZone)
        return almanac.after(new.cron, new.timeZone, now)
    assert new.at is not None
    if new.at.tzinfo is None:
        raise Invalid(f"at is {new.at.isoformat()}, expected a time with its offset such as 2026-12-01T03:00:00+01:00")
    if new.at <= now:
        raise Invalid(f"at is {new.at.isoformat()}, expected a time in the future")
    return new.at
