"""Whoever waits hears of what it waits for, once, and of nothing else."""

import asyncio
from contextlib import ExitStack

from hyprbox.wake import AT_ONCE, KEPT, Wake


def test_a_ring_between_two_looks_is_not_missed():
    async def story():
        wake = Wake()
        with wake.listen("node", "eu-1") as ear:
            wake.publish([("node", "eu-1"), ("node", "eu-2")])
            return await ear.wait(0.01), await ear.wait(0.01)

    assert asyncio.run(story()) == (True, False)


def test_a_ring_brings_what_was_read_for_it_and_the_next_one_takes_it_away():
    async def story():
        wake = Wake()
        with wake.listen("node", "eu-1") as ear:
            wake.publish([("node", "eu-1")], {("node", "eu-1"): "an offer"})
            first = ear.found
            wake.publish([("node", "eu-1")])
            return first, ear.found

    assert asyncio.run(story()) == ("an offer", None)


def test_everybody_who_listens_hears_and_nobody_is_left_behind():
    async def story():
        wake = Wake()

        async def listen():
            with wake.listen("job", "1") as ear:
                return await ear.wait(5)

        listeners = [asyncio.create_task(listen()) for _ in range(100)]
        await asyncio.sleep(0)
        wake.publish([("job", "1")])
        return await asyncio.gather(*listeners), len(wake)

    heard, left = asyncio.run(story())
    assert all(heard)
    assert left == 0


def test_only_the_newest_of_a_kind_that_stands_alone():
    async def story():
        wake = Wake()
        with wake.listen("node", "eu-1", alone=True) as first, wake.listen("node", "eu-1", alone=True) as second:
            return await first.wait(1), first.replaced, second.replaced

    assert asyncio.run(story()) == (True, True, False)


def test_very_many_are_woken_a_few_at_a_time_by_however_many_others_they_were_told_of():
    async def story():
        wake = Wake()
        topics = [("node", f"n-{n}") for n in range(2 * AT_ONCE)]
        with ExitStack() as stack:
            ears = [stack.enter_context(wake.listen(*topic)) for topic in topics]
            for half in (topics[:AT_ONCE], topics[AT_ONCE:]):
                wake.publish(half, dict.fromkeys(half, "an offer"))
                wake.publish(half, dict.fromkeys(half, "a later one"))
            first = sum(ear.found is not None for ear in ears)
            while ears[-1].found != "a later one":
                await asyncio.sleep(0)
            return first, {ear.found for ear in ears}

    assert asyncio.run(asyncio.wait_for(story(), 60)) == (AT_ONCE, {"a later one"})


def test_what_was_found_for_nobody_is_there_for_who_comes_next_unless_more_was_said_of_it():
    async def story():
        wake = Wake()
        wake.publish([("job", "1"), ("job", "2")], {("job", "1"): "news", ("job", "2"): "news"})
        wake.publish([("job", "2")])
        with wake.listen("job", "1") as ear, wake.listen("job", "2") as other, wake.listen("job", "1") as late:
            return ear.found, other.found, late.found

    assert asyncio.run(story()) == ("news", None, None)


def test_what_was_found_for_nobody_is_kept_of_few():
    async def story():
        wake = Wake()
        topics = [("job", str(n)) for n in range(2 * KEPT)]
        wake.publish(topics, dict.fromkeys(topics, "news"))
        with ExitStack() as stack:
            return [stack.enter_context(wake.listen(*topic)).found for topic in topics]

    assert asyncio.run(story()) == [None] * KEPT + ["news"] * KEPT


def test_what_was_found_for_nobody_is_soon_old(monkeypatch):
    async def story():
        wake = Wake()
        wake.publish([("job", "1")], {("job", "1"): "news"})
        monkeypatch.setattr("hyprbox.wake.KEPT_SECONDS", 0)
        with wake.listen("job", "1") as ear:
            return ear.found

    assert asyncio.run(story()) is None
