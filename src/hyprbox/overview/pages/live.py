"""Says to open pages that something has changed, and of which kind; they fetch what they show themselves."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import ExitStack

from litestar import get
from litestar.params import FromQuery
from litestar.response import Stream

from hyprbox.box import Box
from hyprbox.door import HttpRequest, TheBox, viewer, while_let_in
from hyprbox.people.model import Role
from hyprbox.wake import Ear, Wake

KINDS = ("nodes", "findings", "jobs")
AT_MOST_EVERY = 0.5
KEEP_ALIVE_SECONDS = 15.0


@get("/live", guards=[viewer])
async def stream(request: HttpRequest, box: TheBox, seen: FromQuery[str] = "") -> Stream:
    """`seen` is what the page says it has seen, see `news`."""
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(
        while_let_in(request, box, Role.VIEWER, events(box, seen)), media_type="text/event-stream", headers=headers
    )


def news(wake: Wake) -> str:
    """How often each kind has changed, as far as this process has heard."""
    return ".".join(str(wake.news[kind]) for kind in KINDS)


async def events(box: Box, seen: str) -> AsyncGenerator[bytes, None]:
    """First what changed before somebody listened here, then what changes."""
    with ExitStack() as stack:
        ears = {kind: stack.enter_context(box.wake.listen("fleet", kind)) for kind in KINDS}
        yield b": listening\n\n"
        changed = missed(seen, news(box.wake))
        while not box.wake.closing:
            for kind in changed:
                yield f"event: {kind}\ndata: {{}}\n\n".encode()
            yield b": still here\n\n"
            await asyncio.sleep(AT_MOST_EVERY)
            changed = await rung(ears, KEEP_ALIVE_SECONDS)


def missed(seen: str, now: str) -> list[str]:
    """A page of another process, or of an earlier life of this one, has missed everything."""
    before, after = seen.split("."), now.split(".")
    if len(before) != len(after):
        return []
    return [kind for kind, old, new in zip(KINDS, before, after, strict=True) if old != new]


async def rung(ears: dict[str, Ear], seconds: float) -> list[str]:
    """Which kinds have rung since the last time; waits for the first of them."""
    waits = {kind: asyncio.ensure_future(ear.wait(seconds)) for kind, ear in ears.items()}
    try:
        await asyncio.wait(waits.values(), return_when=asyncio.FIRST_COMPLETED)
        return [kind for kind, wait in waits.items() if wait.done() and wait.result()]
    finally:
        for wait in waits.values():
            wait.cancel()
