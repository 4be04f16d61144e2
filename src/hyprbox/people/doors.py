"""How people get in and out: one-time links and sessions. Of each only a digest is stored."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hyprbox import secret
from hyprbox.audit import store as audit
from hyprbox.people.model import Person, SignIn, SignInLink

SESSION_KIND = "hbss_"
LINK_KIND = "hbln_"
SESSION_LENGTH = timedelta(days=14)
LINK_LENGTH = timedelta(minutes=15)


def link(session: Session, now: datetime, person: Person) -> str:
    """The secret part of a sign-in link; works once, for 15 minutes."""
    made = secret.mint(LINK_KIND)
    session.execute(delete(SignInLink).where(SignInLink.expires_at <= now))
    session.flush()
    session.add(SignInLink(digest=made.digest, person_id=person.id, expires_at=now + LINK_LENGTH))
    return made.text


def address(public_url: str, text: str) -> str:
    return f"{public_url}/dashboard/welcome/{text}"


def of_link(session: Session, text: str, now: datetime) -> Person | None:
    """Whom the link would let in; looking does not consume it."""
    row = session.get(SignInLink, secret.digest(text))
    person = session.get(Person, row.person_id) if row and row.expires_at > now else None
    return person if person and person.disabled_at is None else None


def consume(session: Session, now: datetime, text: str) -> Person | None:
    person = of_link(session, text, now)
    used = delete(SignInLink).where(SignInLink.digest == secret.digest(text)).returning(SignInLink.digest)
    return person if session.scalar(used) else None


def open_session(session: Session, now: datetime, person: Person, address: str, browser: str) -> str:
    """A new cookie at every sign-in; ended ones are swept on the way."""
    made = secret.mint(SESSION_KIND)
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    session.add(
        SignIn(
            digest=made.digest,
            person_id=person.id,
            csrf=secret.mint("").text,
            created_at=now,
            confirmed_at=now,
            expires_at=now + SESSION_LENGTH,
            address=address,
            browser=browser[:200],
        )
    )
    session.execute(update(Person).where(Person.id == person.id).values(failures=0, locked_until=None))
    audit.record(session, now, person.name, "person.sign-in", person.name, address=address)
    return made.text


def confirm(session: Session, now: datetime, digest: str) -> None:
    """The person behind this session has just proved to be there."""
    session.execute(update(SignIn).where(SignIn.digest == digest).values(confirmed_at=now))


def of_session(session: Session, text: str, now: datetime) -> tuple[SignIn, Person] | None:
    row = session.get(SignIn, secret.digest(text))
    if row is None or row.expires_at <= now:
        return None
    person = session.get_one(Person, row.person_id)
    return (row, person) if person.disabled_at is None else None


def close(session: Session, digest: str) -> None:
    session.execute(delete(SignIn).where(SignIn.digest == digest))


def close_all(session: Session, person_id: str) -> None:
    session.execute(delete(SignIn).where(SignIn.person_id == person_id))
    session.execute(delete(SignInLink).where(SignInLink.person_id == person_id))


def close_others(session: Session, person_id: str, digest: str) -> None:
    """All sessions of a person but this one; links too."""
    session.execute(delete(SignIn).where(SignIn.person_id == person_id, SignIn.digest != digest))
    session.execute(delete(SignInLink).where(SignInLink.person_id == person_id))


def close_everybodys(session: Session) -> None:
    session.execute(delete(SignIn))
    session.execute(delete(SignInLink))


def everybodys_sessions(session: Session, now: datetime, limit: int) -> Sequence[tuple[SignIn, Person]]:
    """The newest first."""
    rows = select(SignIn, Person).join(Person, Person.id == SignIn.person_id).where(SignIn.expires_at > now)
    return [(opened, who) for opened, who in session.execute(rows.order_by(SignIn.created_at.desc()).limit(limit))]


def sessions_of(session: Session, person_id: str, now: datetime) -> Sequence[SignIn]:
    rows = select(SignIn).where(SignIn.person_id == person_id, SignIn.expires_at > now)
    return session.scalars(rows.order_by(SignIn.created_at.desc())).all()
