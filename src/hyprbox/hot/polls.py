"""GET /api/jobs/pending and POST …/accept: how a node gets its next job."""

import re
import time
from collections.abc import Sequence
from contextlib import nullcontext

from sqlalchemy.orm import Session

from hyprbox.box import Box
from hyprbox.errors import Invalid
from hyprbox.hot.call import DONE, NULL, Answer, Call, answer
from hyprbox.hot.decode import decode
from hyprbox.jobs import handing
from hyprbox.wake import AT_ONCE
from hyprbox.writer import Topic
from hyprwire import Acceptance, Job
from hyprwire.names import check_node_id

LONGEST_WAIT = 25
WAIT = re.compile(r"\bwait=(\d{1,6})\b")
OFFER = re.compile(r"(?:^|,)\s*offer\s*(?:,|;|$)")


async def pending(box: Box, call: Call) -> Answer:
    node_id = call.query("nodeId")
    try:
        check_node_id("nodeId", node_id)
    except ValueError as error:
        raise Invalid(str(error)) from None
    authorization, prefer = call.header(b"authorization"), call.header(b"prefer") or ""
    badge = await box.gate.admit_node(authorization, node_id)
    now, takes_offers = box.clock.now(), OFFER.search(prefer)
    box.heard[node_id] = now if takes_offers else None
    if not takes_offers:
        job = await box.db.write(handing.claim, badge, node_id, now)
        return answer(job) if job else NULL
    return await _offer(box, authorization, node_id, wait_of(prefer))


async def _offer(box: Box, authorization: str | None, node_id: str, seconds: int) -> Answer:
    applied = f"wait={seconds}, offer" if seconds else "offer"
    end = time.monotonic() + seconds
    with box.wake.listen("node", node_id, alone=True) as ear:
        while True:
            job = ear.found or await box.db.read_many(handing.next_offers, (node_id, box.clock.now()))
            if job:
                await box.gate.admit_node(authorization, node_id)  # it may have been revoked while it waited
                return answer(job, **{"preference-applied": applied})
            if not await ear.wait(end - time.monotonic()) or ear.replaced or box.wake.closing:
                return Answer(body=b"null", headers={"preference-applied": applied})


def offers_ahead(box: Box, session: Session, topics: Sequence[Topic]) -> dict[Topic, Job]:
    """What nodes that wait here are to be offered next, now that something has changed for them."""
    waiting = [topic for topic in topics if topic[0] == "node" and box.wake.is_heard(topic)][:AT_ONCE]
    if not waiting:
        return {}
    now = box.clock.now()
    # Should it fail, PostgreSQL would take nothing more in this transaction.
    with nullcontext() if box.db.is_sqlite else session.begin_nested():
        found = handing.next_offers(session, [(node_id, now) for _, node_id in waiting])
    return {("node", node_id): job for (node_id, _), job in found.items()}


async def accept(box: Box, call: Call) -> Answer:
    badge = await box.gate.badge(call.header(b"authorization"))
    said = decode(Acceptance, call.body)
    if not 1 <= len(said.runId) <= 128 or not said.runId.isprintable():
        raise Invalid("runId is empty, too long or not printable, expected 1 to 128 characters")
    await box.db.write(handing.accept, badge, call.job_id, said.runId, box.clock.now())
    return DONE


def wait_of(prefer: str) -> int:
    found = WAIT.search(prefer)
    return min(int(found[1]), LONGEST_WAIT) if found else 0
