"""Counts over everything are exact in a small fleet; in a large one they are seconds old and keep nobody waiting."""

import asyncio

from hyprbox.figures import FRESH_SECONDS, LARGE, STALE_SECONDS, Figures


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def counted(db, scenario):
    async def play():
        db.start(lambda topics, found: None)
        time, asked = Time(), []

        def count(session):
            asked.append(1)
            return len(asked)

        figures = Figures(db, time)
        try:
            return await scenario(figures, time, lambda: figures.read("all", count))
        finally:
            await db.stop()

    return asyncio.run(play())


def test_a_small_fleet_is_counted_each_time(db):
    async def scenario(figures, time, read):
        return [await read(), await read()]

    assert counted(db, scenario) == [1, 2]


def test_a_large_one_is_counted_behind_the_back_of_who_asks(db):
    async def scenario(figures, time, read):
        figures.nodes = LARGE
        first, again = await read(), await read()
        time.now += FRESH_SECONDS + 1
        old = await read()
        await asyncio.gather(*figures.counting())
        return first, again, old, await read()

    assert counted(db, scenario) == (1, 1, 1, 2)


def test_what_is_too_old_is_not_shown(db):
    async def scenario(figures, time, read):
        figures.nodes = LARGE
        await read()
        time.now += STALE_SECONDS + 1
        return await asyncio.gather(read(), read())

    assert counted(db, scenario) == [2, 2]
