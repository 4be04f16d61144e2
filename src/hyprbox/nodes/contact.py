"""Which nodes are there just now. One that holds polls is heard every few seconds, long before its next heartbeat."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from hyprbox.clock import to_ms
from hyprbox.db import wake
from hyprbox.nodes.model import State, Status
from hyprbox.rows import Rows

SILENCE = timedelta(seconds=60)
HEARD = """
UPDATE node_state SET last_contact = given.now, silent_since = NULL FROM GIVEN
WHERE node_state.node_id = given.node_id"""


def note(session: Session, heard: Mapping[str, datetime | None]) -> None:
    """When these nodes were heard; None for one that does not hold polls, of which silence tells nothing."""
    rows = [(node_id, at and to_ms(at)) for node_id, at in sorted(heard.items())]
    Rows.of(session, {"node_id": "text", "now": "bigint"}, rows).run(session, HEARD)


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
