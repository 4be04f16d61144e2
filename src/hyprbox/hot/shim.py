"""Stands before the framework: the agents' routes are answered here, everything else is passed on."""

import logging
import re
from collections.abc import Awaitable, Callable

from hyprbox.box import Box
from hyprbox.errors import as_refusal, problem
from hyprbox.hot import beats, polls, progress
from hyprbox.hot.call import Answer, Call, Receive, Scope, Send, read_body, send_answer

log = logging.getLogger(__name__)

App = Callable[[Scope, Receive, Send], Awaitable[None]]
Handler = Callable[[Call], Awaitable[Answer]]

KIB, MIB = 1024, 1024 * 1024


async def alive(_: Box, __: Call) -> Answer:
    """Says that the process lives, and what a request costs that does nothing."""
    return Answer(body=b"alive\n", headers={"content-type": "text/plain; charset=utf-8"})


ROUTES = {
    ("GET", "/health"): (alive, 0),
    ("POST", "/api/heartbeat"): (beats.heartbeat, 64 * KIB),
    ("POST", "/api/findings"): (beats.report, 33 * MIB),
    ("GET", "/api/jobs/pending"): (polls.pending, 0),
}
OF_A_JOB = {
    "accept": (polls.accept, 4 * KIB),
    "output": (progress.append, 16 * MIB),
    "ping": (progress.ping, 4 * KIB),
    "complete": (progress.complete, 16 * MIB),
}

OF_A_JOB_PATH = re.compile(rf"/api/jobs/([A-Za-z0-9-]{{1,64}})/({'|'.join(OF_A_JOB)})")
PROBLEM = {"content-type": "application/problem+json"}


def before(box: Box, app: App) -> App:
    async def shim(scope: Scope, receive: Receive, send: Send) -> None:
        found = _match(box, scope) if scope["type"] == "http" else None
        if found is None:
            await app(scope, receive, send)
            return
        handler, limit = found
        await send_answer(send, await _answer(handler, limit, scope, receive))

    return shim


def _match(box: Box, scope: Scope) -> tuple[Handler, int] | None:
    path = scope["path"]
    if route := ROUTES.get((scope["method"], path)):
        handler, limit = route
        return lambda call: handler(box, call), limit
    if scope["method"] == "POST" and (of_job := OF_A_JOB_PATH.fullmatch(path)):
        job_id, verb = of_job.groups()
        of_a_job, limit = OF_A_JOB[verb]
        return lambda call: of_a_job(box, call, job_id), limit
    return None


async def _answer(handler: Handler, limit: int, scope: Scope, receive: Receive) -> Answer:
    try:
        return await handler(Call(scope, await read_body(scope, receive, limit)))
    except Exception as error:
        refusal = as_refusal(error)
        if refusal is None:
            log.exception("%s %s failed", scope["method"], scope["path"].encode("unicode_escape").decode())
            return Answer(500, b'{"type":"about:blank","title":"Internal error","status":500}', PROBLEM)
        status, headers, body = problem(refusal)
        return Answer(status, body, headers)
