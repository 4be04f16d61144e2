"""Says to open pages that something has changed, and of which kind; they fetch what they show themselves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack

from litestar import get
from litestar.response import Stream

from hyprbox.box import Box
from hyprbox.door import TheBox, viewer
from hyprbox.wake import Ear

KINDS = ("nodes", "findings", "jobs")
AT_MOST_EVERY = 1.0
KEEP_ALIVE_SECONDS = 15.0


@get("/live", guards=[viewer])
async def stream(box: TheBox) -> Stream:
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(events(box), media_type="text/event-stream", headers=headers)


async def events(box: Box) -> AsyncIterator[bytes]:
    with ExitStack() as stack:
        ears = {kind: stack.enter_context(box.wake.listen("fleet", kind)) for kind in KINDS}
        yield b": listening\n\n"
        while not box.wake.closing:
            for kind in await rung(ears, KEEP_ALIVE_SECONDS):
                yield f"event: {kind}\ndata: {{}}\n\n".encode()
            yield b": still here\n\n"
            await asyncio.sleep(AT_MOST_EVERY)


async def rung(ears: dict[str, Ear], seconds: float) -> list[str]:
    """Which kinds have rung since the last time; waits for the first of them."""
    waits = {kind: asyncio.ensure_future(ear.wait(seconds)) for kind, ear in ears.items()}
    try:
        await asyncio.wait(waits.values(), return_when=asyncio.FIRST_COMPLETED)
        return [kind for kind, wait in waits.items() if wait.done() and wait.result()]
    finally:
        for wait in waits.values():
            wait.cancel()
