"""Looks after guards: proofs that people still get in are gathered, and what is proven is confirmed on the node.

What nobody proves the node takes back by itself; then it is asked what became of it.
"""

import asyncio

from hyprbox.box import Box
from hyprbox.errors import note
from hyprbox.guards import store as guards
from hyprbox.guards.model import Guard, Kind
from hyprbox.guards.reach import answers
from hyprbox.presets import store as presets

EVERY_SECONDS = 1.0


async def forever(box: Box) -> None:
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            if await box.db.read(guards.any_due, box.clock.now()):
                due = await box.db.write(guards.due, box.clock.now())
                await asyncio.gather(*(look_after(box, job_id) for job_id in due))
        except Exception as error:
            note(error, "the guards")


async def look_after(box: Box, job_id: str) -> None:
    guard = await box.db.read(guards.get, job_id)
    if Kind.REACH not in guard.proofs and not guards.is_over(guard, box.clock.now()):
        await _knock(box, guard)
    await box.db.write(presets.ask_guard, box.clock.now(), box.presets, job_id)


async def _knock(box: Box, guard: Guard) -> None:
    address = await box.db.read(guards.guard_address, guard)
    if address is not None and await asyncio.to_thread(lambda: answers(address, guard.doors)):
        await box.db.write(guards.reached, box.clock.now(), guard.job_id)
