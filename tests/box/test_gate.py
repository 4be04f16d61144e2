"""Credentials are known as they are now, however slow or busy this process or its database is."""

import asyncio
import threading

import pytest

from hyprbox import auth
from hyprbox.auth import Gate
from hyprbox.clock import Clock
from hyprbox.errors import TooMany, Unavailable
from hyprbox.tokens import store as tokens
from hyprbox.tokens.badge import Badge
from tests.cast import NOON


class Late:
    """A monotonic clock that jumps."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def with_gate(db, scenario):
    async def play():
        db.start(lambda topics, found: None)
        late = Late()
        gate = Gate(db, Clock(late), require_node_token=True)
        try:
            await gate.refresh()
            return await scenario(gate, late)
        finally:
            await db.stop()

    return asyncio.run(play())


@pytest.fixture
def token(db):
    with db.session() as session:
        return tokens.mint(session, NOON, "ada", None, "fleet")[1]


def test_a_process_that_was_busy_catches_up_before_it_answers(db, token):
    async def scenario(gate, late):
        await gate.badge(f"Bearer {token}")
        late.now += 5
        return await gate.badge(f"Bearer {token}")

    assert with_gate(db, scenario).node_id is None


def test_nobody_is_let_in_while_the_database_is_away(db, token, monkeypatch):
    async def scenario(gate, late):
        await gate.badge(f"Bearer {token}")
        late.now += 5
        monkeypatch.setattr(auth.facts, "changes_since", lambda session, revision: 1 / 0)
        with pytest.raises(Unavailable):
            await gate.badge(f"Bearer {token}")

    with_gate(db, scenario)


def test_slow_questions_of_a_few_keep_nobody_out(db, token):
    async def scenario(gate, late):
        await gate.badge(f"Bearer {token}")
        done = threading.Event()
        slow = [asyncio.create_task(db.read(lambda session: done.wait(20))) for _ in range(8)]
        late.now += 5
        badge = await gate.badge(f"Bearer {token}")
        waiting = [task for task in slow if not task.done()]
        done.set()
        await asyncio.gather(*slow)
        return badge, len(waiting)

    badge, waiting = with_gate(db, scenario)
    assert badge.node_id is None
    assert waiting == 8


def test_a_node_that_floods_is_told_so_and_the_others_are_not(db, token, monkeypatch):
    monkeypatch.setattr(auth, "OF_A_NODE", (1, 3))

    async def scenario(gate, late):
        asked = [gate.admit_node(f"Bearer {token}", node_id) for node_id in ["eu-1"] * 10 + ["eu-2"]]
        return [type(answer) for answer in await asyncio.gather(*asked, return_exceptions=True)]

    answers = with_gate(db, scenario)
    assert answers[-1] is Badge
    assert TooMany in answers[:10]
