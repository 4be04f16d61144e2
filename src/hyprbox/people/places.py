"""Who fails too often is kept waiting, but where they are, not by the name they gave: a stranger who guesses at
somebody's password must not keep that somebody out.

A place is a browser that has let this person in before, or else a network; a session, for who is inside already.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from hyprbox import secret
from hyprbox.audit import store as audit
from hyprbox.people.model import Person, Place

FAILURES = 5  # in a row from one place
STRANGERS = 50  # within a day from places from where this person has not come in lately, and no more than 5 of each
LOCK = timedelta(minutes=5)
LONGEST = timedelta(hours=1)  # where nobody is known: each wait is twice the one before
KNOWN = timedelta(days=90)
FORGOTTEN = timedelta(days=1)  # of who has only failed
MOST = 50  # from where somebody has come in
BROWSER_KIND = "hbbr_"


@dataclass(frozen=True, slots=True)
class Origin:
    """Of one request. `browser` is a digest of what it keeps, or empty."""

    network: str
    browser: str = ""
    session: str = ""

    @property
    def names(self) -> list[str]:
        """By which its place may be known, the surest first; the last one is always good."""
        if self.session:
            return [f"session {self.session}"]
        return [*([f"browser {self.browser}"] if self.browser else []), f"network {self.network}"]


def origin(address: str, browser: str = "") -> Origin:
    """Of whoever has an IPv6 address, the whole network is theirs."""
    try:
        found = ip_address(address)
    except ValueError:
        return Origin(address[:60], browser and secret.digest(browser))
    found = getattr(found, "ipv4_mapped", None) or found
    network = str(found) if found.version == 4 else str(ip_network((int(found), 64), strict=False))
    return Origin(network, browser and secret.digest(browser))


def knows_browser(session: Session, now: datetime, person_id: str, origin: Origin) -> bool:
    place = session.get(Place, (person_id, f"browser {origin.browser}")) if origin.browser else None
    return place is not None and _is_known(place, now)


def is_closed(session: Session, now: datetime, person: Person, origin: Origin) -> bool:
    """Whatever is said from there now does not count, be it right."""
    place = _of(session, now, person.id, origin)
    if _is_until(place.locked_until, now):
        return True
    return not _is_known(place, now) and _is_until(person.locked_until, now)


def note_failure(session: Session, now: datetime, person: Person, origin: Origin) -> None:
    place = _of(session, now, person.id, origin)
    place.seen_at = now
    place.failures += 1
    session.add(place)
    if place.failures % FAILURES == 0:
        place.locked_until = now + (LOCK if _is_known(place, now) else _wait_after(place.failures))
        audit.record(session, now, "hyprbox", "person.lock", person.name, place=_in_words(place))
    if not _is_known(place, now):
        _note_stranger(session, now, person)
    forgotten = Place.person_id == person.id, Place.known_at.is_(None), Place.seen_at < now - FORGOTTEN
    session.execute(delete(Place).where(*forgotten))


def come_in(session: Session, now: datetime, person: Person, origin: Origin) -> str | None:
    """From here they may come again, whatever others do. The text that a browser is to keep, when it has none."""
    kept = None
    if not _has(session, origin.browser):
        kept = secret.mint(BROWSER_KIND)
        origin = Origin(origin.network, kept.digest)
    for name in origin.names:
        place = session.get(Place, (person.id, name)) or _new(person.id, name, now)
        place.failures, place.locked_until, place.known_at, place.seen_at = 0, None, now, now
        session.add(place)
    session.flush()
    mine = select(Place.place).where(Place.person_id == person.id, Place.known_at.is_not(None))
    old = session.scalars(mine.order_by(Place.known_at.desc(), Place.place).offset(MOST)).all()
    session.execute(delete(Place).where(Place.person_id == person.id, Place.place.in_(old)))
    return kept.text if kept else None


def forget(session: Session, person_id: str) -> None:
    session.execute(delete(Place).where(Place.person_id == person_id))


def forgive(session: Session, person_id: str, origin: Origin) -> None:
    """Who was right at last."""
    session.execute(delete(Place).where(Place.person_id == person_id, Place.place.in_(origin.names)))


def _wait_after(failures: int) -> timedelta:
    doubled = min(failures // FAILURES - 1, 10)
    return min(LONGEST, LOCK * (1 << doubled))


def _note_stranger(session: Session, now: datetime, person: Person) -> None:
    """Once many have failed, all together may try no more than one of them. However long a single one goes on, that is
    not many: it would keep out whoever has a new device."""
    session.flush()
    lately = Place.person_id == person.id, Place.known_at.is_(None), Place.seen_at >= now - FORGOTTEN
    of_each = case((Place.failures > FAILURES, FAILURES), else_=Place.failures)
    if (session.scalar(select(func.sum(of_each)).where(*lately)) or 0) < STRANGERS:
        return
    if person.failures % FAILURES == 0:
        person.locked_until = now + LOCK
        audit.record(session, now, "hyprbox", "person.lock", person.name, place="all that are not known")
    person.failures += 1


def _of(session: Session, now: datetime, person_id: str, origin: Origin) -> Place:
    """Not in the database yet when nothing was heard from there."""
    *surer, last = origin.names
    known = (session.get(Place, (person_id, name)) for name in surer)
    return next(filter(None, known), None) or session.get(Place, (person_id, last)) or _new(person_id, last, now)


def _new(person_id: str, name: str, now: datetime) -> Place:
    return Place(person_id=person_id, place=name, failures=0, locked_until=None, known_at=None, seen_at=now)


def _is_known(place: Place, now: datetime) -> bool:
    if place.place.startswith("session "):
        return True
    return place.known_at is not None and place.known_at > now - KNOWN


def _is_until(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now


def _has(session: Session, browser: str) -> bool:
    """For anybody: several people may use one browser."""
    return bool(browser) and session.scalar(select(Place.place).where(Place.place == f"browser {browser}")) is not None


def _in_words(place: Place) -> str:
    kind, _, name = place.place.partition(" ")
    return name if kind == "network" else f"a {kind}"
