"""What somebody has begun at the door and is to end within minutes. Of its secret only a digest is stored."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hyprbox import secret
from hyprbox.errors import Gone, TooMany
from hyprbox.people.model import Doorstep

LENGTH = timedelta(minutes=10)
MOST = 10_000  # strangers can begin things too
OVER = "this took longer than 10 minutes or was done already, begin again"


class Kind(StrEnum):
    CODE = "code"
    TOTP = "totp"
    PASSKEY = "passkey"
    OPENID = "openid"


def begin(session: Session, now: datetime, kind: Kind, data: dict[str, Any]) -> str:
    """The secret with which it goes on."""
    session.execute(delete(Doorstep).where(Doorstep.expires_at <= now))
    if (session.scalar(select(func.count()).select_from(Doorstep)) or 0) >= MOST:
        raise TooMany("too many people are signing in at this moment, try again in a few minutes")
    made = secret.mint("")
    session.add(Doorstep(digest=made.digest, kind=kind, data=data, expires_at=now + LENGTH))
    return made.text


def look(session: Session, now: datetime, kind: Kind, text: str) -> dict[str, Any]:
    """Gone when it is over; looking does not end it, a code may be mistyped."""
    row = session.get(Doorstep, secret.digest(text))
    if row is None or row.kind != kind or row.expires_at <= now:
        raise Gone(OVER)
    return row.data


def end(session: Session, now: datetime, kind: Kind, text: str) -> dict[str, Any]:
    """What was begun, for whoever is first."""
    data = look(session, now, kind, text)
    ended = delete(Doorstep).where(Doorstep.digest == secret.digest(text)).returning(Doorstep.digest)
    if session.scalar(ended) is None:
        raise Gone(OVER)
    return data
