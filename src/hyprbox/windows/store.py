"""Maintenance windows: outside of them nothing begins on their nodes, inside nobody is woken because of these."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hyprbox import almanac, ids
from hyprbox.audit import store as audit
from hyprbox.errors import Invalid, Missing, Refusal
from hyprbox.nodes import search
from hyprbox.windows.model import Window

LONGEST = 7 * 24 * 3600


def add(session: Session, now: datetime, actor: str, name: str, q: str, cron: str, zone: str, seconds: int) -> Window:
    if not 1 <= len(name) <= 100:
        raise Invalid(f"name has {len(name)} characters, expected 1 to 100")
    if not q.strip():
        raise Invalid("q is empty, expected a query; node=* is every node")
    if not 60 <= seconds <= LONGEST:
        raise Invalid(f"seconds is {seconds}, expected 60 to {LONGEST}")
    search.understood(session, q)
    almanac.check(cron, zone)
    window = Window(id=ids.new(), name=name, q=q, cron=cron, zone=zone, seconds=seconds, made_by=actor, made_at=now)
    session.add(window)
    session.flush()
    audit.record(session, now, actor, "window.add", window.id, name=name, q=q, cron=cron, zone=zone, seconds=seconds)
    return window


def every(session: Session) -> Sequence[Window]:
    return session.scalars(select(Window).order_by(Window.name, Window.id)).all()


def remove(session: Session, now: datetime, actor: str, window_id: str) -> None:
    if not session.scalars(delete(Window).where(Window.id == window_id).returning(Window.id)).all():
        raise Missing(f"window {window_id} is not known")
    audit.record(session, now, actor, "window.remove", window_id)


def ends(window: Window, now: datetime) -> datetime | None:
    """When it closes, while it is open."""
    end = almanac.before(window.cron, window.zone, now) + timedelta(seconds=window.seconds)
    return end if now < end else None


def closed(session: Session, now: datetime, node_ids: Collection[str]) -> set[str]:
    """Those that have windows, none of which is open."""
    with_windows: set[str] = set()
    with_open: set[str] = set()
    for window in every(session):
        fitting = _fitting(session, now, window, node_ids)
        with_windows |= fitting
        with_open |= fitting if ends(window, now) else set()
    return with_windows - with_open


def muted(session: Session, now: datetime, node_ids: Collection[str]) -> dict[str, datetime]:
    """Those with an open window, and when the last one of these closes."""
    found: dict[str, datetime] = {}
    for window in every(session):
        if end := ends(window, now):
            for node_id in _fitting(session, now, window, node_ids):
                found[node_id] = max(end, found.get(node_id, end))
    return found


def _fitting(session: Session, now: datetime, window: Window, node_ids: Collection[str]) -> set[str]:
    try:
        return search.among(session, now, window.q, node_ids)
    except Refusal:  # a query under a name that is forgotten by now: the window is nobody's
        return set()
