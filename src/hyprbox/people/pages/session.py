"""A browser's session: opened at every sign-in with a new cookie."""

from datetime import datetime

from litestar.datastructures import Cookie
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hyprbox.box import Box
from hyprbox.door import COOKIE, HttpRequest
from hyprbox.look.frame import go
from hyprbox.people import doors, places
from hyprbox.people.model import Person
from hyprbox.people.places import Origin
from hyprbox.visitor import address

BROWSER = "hyprbox_browser"


async def let_in(box: Box, request: HttpRequest, person: Person, path: str = "/dashboard") -> Redirect:
    browser, address = request.headers.get("user-agent", ""), of(request, box)
    text, kept = await box.db.write(_open, box.clock.now(), person.id, address, browser, origin(request, box))
    answer = go(path)
    answer.cookies.append(cookie(box, text))
    if kept:
        answer.cookies.append(_known_browser(box, kept))
    return answer


def origin(request: HttpRequest, box: Box) -> Origin:
    return places.origin(of(request, box), request.cookies.get(BROWSER, "")[:100])


def of(request: HttpRequest, box: Box) -> str:
    peer = request.client.host if request.client else ""
    return address(peer, ",".join(request.headers.getall("x-forwarded-for", [])), box.config.trusted_proxies)


def cookie(box: Box, text: str) -> Cookie:
    """Not for scripts, not for other sites' forms, and over https alone where that is the public address."""
    secure = box.config.public_url.startswith("https:")
    length = int(doors.SESSION_LENGTH.total_seconds()) if text else 0
    return Cookie(COOKIE, value=text, path="/", max_age=length, httponly=True, samesite="lax", secure=secure)


def _known_browser(box: Box, text: str) -> Cookie:
    """Lets nobody in. It tells a browser from those of strangers, who may be guessing at the same name."""
    secure, length = box.config.public_url.startswith("https:"), int(places.KNOWN.total_seconds())
    return Cookie(BROWSER, value=text, path="/dashboard", max_age=length, httponly=True, samesite="lax", secure=secure)


def _open(
    session: Session, now: datetime, person_id: str, address: str, browser: str, origin: Origin
) -> tuple[str, str | None]:
    person = session.get_one(Person, person_id, populate_existing=True, with_for_update=True)
    text = doors.open_session(session, now, person, address, browser)
    return text, places.come_in(session, now, person, origin)
