"""What many ask at the same time is read once, and each of them is answered."""

import asyncio

import pytest

from hyprbox.asking import Asking


def ask(answers, story):
    async def play():
        asking = Asking(answers)
        return await story(asking)

    return asyncio.run(play())


def test_who_asks_the_same_meanwhile_is_read_together_and_who_goes_disturbs_nobody():
    read = []

    async def answers(keys):
        read.append(keys)
        await asyncio.sleep(0)
        return {key: f"{key} is well" for key in keys if key != "stray"}

    async def story(asking):
        gone, *others = (asyncio.create_task(asking.ask(key)) for key in ("eu-1", "eu-1", "eu-2", "stray"))
        await asyncio.sleep(0)
        gone.cancel()
        return await asyncio.gather(*others)

    assert ask(answers, story) == ["eu-1 is well", "eu-2 is well", None]
    assert read == [["eu-1", "eu-2", "stray"]]


def test_a_question_that_fails_fails_for_all_who_asked_it_and_not_for_the_next():
    failures = [OSError("away")]

    async def answers(keys):
        if failures:
            raise failures.pop()
        return dict.fromkeys(keys, "here")

    async def story(asking):
        both = await asyncio.gather(asking.ask("eu-1"), asking.ask("eu-1"), return_exceptions=True)
        with pytest.raises(OSError, match="away"):
            raise both[1]
        return [str(each) for each in both], await asking.ask("eu-1")

    assert ask(answers, story) == (["away", "away"], "here")
