"""After a restore the database is one of yesterday: its queue does not run, and who comes waits for a confirmation."""

import asyncio

import pytest

from hyprbox import backup
from hyprbox.auth import Gate
from hyprbox.clock import Clock
from hyprbox.errors import Unconfirmed
from hyprbox.facts import store as facts
from hyprbox.jobs import store as jobs
from hyprbox.jobs.order import Order
from hyprbox.nodes import beats
from hyprbox.people import keys
from hyprbox.people.model import Role
from hyprbox.tokens import store as tokens
from tests.cast import BEAT, NOON


@pytest.fixture
def restored(db, database_url):
    """A database with a token, an API key and a queued job, as it is after a restore."""
    with db.session() as session:
        beats.record(session, [beats.Beat(BEAT, NOON)])
        _, token = tokens.mint(session, NOON, "ada", None, "fleet")
        _, key = keys.create(session, NOON, "ada", "script", Role.ADMIN)
        job_id = jobs.queue(session, NOON, "ada", Order(node_id="eu-1", script="true")).id
    backup.begin_epoch(database_url)
    return token, key, job_id


def admitted(db, token, key):
    """What the gate says of both."""

    async def play():
        db.start(lambda topics, found: None)
        gate = Gate(db, Clock(), require_node_token=True)
        try:
            await gate.refresh()
            return [await outcome(gate.badge(f"Bearer {token}")), await outcome(gate.caller(f"Bearer {key}", None))]
        finally:
            await db.stop()

    async def outcome(asked):
        try:
            await asked
        except Unconfirmed as refusal:
            return refusal
        return "let in"

    return asyncio.run(play())


def test_credentials_wait_until_somebody_confirms_them(db, restored):
    token, key, _ = restored

    waiting = admitted(db, token, key)

    assert [(refusal.status, refusal.retry_after) for refusal in waiting] == [(503, 30)] * 2


def test_what_is_confirmed_is_let_in(db, restored):
    token, key, _ = restored
    with db.session() as session:
        facts.confirm(session, NOON)

    assert admitted(db, token, key) == ["let in", "let in"]


def test_yesterdays_queue_does_not_run(db, restored):
    *_, job_id = restored
    with db.session() as session:
        assert jobs.get(session, job_id).state == "EXPIRED"


def test_each_restore_is_an_epoch(db, restored, database_url):
    backup.begin_epoch(database_url)
    with db.session() as session:
        assert facts.value(session, facts.EPOCH) == 2
