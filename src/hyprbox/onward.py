"""What goes on by itself, as soon as something has ended or its time has come: runs."""

import asyncio

from hyprbox.box import Box
from hyprbox.errors import note
from hyprbox.runs import going as runs

LOOK_SECONDS = 2.0
PAUSE_SECONDS = 0.2  # what ends within it is judged together


async def forever(box: Box) -> None:
    """In every process: each piece of work is taken by one of them."""
    with box.wake.listen("fleet", "jobs") as ear:
        while True:
            try:
                for run_id in await box.db.read(runs.unfinished):
                    await box.db.write(runs.advance, box.clock.now(), box.presets, run_id)
            except Exception as error:
                note(error, "moving runs on")
            await asyncio.sleep(PAUSE_SECONDS)
            await ear.wait(LOOK_SECONDS)
