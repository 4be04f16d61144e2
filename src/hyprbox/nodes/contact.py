"""Which nodes are there just now. One that holds polls is heard every few seconds, long before its next heartbeat."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from hyprbox.db import wake
from hyprbox.nodes.model import State, Status

SILENCE = timedelta(seconds=60)


def note(session: Session, heard: Mapping[str, datetime | None]) -> None:
    """When these nodes were heard; None for one that does not hold polls, of which silence tells nothing."""
    if heard:
        table = cast(Table, State.__table__)
        rows = [{"node": node_id, "at": at} for node_id, at in heard.items()]
        these = update(table).where(table.c.node_id == bindparam("node"))
        session.connection().execute(these.values(last_contact=bindparam("at"), silent_since=None), rows)


def mark_silent(session: Session, now: datetime, since: datetime) -> list[str]:
    """Those that were to be heard and were not; time before `since` is not counted. Returns who just became so."""
    if since > now - SILENCE:
        return []
    heard = State.last_contact < now - SILENCE, State.last_seen < now - SILENCE
    silent = update(State).where(State.status == Status.ONLINE, State.silent_since.is_(None), *heard)
    gone = list(session.scalars(silent.values(silent_since=State.last_contact).returning(State.node_id)))
    if gone:
        wake(session, "fleet", "nodes")
    return gone
