"""Writes of many share one transaction: durable before the answer, and nobody pays for another's mistake."""

import asyncio
import threading
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hyprbox import writer
from hyprbox.db import Database, wake
from hyprbox.writer import Busy


def put(session, name, value):
    session.execute(text("INSERT INTO facts (name, value) VALUES (:name, :value)"), {"name": name, "value": value})
    wake(session, "fact", name)
    return value


def put_all(session, names):
    for name in names:
        put(session, name, 1)


def count(session):
    return session.scalar(text("SELECT count(*) FROM facts WHERE name LIKE 'test%'"))


@pytest.fixture
def run(database_url):
    """Runs a coroutine function with a started database and the list of topics that it published."""

    def run(story):
        async def main():
            db, heard = Database(database_url), []
            db.start(lambda topics, found: heard.extend(topics))
            try:
                return await story(db, heard)
            finally:
                await db.stop()

        return asyncio.run(main())

    return run


def test_what_is_answered_is_stored(run, database_url):
    async def story(db, heard):
        assert await db.write(put, "test", 7) == 7
        with closing(Database(database_url)) as other, other.session() as session:  # as another process would see it
            assert count(session) == 1

    run(story)


def test_what_is_read_ahead_knows_what_is_written_and_may_fail(database_url):
    async def main():
        db, found = Database(database_url), []

        def ahead(session, topics):
            if count(session) > 1:
                with session.begin_nested():
                    session.execute(text("SELECT nothing of the kind"))
            return {topic: count(session) for topic in topics}

        db.start(lambda topics, read: found.append(read), ahead=ahead)
        try:
            for name in ("test", "test2"):
                await db.write(put, name, 1)
            assert await db.read(count) == 2
        finally:
            await db.stop()
        return found

    assert asyncio.run(main()) == [{("fact", "test"): 1}, {}]


def test_what_is_told_along_comes_before_the_answers_and_nothing_of_what_failed(database_url):
    async def main():
        db, order = Database(database_url), []

        def put_and_tell(session, name):
            put(session, name, 1)
            wake(session, "fact", name, f"news of {name}")

        async def written(name):
            await db.write(put_and_tell, name)
            order.append("answer")

        db.start(lambda topics, found: order.extend(found.values()))
        try:
            await written("test1")
            told, order[:] = list(order), []
            again = [db.write(put_and_tell, "test1"), db.write(put, "test2", 1)]
            assert isinstance((await asyncio.gather(*again, return_exceptions=True))[0], Exception)
        finally:
            await db.stop()
        return told, order

    assert asyncio.run(main()) == (["news of test1", "answer"], [])


def test_one_failure_in_a_batch_costs_only_itself(run):
    async def story(db, heard):
        names = [f"test{n}" for n in range(50)] + ["test7"]
        outcomes = await asyncio.gather(*(db.write(put, name, 1) for name in names), return_exceptions=True)
        assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 1
        assert await db.read(count) == 50

    run(story)


def test_a_poisoned_row_of_many_costs_only_itself(run):
    async def story(db, heard):
        names = [f"test{n}" for n in range(50)] + ["test7"]
        outcomes = await asyncio.gather(*(db.write_many(put_all, name) for name in names), return_exceptions=True)
        assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 1
        assert await db.read(count) == 50

    run(story)


def test_what_waits_is_committed_together(run):
    async def story(db, heard):
        batches = []
        commit = db._writer._commit
        db._writer._commit = lambda batch: batches.append(len(batch)) or commit(batch)
        await asyncio.gather(*(db.write_many(put_all, f"test{n}") for n in range(300)))
        assert len(batches) <= 3
        assert await db.read(count) == 300

    run(story)


def test_waiters_hear_after_the_commit_and_not_of_what_failed(run):
    async def story(db, heard):
        await db.write(put, "test1", 1)
        with pytest.raises(IntegrityError):
            await db.write(put, "test1", 1)
        assert heard == [("fact", "test1")]

    run(story)


def test_too_many_waiting_writes_are_refused_and_the_others_done(run, monkeypatch):
    monkeypatch.setattr(writer, "WAITING_WRITES", 10)
    held = threading.Event()

    async def story(db, heard):
        first = asyncio.ensure_future(db.write(lambda session: held.wait(5)))
        await asyncio.sleep(0.05)
        waiting = [asyncio.ensure_future(db.write(put, f"test{n}", 1)) for n in range(10)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await db.write(put, "test99", 1)
        held.set()
        await asyncio.gather(first, *waiting)
        assert await db.read(count) == 10

    run(story)


def test_a_caller_that_has_gone_disturbs_nobody(run):
    async def story(db, heard):
        gone = asyncio.ensure_future(db.write(put, "test1", 1))
        await asyncio.sleep(0)
        gone.cancel()
        assert await db.write(put, "test2", 2) == 2
        assert await db.read(count) == 2

    run(story)


def test_stopping_writes_what_was_queued(run, database_url):
    async def story(db, heard):
        for n in range(20):
            asyncio.ensure_future(db.write(put, f"test{n}", 1))  # noqa: RUF006  # its end is what is tested
        await asyncio.sleep(0)

    run(story)
    with closing(Database(database_url)) as db, db.session() as session:
        assert count(session) == 20
