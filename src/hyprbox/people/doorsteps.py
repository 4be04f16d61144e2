"""What somebody has begun at the door and is to end within minutes. Of its secret only a digest is stored."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hyprbox import secret
from hyprbox.errors import Gone
from hyprbox.people.model import Doorstep

LENGTH = timedelta(minutes=10)
MOST = 10_000  # of a kind: strangers can begin some, too
OVER = "this took longer than 10 minutes or was done already, begin again"


class Kind(StrEnum):
    CODE = "code"
    TOTP = "totp"
    PASSKEY = "passkey"
    OPENID = "openid"


def begin(session: Session, now: datetime, kind: Kind, data: dict[str, Any]) -> str:
    """The secret with which it goes on. When too many stand there, those go that have stood there longest."""
    session.execute(delete(Doorstep).where(Doorstep.expires_at <= now))
    oldest = select(Doorstep.digest).where(Doorstep.kind == kind).order_by(Doorstep.expires_at.desc()).offset(MOST - 1)
    session.execute(delete(Doorstep).where(Doorstep.digest.in_(oldest.limit(MOST))))
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
