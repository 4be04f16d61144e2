"""Single sign-on by OpenID Connect: there with a state, a nonce and a verifier of our own, and back with a code."""

import asyncio
import secrets
from typing import TYPE_CHECKING

from litestar import get
from litestar.datastructures import Cookie
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from hyprbox.box import Box
from hyprbox.door import HttpRequest, TheBox
from hyprbox.errors import Forbidden, Missing, Refusal
from hyprbox.look.frame import go
from hyprbox.people import doorsteps, subjects
from hyprbox.people.doorsteps import Kind
from hyprbox.people.pages import session as sessions
from hyprbox.people.pages.signing_in import HOME, local, page
from hyprbox.secret import same

if TYPE_CHECKING:
    from hyprbox.people.pages.provider import Provider

COOKIE = "hyprbox_openid"
BACK = "/dashboard/sign-in/openid/back"


@get("/sign-in/openid")
async def go_there(box: TheBox, next: FromQuery[str] = HOME) -> Template | Redirect:
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        address = await (await _provider(box)).door(state, nonce, verifier)
    except Refusal as refusal:
        return page(box, refusal.status, refusal=refusal, next=local(next))
    kept = {"state": state, "nonce": nonce, "verifier": verifier, "next": local(next)}
    text = await box.db.write(doorsteps.begin, box.clock.now(), Kind.OPENID, kept)
    answer = go(address)
    answer.cookies.append(_cookie(box, text))
    return answer


@get("/sign-in/openid/back", opt={"any_parameters": True})
async def come_back(request: HttpRequest, box: TheBox) -> Template | Redirect:
    """What the provider adds besides is its own affair."""
    said = request.query_params
    try:
        begun = await box.db.write(doorsteps.end, box.clock.now(), Kind.OPENID, request.cookies.get(COOKIE, ""))
        if not same(str(said.get("state", "")), begun["state"]):
            raise Forbidden("this answer belongs to another sign-in, begin again")
        if "code" not in said:
            raise Forbidden(f"the single sign-on let nobody in: {str(said.get('error', 'no reason'))[:80]}")
        who = await (await _provider(box)).who(str(said["code"]), begun["nonce"], begun["verifier"])
        role = subjects.role_of(box.config.oidc_groups, who.groups)
        person = await box.db.write(subjects.arrive, box.clock.now(), who.subject, who.name, role)
    except Refusal as refusal:
        return page(box, refusal.status, refusal=refusal, next=HOME)
    return await sessions.let_in(box, request, person, begun["next"])


async def _provider(box: Box) -> "Provider":
    if not box.config.oidc_issuer:
        raise Missing("there is no single sign-on here, expected HYPRBOX_OIDC_ISSUER to name one")
    kind = await asyncio.to_thread(_provider_kind)
    return kind(box.config, box.config.public_url + BACK)


def _provider_kind() -> "type[Provider]":
    """Read by the first one who signs in this way: its packages take a quarter of a second, and many megabytes."""
    from hyprbox.people.pages.provider import Provider

    return Provider


def _cookie(box: Box, text: str) -> Cookie:
    """Ties the answer to this very browser, so that nobody is signed in to somebody else's account."""
    secure = box.config.public_url.startswith("https:")
    return Cookie(
        COOKIE, value=text, path="/dashboard/sign-in", max_age=600, httponly=True, samesite="lax", secure=secure
    )
