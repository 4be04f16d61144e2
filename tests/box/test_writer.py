"""Writes of many share one transaction: durable before the answer, and nobody pays for another's mistake."""

import asyncio
import threading
from contextlib import closing

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from hyprbox import writer
from hyprbox.audit import store as audit
from hyprbox.db import Database, wake
from hyprbox.errors import Conflict
from hyprbox.facts.model import Fact
from hyprbox.writer import Busy
from tests.cast import NOON


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


async def some_turns():
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def endless(monkeypatch):
    """Who is in no hurry waits for as long as a test takes, unless others come."""
    monkeypatch.setattr(writer, "GATHER_SECONDS", 600)


def test_who_is_in_no_hurry_shares_a_commit_with_who_comes_later(run, monkeypatch):
    monkeypatch.setattr(writer, "GATHER_SECONDS", 0.5)

    async def story(db, heard):
        batches = []
        commit = db._apart._commit
        db._apart._commit = lambda batch: batches.append(len(batch)) or commit(batch)
        first = [asyncio.ensure_future(db.write_many(put_all, f"test{n}", apart=True)) for n in range(2)]
        await some_turns()
        assert batches == []
        await asyncio.gather(*first, db.write_many(put_all, "test9", apart=True))
        assert batches == [3]

    run(story)


def test_who_is_in_a_hurry_takes_along_who_waits(run, endless):
    async def story(db, heard):
        patient = db._writer.add(writer.Many(put_all, "test1"), patient=True)
        await some_turns()
        assert await db.write(put, "test2", 1) == 1
        assert patient.done()
        assert await db.read(count) == 2

    run(story)


def test_enough_of_those_who_wait_wait_no_longer(run, endless):
    async def story(db, heard):
        few = [db.write_many(put_all, f"test{n}", apart=True) for n in range(writer.ENOUGH - 1)]
        await some_turns()
        assert not any(each.done() for each in few)
        await asyncio.gather(*few, db.write_many(put_all, "test99", apart=True))
        await asyncio.gather(*(db.write_many(put_all, f"test1{n:03}", apart=True) for n in range(writer.ENOUGH * 3)))
        assert await db.read(count) == writer.ENOUGH * 4

    run(story)


def test_stopping_writes_what_still_waits(run, database_url):
    async def story(db, heard):
        return db.write_many(put_all, "test1", apart=True)

    assert run(story).done()
    with closing(Database(database_url)) as db, db.session() as session:
        assert count(session) == 1


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


def note(session, name):
    audit.record(session, NOON, "ada", "fact.put", name)


def add(session, name):
    session.execute(text("UPDATE facts SET value = value + 1 WHERE name = :name"), {"name": name})
    wake(session, "fact", name)


def test_of_two_processes_in_each_others_way_both_come_through(postgres_databases):
    """One has the audit log and wants the row, the other has the row and wants the audit log."""
    url, both_have_one = postgres_databases.fresh(), threading.Barrier(2)
    tries, heard = [], []

    def in_order(session, *steps):
        tries.append(steps)
        for n, step in enumerate(steps):
            step(session, "test")
            if n == 0 and len(tries) <= 2:
                both_have_one.wait(30)

    async def main():
        one, two = Database(url), Database(url)
        for db in (one, two):
            db.start(lambda topics, found: heard.extend(topics))
        try:
            await one.write(put, "test", 0)
            await asyncio.gather(one.write(in_order, note, add), two.write(in_order, add, note))
            return await one.read(count_of_all), await one.read(audit.first_broken)
        finally:
            await one.stop()
            await two.stop()

    try:
        assert asyncio.run(main()) == ((2, 2), None)
        assert len(tries) >= 3
        assert heard == [("fact", "test")] * 3
    finally:
        postgres_databases.drop(url)


def test_who_had_to_give_way_in_a_batch_is_tried_again_when_that_is_done(postgres_databases):
    """The row that the other wants was changed by an earlier one of the same batch: giving way alone would not do."""
    url, both_have_one, held = postgres_databases.fresh(), threading.Barrier(2), threading.Event()
    tries = []

    def meet(session, name):
        tries.append(name)
        if len(tries) <= 2:
            both_have_one.wait(30)

    def of_the_other(session):
        add(session, "test2")
        meet(session, "two")
        add(session, "test1")

    def wants_what_the_other_has(session):
        meet(session, "one")
        add(session, "test2")

    async def main():
        one, two = Database(url), Database(url)
        for db in (one, two):
            db.start(lambda topics, found: None)
        try:
            for name in ("test1", "test2"):
                await one.write(put, name, 0)
            first = asyncio.ensure_future(one.write(lambda session: held.wait(30)))
            await asyncio.sleep(0)  # what comes now waits for it, and so becomes one batch
            batch = [one.write(add, "test1"), one.write(wants_what_the_other_has), one.write(add, "test3")]
            together = asyncio.gather(first, two.write(of_the_other), *batch)
            await asyncio.sleep(0)
            held.set()
            await together
            return await one.read(values)
        finally:
            await one.stop()
            await two.stop()

    try:
        assert asyncio.run(main()) == {"test1": 2, "test2": 2}
        assert len(tries) >= 3
    finally:
        postgres_databases.drop(url)


@pytest.mark.parametrize("fails", [False, True], ids=["after one that went well", "after one that failed"])
def test_who_comes_later_in_a_batch_sees_what_others_have_committed_meanwhile(postgres_databases, fails):
    """Not the row as an earlier one of the same batch has read it: that one may have been anybody's."""
    url, held, has_read, is_changed = (postgres_databases.fresh(), *(threading.Event() for _ in range(3)))

    def read_and_wait(session):
        found = session.get_one(Fact, "test1")
        has_read.set()
        is_changed.wait(30)
        if fails:
            raise Conflict(f"found {found.value}")
        return found  # which its caller is to have, and so it is kept

    def read_again(session):
        return session.scalars(select(Fact).where(Fact.name == "test1")).one().value

    async def main():
        one, two = Database(url), Database(url)
        one.start(lambda topics, found: None)
        try:
            await one.write(put, "test1", 0)
            first = asyncio.ensure_future(one.write(lambda session: held.wait(30)))
            await asyncio.sleep(0)  # what comes now waits for it, and so becomes one batch
            work = (first, one.write(read_and_wait), one.write(read_again))
            batch = asyncio.gather(*work, return_exceptions=True)
            await asyncio.sleep(0)
            held.set()
            await asyncio.to_thread(has_read.wait, 30)
            with two.session() as session:
                add(session, "test1")
            is_changed.set()
            return (await batch)[-1]
        finally:
            await one.stop()
            two.close()

    try:
        assert asyncio.run(main()) == 1
    finally:
        postgres_databases.drop(url)


def count_of_all(session):
    return session.scalar(text("SELECT value FROM facts WHERE name = 'test'")), len(audit.page(session, None, 10))


def values(session):
    return dict(session.execute(text("SELECT name, value FROM facts WHERE name LIKE 'test%'")).all())


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
