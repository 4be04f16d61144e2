"""A job's output while it is being written, as server-sent events. Event ids are offsets, so a reader can go on."""

import asyncio
import codecs
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from sqlalchemy.orm import Session

from hyprbox.box import Box
from hyprbox.jobs import news, output, store
from hyprbox.jobs.news import News, told

KEEP_ALIVE_SECONDS = 15


async def follow(box: Box, job_id: str, offset: int) -> AsyncIterator[News]:
    """Every piece from `offset` on, and one without data per quiet time; the last one has a job that has ended."""
    with box.wake.listen("job", job_id) as ear:
        while True:
            found, ear.found = ear.found, None
            if (newest := told(found, offset)) is None:
                newest = await box.db.read(_news, job_id, offset)
            offset = newest.end
            yield newest
            if box.wake.closing or (newest.job.has_ended and offset >= newest.job.output_bytes):
                return
            if offset >= newest.job.output_bytes:
                await ear.wait(KEEP_ALIVE_SECONDS)


async def begun(pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """With its first piece there: a job that is not known is Missing before an answer has begun."""
    return _with_first(await anext(pieces), pieces)


async def _with_first(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece


async def events(box: Box, job_id: str, offset: int) -> AsyncGenerator[bytes, None]:
    """`output` events carry JSON text, so that no line break ends an event early; `state` comes at each change."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    state = None
    async for newest in follow(box, job_id, offset):
        ended = newest.job.has_ended and newest.end >= newest.job.output_bytes
        text = decoder.decode(newest.data, final=ended)
        if text:
            yield _event("output", text, newest.end - len(decoder.getstate()[0]))
        if newest.job.state != state:
            state = newest.job.state
            yield _event("state", {"state": state, "exitCode": newest.job.exit_code}, newest.end)
        elif not text:
            yield b": still here\n\n"
        await asyncio.sleep(0)


def _news(session: Session, job_id: str, offset: int) -> News:
    job = store.get(session, job_id)
    return news.of(job, offset, output.read(session, job, offset))


def _event(name: str, data: object, offset: int) -> bytes:
    return f"id: {offset}\nevent: {name}\ndata: {json.dumps(data)}\n\n".encode()
