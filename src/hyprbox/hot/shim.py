"""Stands before the framework: the agents' routes are answered here, everything else is passed on."""

import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from hyprbox.box import Box
from hyprbox.errors import TooLarge, as_refusal, problem
from hyprbox.hot import beats, inventory, polls, progress, settings
from hyprbox.hot.call import Answer, Call, Receive, Scope, Send, read_body, send_answer
from hyprbox.hot.room import Room, in_time
from hyprbox.visitor import address

log = logging.getLogger(__name__)

App = Callable[[Scope, Receive, Send], Awaitable[None]]
Handler = Callable[[Box, Call], Awaitable[Answer]]
Route = tuple[Handler, int]  # and how large a body may be

KIB, MIB = 1024, 1024 * 1024
SMALL = 64 * KIB  # so much anybody may send before it is known who that is


async def alive(_: Box, __: Call) -> Answer:
    """Says that the process lives, and what a request costs that does nothing."""
    return Answer(body=b"alive\n", headers={"content-type": "text/plain; charset=utf-8"})


ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "/health"): (alive, 0),
    ("POST", "/api/heartbeat"): (beats.heartbeat, 64 * KIB),
    ("GET", "/api/jobs/pending"): (polls.pending, 0),
    ("GET", "/api/settings"): (settings.settings, 0),
    ("POST", "/api/inventory"): (inventory.tell, 4 * MIB),
    ("POST", "/api/findings"): (beats.report, 33 * MIB),
}
OF_A_JOB: dict[str, Route] = {
    "accept": (polls.accept, 4 * KIB),
    "output": (progress.append, 16 * MIB),
    "ping": (progress.ping, 4 * KIB),
    "complete": (progress.complete, 16 * MIB),
}
OF_A_JOB_PATH = re.compile(rf"/api/jobs/[A-Za-z0-9-]{{1,64}}/({'|'.join(OF_A_JOB)})")
PROBLEM = {"content-type": "application/problem+json"}
FAULT = b'{"type":"about:blank","title":"Internal error","status":500,"detail":"the log of this server says more"}'


def before(box: Box, app: App) -> App:
    room = Room()

    async def place(call: Call) -> AbstractAsyncContextManager[None]:
        badge = await box.gate.badge(call.header(b"authorization"))
        peer = address(call.peer, call.every(b"x-forwarded-for"), box.config.trusted_proxies)
        return room.of(badge, peer)

    async def shim(scope: Scope, receive: Receive, send: Send) -> None:
        route = match(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if route is None:
            await app(scope, receive, send)
            return
        handler, limit = route
        call = Call(scope["path"], scope["headers"], scope["query_string"], b"", (scope.get("client") or ("",))[0])
        try:
            async with await place(call) if limit > SMALL else nullcontext():
                call.body = await in_time(read_body(scope, receive, limit))
                answer = await answered(handler, box, call)
        except Exception as error:
            answer = _refusal(error, call.path)
        await send_answer(send, answer)

    return shim


def match(method: str, path: str) -> Route | None:
    """Of an agent's call."""
    if route := ROUTES.get((method, path)):
        return route
    of_a_job = OF_A_JOB_PATH.fullmatch(path) if method == "POST" else None
    return OF_A_JOB[of_a_job[1]] if of_a_job else None


async def answered(handler: Handler, box: Box, call: Call) -> Answer:
    """Whatever happens, an answer."""
    try:
        call.refuse_compression()
        return await handler(box, call)
    except Exception as error:
        return _refusal(error, call.path)


def refused(limit: int) -> Answer:
    return _refusal(TooLarge(f"the body has more than {limit} bytes"), "")


def _refusal(error: Exception, path: str) -> Answer:
    refusal = as_refusal(error)
    if refusal is None:
        log.error("%s failed", path.encode("unicode_escape").decode(), exc_info=error)
        return Answer(500, FAULT, PROBLEM)
    status, headers, body = problem(refusal)
    return Answer(status, body, headers)
