"""What goes on by itself, when something has ended or its time has come: schedules, runs, and what people are told."""

import asyncio

from hyprbox.box import Box
from hyprbox.errors import note
from hyprbox.notices import outbox, post, sorting
from hyprbox.runs import going as runs
from hyprbox.schedules import store as schedules

LOOK_SECONDS = 2.0
TELL_SECONDS = 2.0
KEEPING_PASSES = 1800
PAUSE_SECONDS = 0.2  # what ends within it is judged together
OTHERS_FIRST_SECONDS = 0.05  # whoever waits for a job that is just on its way


async def forever(box: Box) -> None:
    """In every process: each piece of work is taken by one of them."""
    with box.wake.listen("fleet", "jobs") as ear:
        while True:
            try:
                for schedule_id, at in await box.db.read(schedules.due, box.clock.now()):
                    await box.db.write(schedules.begin, box.clock.now(), box.presets, schedule_id, at)
                for run_id in await box.db.read(runs.unfinished):
                    await box.db.write(runs.advance, box.clock.now(), box.presets, run_id)
            except Exception as error:
                note(error, "beginning and moving runs on")
            await asyncio.sleep(PAUSE_SECONDS)
            if await ear.wait(LOOK_SECONDS):
                await asyncio.sleep(OTHERS_FIRST_SECONDS)


async def tell(box: Box) -> None:
    """What happened becomes messages, and messages are sent."""
    passes = 0
    while True:
        try:
            now = box.clock.now()
            if passes % KEEPING_PASSES == 0:
                await box.db.write(sorting.note_expiring_tokens, now)
                await box.db.write(sorting.forget, now)
            while await box.db.read(sorting.has_work, now):
                if await box.db.write(sorting.sort, now, box.config.public_url) < sorting.AT_ONCE:
                    break
            await deliver(box)
        except Exception as error:
            note(error, "telling people")
        passes += 1
        await asyncio.sleep(TELL_SECONDS)


async def deliver(box: Box) -> None:
    while await box.db.read(outbox.has_work, box.clock.now()):
        letters = await box.db.write(outbox.take, box.clock.now(), box.config.secret_key_file)
        if not letters:
            return
        outcomes = await post.send(letters, box.config.notify_networks)
        await box.db.write(outbox.note, box.clock.now(), outcomes)
