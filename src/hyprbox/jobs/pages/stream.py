"""A running job's output as pieces of a page: server-sent events with HTML, whose ids are offsets."""

import asyncio
import codecs
import json
from collections.abc import AsyncGenerator
from typing import Annotated

from litestar import get
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from hyprbox.box import Box
from hyprbox.door import HttpRequest, TheBox, operator, while_let_in
from hyprbox.jobs import live
from hyprbox.jobs.ansi import Painter
from hyprbox.people.model import Role

Offset = Annotated[int, QueryParameter(ge=0)]


@get("/jobs/{job_id:str}/live", guards=[operator])
async def output(job_id: FromPath[str], request: HttpRequest, box: TheBox, offset: Offset = 0) -> Stream:
    last = request.headers.get("last-event-id", "")
    start = int(last) if last.isdecimal() and len(last) < 16 else offset
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    pieces = while_let_in(request, box, Role.OPERATOR, await live.begun(events(box, job_id, start)))
    return Stream(pieces, media_type="text/event-stream", headers=headers)


async def events(box: Box, job_id: str, offset: int) -> AsyncGenerator[bytes, None]:
    """`output` carries HTML with whole lines and closed tags; `end` comes once, when there will be no more."""
    decoder, painter = codecs.getincrementaldecoder("utf-8")("replace"), Painter()
    async for news in live.follow(box, job_id, offset):
        ended = news.job.has_ended and news.end >= news.job.output_bytes
        painted = painter.paint(decoder.decode(news.data, final=ended))
        at = news.end - len(decoder.getstate()[0])
        yield _event("output", painted, at) if painted else b": still here\n\n"
        if ended:
            yield _event("end", news.job.state, at)
        await asyncio.sleep(0)


def _event(name: str, data: str, offset: int) -> bytes:
    return f"id: {offset}\nevent: {name}\ndata: {json.dumps(data)}\n\n".encode()
