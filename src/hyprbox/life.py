"""What goes on in a process while it serves, whether anybody asks or not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from hyprbox import guardian, keep, onward, sweep
from hyprbox.box import Box
from hyprbox.hot import polls
from hyprbox.writer import Topic

if TYPE_CHECKING:
    from hyprbox.bus import Bus


@asynccontextmanager
async def of(box: Box) -> AsyncIterator[None]:
    bus = None if box.db.is_sqlite else _bus(box)
    box.db.start(box.wake.publish, bus.tell if bus else None, partial(polls.offers_ahead, box))
    await box.gate.refresh()
    await box.db.read(box.presets.refresh)
    by_the_clock = sweep.forever(box), sweep.look_again(box), sweep.listen(box), keep.forever(box), onward.forever(box)
    going_on = box.gate.keep_fresh(), sweep.keep_presets(box), *by_the_clock, guardian.forever(box), onward.tell(box)
    tasks = [asyncio.create_task(work) for work in (*going_on, box.vitals.keep(box.clock.now))]
    yield
    box.wake.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await box.db.stop()
    if bus:
        await asyncio.to_thread(bus.stop)


def _bus(box: Box) -> "Bus":
    """Its driver is PostgreSQL's; who has none does without."""
    from hyprbox.bus import Bus

    def heard(topics: Sequence[Topic] | None) -> None:
        box.wake.publish(box.wake.topics() if topics is None else topics)

    return Bus(make_url(box.config.listen_url) if box.config.listen_url else box.db.url, heard)
