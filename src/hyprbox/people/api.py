"""People and API keys over HTTP, for admins."""

from dataclasses import dataclass
from datetime import datetime

from litestar import get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy.orm import Session

from hyprbox import fresh
from hyprbox.door import TheBox, TheCaller, admin
from hyprbox.form import Form
from hyprbox.paging import Page
from hyprbox.people import doors, keys, store
from hyprbox.people.model import Role
from hyprbox.people.views import KeyView, PersonView, key_view, view


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    name: str
    role: Role = Role.VIEWER


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """`signInLink` works once, for 15 minutes."""

    name: str
    signInLink: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    name: str
    role: Role = Role.VIEWER


@dataclass(frozen=True, slots=True, kw_only=True)
class MintedKey:
    id: str
    key: str


@get("/people", guards=[admin])
async def people(box: TheBox) -> Page[PersonView]:
    return Page([view(person) for person in await box.db.read(store.everyone)], None)


@post("/people", guards=[admin])
async def invite(data: JSONBody[NewPerson], box: TheBox, caller: TheCaller) -> Invited:
    await fresh.require(box, caller, Form())
    text = await box.db.write(_invite, box.clock.now(), caller.name, data)
    return Invited(name=data.name, signInLink=doors.address(box.config.public_url, text))


@post("/people/{name:str}/disabling", guards=[admin])
async def disable(name: FromPath[str], box: TheBox, caller: TheCaller) -> PersonView:
    await fresh.require(box, caller, Form())
    return view(await box.db.write(store.disable, box.clock.now(), caller.name, name))


@post("/people/{name:str}/reset", guards=[admin])
async def reset(name: FromPath[str], box: TheBox, caller: TheCaller) -> Invited:
    await fresh.require(box, caller, Form())
    text = await box.db.write(store.reset, box.clock.now(), caller.name, name)
    return Invited(name=name, signInLink=doors.address(box.config.public_url, text))


@get("/keys", guards=[admin])
async def index_keys(box: TheBox) -> Page[KeyView]:
    return Page([key_view(key) for key in await box.db.read(keys.everyone)], None)


@post("/keys", guards=[admin])
async def create_key(data: JSONBody[NewKey], box: TheBox, caller: TheCaller) -> MintedKey:
    await fresh.require(box, caller, Form())
    key, text = await box.db.write(keys.create, box.clock.now(), caller.name, data.name, data.role, caller.owner)
    return MintedKey(id=key.id, key=text)


@post("/keys/{key_id:str}/revocation", guards=[admin])
async def revoke_key(key_id: FromPath[str], box: TheBox, caller: TheCaller) -> KeyView:
    return key_view(await box.db.write(keys.revoke, box.clock.now(), caller.name, key_id))


def _invite(session: Session, now: datetime, actor: str, data: NewPerson) -> str:
    return doors.link(session, now, store.create(session, now, actor, data.name, data.role))


handlers = [people, invite, disable, reset, index_keys, create_key, revoke_key]
