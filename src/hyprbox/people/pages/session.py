"""A browser's session: opened at every sign-in with a new cookie."""

from datetime import datetime

from litestar.datastructures import Cookie
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hyprbox.box import Box
from hyprbox.door import COOKIE, HttpRequest
from hyprbox.look.frame import go
from hyprbox.people import doors
from hyprbox.people.model import Person
from hyprbox.visitor import address


async def let_in(box: Box, request: HttpRequest, person: Person, path: str = "/dashboard") -> Redirect:
    browser = request.headers.get("user-agent", "")
    text = await box.db.write(_open, box.clock.now(), person.id, of(request, box), browser)
    answer = go(path)
    answer.cookies.append(cookie(box, text))
    return answer


def of(request: HttpRequest, box: Box) -> str:
    peer = request.client.host if request.client else ""
    return address(peer, ",".join(request.headers.getall("x-forwarded-for", [])), box.config.trusted_proxies)


def cookie(box: Box, text: str) -> Cookie:
    """Not for scripts, not for other sites' forms, and over https alone where that is the public address."""
    secure = box.config.public_url.startswith("https:")
    length = int(doors.SESSION_LENGTH.total_seconds()) if text else 0
    return Cookie(COOKIE, value=text, path="/", max_age=length, httponly=True, samesite="lax", secure=secure)


def _open(session: Session, now: datetime, person_id: str, address: str, browser: str) -> str:
    return doors.open_session(session, now, session.get_one(Person, person_id), address, browser)
