"""Who is signed in where, for admins; anybody can be signed out."""

from datetime import datetime

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.orm import Session

from hyprbox.audit import store as audit
from hyprbox.door import TheBox, TheCaller, admin
from hyprbox.errors import Missing
from hyprbox.look.frame import TheFrame, go
from hyprbox.people import doors
from hyprbox.people.model import Person, SignIn

MOST = 500


@get("/settings/sessions", guards=[admin])
async def index(frame: TheFrame, box: TheBox) -> Template:
    return frame.page("people/sessions.html", sessions=await box.db.read(doors.everybodys_sessions, frame.now, MOST))


@post("/settings/sessions/{digest:str}/closing", guards=[admin], status_code=303)
async def close(digest: FromPath[str], box: TheBox, caller: TheCaller) -> Redirect:
    await box.db.write(_close, box.clock.now(), caller.name, digest)
    return go("/dashboard/settings/sessions")


def _close(session: Session, now: datetime, actor: str, digest: str) -> None:
    row = session.get(SignIn, digest)
    if row is None:
        raise Missing("this session has ended already")
    person = session.get_one(Person, row.person_id)
    doors.close(session, digest)
    audit.record(session, now, actor, "session.close", person.name, address=row.address)
