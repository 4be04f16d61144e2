"""POST /api/jobs/{id}/output, /ping and /complete: what a node says of a job it runs."""

import asyncio
from datetime import datetime

from sqlalchemy.orm import Session

from hyprbox.box import Box
from hyprbox.guards import store as guards
from hyprbox.hot.call import DONE, Answer, Call, answer
from hyprbox.hot.decode import decode
from hyprbox.hot.polls import wait_of
from hyprbox.jobs import ending, output
from hyprbox.remediations import store as remediations
from hyprbox.tokens.badge import Badge
from hyprbox.visitor import address
from hyprwire import Completion, Output, RunningJob


async def append(box: Box, call: Call) -> Answer:
    badge = await box.gate.badge(call.header(b"authorization"))
    said = decode(Output, call.body)
    return answer(await box.db.write(output.append, badge, call.job_id, said, box.clock.now()))


async def ping(box: Box, call: Call) -> Answer:
    badge = await box.gate.badge(call.header(b"authorization"))
    said = decode(RunningJob, call.body or b"{}")
    seconds = wait_of(call.header(b"prefer") or "")
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    with box.wake.listen("cancel", call.job_id) as ear:
        acknowledged = await box.db.write(output.ping, badge, call.job_id, said.runId, box.clock.now())
        if seconds and not acknowledged.cancel and not box.wake.closing:
            await ear.wait(end - loop.time())
            acknowledged = await box.db.write(output.ping, badge, call.job_id, said.runId, box.clock.now())
    return answer(acknowledged, **({"preference-applied": f"wait={seconds}"} if seconds else {}))


async def complete(box: Box, call: Call) -> Answer:
    badge = await box.gate.badge(call.header(b"authorization"))
    said = decode(Completion, call.body)
    peer = address(call.peer, call.every(b"x-forwarded-for"), box.config.trusted_proxies)
    await box.db.write(_complete, badge, call.job_id, said, box.clock.now(), peer)
    return DONE


def _complete(session: Session, badge: Badge, job_id: str, said: Completion, now: datetime, peer: str | None) -> None:
    job = ending.complete(session, badge, job_id, said, now)
    guards.job_ended(session, now, job, peer)
    remediations.settle(session, now, job.node_id)
