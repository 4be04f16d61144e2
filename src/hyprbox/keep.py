"""What is kept for how long: samples become hours and days, and what is old goes, a little at a time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from hyprbox.audit import store as audit
from hyprbox.audit import witness
from hyprbox.box import Box
from hyprbox.errors import note
from hyprbox.facts import store as facts
from hyprbox.findings import own
from hyprbox.findings import store as findings
from hyprbox.inventory import store as inventory
from hyprbox.jobs import store as jobs
from hyprbox.nodes import filling, history, partitions
from hyprbox.nodes.history import DAY, HOUR
from hyprbox.runs import store as runs

LOOK_SECONDS = 60
LEASE = timedelta(minutes=10)
LATE = timedelta(minutes=3)  # beats that were on their way at the full hour
NODES_AT_ONCE = 500
ROWS_AT_ONCE = 500
PAUSE_SECONDS = 0.05  # between two pieces of work, so that beats are not kept waiting


async def forever(box: Box) -> None:
    """One process at a time does it; when it dies, another goes on after the lease."""
    while True:
        try:
            now = box.clock.now()
            await box.db.write(partitions.make_ahead, now)
            await note_the_audit(box)
            if await box.db.write(facts.take_lease, facts.KEEPER, now, LEASE):
                await roll_up(box, now)
                await drop_old(box, now)
        except Exception as error:
            note(error, "keeping the history")
        await asyncio.sleep(LOOK_SECONDS)


async def note_the_audit(box: Box) -> None:
    missing = await box.db.read(witness.missed, box.config.data_dir)
    witness.note(box.config.data_dir, missing, await box.db.read(witness.head))


async def roll_up(box: Box, now: datetime) -> None:
    """Every hour that is over and was not rolled up yet; after the last one of a day, the day."""
    over = int((now - LATE).timestamp()) // HOUR * HOUR
    done = await box.db.read(facts.value, facts.ROLLED_UP)
    start = max(done, over - 48 * HOUR) if done else over - HOUR
    while start < over:
        async for first, last in node_ranges(box):
            await box.db.write(history.roll_hour, first, last, start)
            if (start + HOUR) % DAY == 0:
                await box.db.write(history.roll_day, first, last, start + HOUR - DAY)
        start += HOUR
        await box.db.write(facts.put, facts.ROLLED_UP, start)
        if start >= over:
            await look_ahead(box, now, over)


async def look_ahead(box: Box, now: datetime, over: int) -> None:
    """Once an hour: whose disk is full soon."""
    found: dict[str, filling.Filling] = {}
    async for first, last in node_ranges(box):
        found |= await box.db.read(filling.predict, first, last, over)
    await box.db.write(own.note_filling, now, found)


async def drop_old(box: Box, now: datetime) -> None:
    keep = box.config
    in_partitions = await box.db.write(partitions.drop_before, now - keep.keep_samples)
    async for first, last in node_ranges(box):
        if not in_partitions:
            await box.db.write(history.drop_samples, first, last, now - keep.keep_samples)
        await box.db.write(history.drop_rollups, first, last, HOUR, now - keep.keep_hours)
        await box.db.write(history.drop_rollups, first, last, DAY, now - keep.keep_days)
    for drop, kept in (
        (jobs.drop_output, keep.keep_output),
        (jobs.drop_jobs, keep.keep_jobs),
        (runs.drop_old, keep.keep_jobs),
        (findings.drop_resolved, keep.keep_findings),
        (inventory.drop_changes, keep.keep_changes),
        (audit.drop_old, keep.keep_audit),
    ):
        while await box.db.write(drop, now - kept, ROWS_AT_ONCE):
            await asyncio.sleep(PAUSE_SECONDS)


async def node_ranges(box: Box) -> AsyncIterator[tuple[str, str]]:
    """All nodes, some at a time: the first and the last of each group."""
    after = ""
    while group := await box.db.read(history.nodes_after, after, NODES_AT_ONCE):
        yield group[0], group[-1]
        after = group[-1]
        await asyncio.sleep(PAUSE_SECONDS)
