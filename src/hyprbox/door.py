"""The door for people and scripts: who came in is found out once, what they may do is said by guards on the routes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from enum import StrEnum
from functools import cache
from inspect import signature
from typing import Any, cast, get_args

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import QueryParameter, SkipValidation

from hyprbox import form
from hyprbox.auth import Caller
from hyprbox.box import Box
from hyprbox.errors import Forbidden, Invalid, Refusal, Unauthenticated
from hyprbox.people.model import Role
from hyprbox.secret import same

COOKIE = "hyprbox_session"
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"
SAFE = ("GET", "HEAD", "OPTIONS")
LOOK_AGAIN_SECONDS = 1.0

TheBox = NamedDependency[SkipValidation[Box]]
TheCaller = NamedDependency[SkipValidation[Caller]]
HttpRequest = Request[Caller | None, None, State]
Connection = ASGIConnection[BaseRouteHandler, Caller | None, None, State]


class WhoIsIt(AbstractAuthenticationMiddleware):
    """Sets `request.user` to a Caller, or to None for somebody unknown; a wrong credential ends here."""

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        box: Box = connection.app.state.box
        caller = await box.gate.caller(connection.headers.get("authorization"), connection.cookies.get(COOKIE))
        return AuthenticationResult(user=caller, auth=None)


async def viewer(connection: Connection, _: BaseRouteHandler) -> None:
    await _let_in(connection, Role.VIEWER)


async def operator(connection: Connection, _: BaseRouteHandler) -> None:
    await _let_in(connection, Role.OPERATOR)


async def admin(connection: Connection, _: BaseRouteHandler) -> None:
    await _let_in(connection, Role.ADMIN)


async def while_let_in(
    request: Request[Any, Any, Any], box: Box, needed: Role, pieces: AsyncGenerator[bytes, None]
) -> AsyncIterator[bytes]:
    """A stream may last for days. Whose session or key ends meanwhile hears no more of it."""
    loop = asyncio.get_running_loop()
    looked = loop.time()
    async with aclosing(pieces):
        async for piece in pieces:
            if loop.time() - looked > LOOK_AGAIN_SECONDS:
                looked = loop.time()
                if not await _may_still(request, box, needed):
                    return
            yield piece


async def _may_still(request: Request[Any, Any, Any], box: Box, needed: Role) -> bool:
    try:
        caller = await box.gate.caller(request.headers.get("authorization"), request.cookies.get(COOKIE))
    except Refusal:
        return False
    return caller is not None and caller.may(needed)


async def only_known_parameters(connection: Connection, handler: BaseRouteHandler) -> None:
    """A mistyped filter must not silently show everything."""
    if handler.opt.get("any_parameters"):
        return
    known = _query_names(handler.fn)
    for name, value in connection.query_params.items():
        if name not in known:
            raise Invalid(f"the query parameter {name[:80]!a} is unknown, expected {', '.join(known) or 'none'}")
        if known[name] and value not in known[name]:
            raise Invalid(f"{name} is {value[:80]!a}, expected one of {', '.join(known[name])}")


@cache
def _query_names(fn: Callable[..., object]) -> dict[str, tuple[str, ...]]:
    """The parameters a handler takes from the query, by their names in the address: the values of those with a few."""
    declared = (
        (name, kind, parameter.annotation)
        for name, parameter in signature(fn).parameters.items()
        for kind in getattr(parameter.annotation, "__metadata__", ())
        if isinstance(kind, QueryParameter)
    )
    return {kind.name or name: _values(annotation) for name, kind, annotation in declared}


def _values(annotation: Any) -> tuple[str, ...]:
    """Of `Annotated[State | None, …]` the states."""
    kinds = get_args(annotation.__origin__) or (annotation.__origin__,)
    return tuple(str(value) for kind in kinds if isinstance(kind, type) and issubclass(kind, StrEnum) for value in kind)


async def _let_in(connection: Connection, needed: Role) -> None:
    caller = connection.user
    if caller is None:
        raise Unauthenticated("sign in, or send 'Authorization: Bearer hbak_…'")
    if not caller.may(needed):
        more = "" if needed is Role.ADMIN else " or more"
        raise Forbidden(f"the role of {caller.name} is {caller.role}, expected {needed}{more}")
    if caller.csrf is not None and connection.scope["method"] not in SAFE:  # type: ignore[typeddict-item]  # it is HTTP
        await _check_origin(cast(HttpRequest, connection), caller.csrf)


async def _check_origin(request: HttpRequest, csrf: str) -> None:
    """A browser sends its cookie with other sites' requests too; the secret in our pages it does not."""
    shown = request.headers.get(CSRF_HEADER)
    if shown is None:
        shown = (await form.read(request)).text(CSRF_FIELD)
    if not same(shown, csrf):
        raise Forbidden("this form is not from this session, reload the page and try again")
