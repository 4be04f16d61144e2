"""Writes of many callers share a transaction.

A single thread takes what has gathered, runs it with a savepoint each, commits, and only then answers. Durable before
the answer, one fsync for many. Where two processes work on the same rows in another order, the database ends what one
of them does: that is tried again by itself, once nothing else of its batch stands in the way.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from hyprbox.meter import Meter

Topic = tuple[str, str]
Work = Callable[[Session], Any]
Together = Callable[[Session, list[Any]], list[Any] | None]
Published = Callable[[Sequence[Topic], dict[Topic, Any]], None]

WAITING_WRITES = 4096
GATHER_SECONDS = 0.01  # so long whoever can waits for others, unless there are
ENOUGH = 16  # of those who wait: a commit of so many costs each of them a tenth of what it would cost one
TRIES = 5
AFTER_YOU_SECONDS = 0.05  # or the same row is taken again before the other has woken up
GIVEN_WAY = {"40P01", "40001"}  # the SQLSTATEs of a deadlock and of work that others were in the way of


class Busy(Exception):
    """More writes wait than the queue holds."""


class Single:
    __slots__ = ("future", "run")
    future: asyncio.Future[Any]

    def __init__(self, run: Work) -> None:
        self.run = run


class Many:
    """`work` is given the items of many, and gives an answer for each, or nothing."""

    __slots__ = ("future", "item", "work")
    future: asyncio.Future[Any]

    def __init__(self, work: Together, item: Any) -> None:
        self.work, self.item = work, item

    def run(self, session: Session) -> Any:
        return (self.work(session, [self.item]) or [None])[0]


Task = Single | Many
Outcome = tuple[Task, Any, Exception | None]
Committed = tuple[list[Outcome], list[Topic], dict[Topic, Any]]


class Writer:
    """The loop gathers what comes while the thread commits; the thread never waits for more."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        published: Published,
        tell: Callable[[Sequence[Topic]], None] | None,
        ahead: Callable[[Session], dict[Topic, Any]],
        meter: Meter,
    ) -> None:
        self._sessions, self._published, self._tell, self._meter = sessions, published, tell, meter
        self._ahead = ahead
        self._loop = asyncio.get_running_loop()
        self.waiting: list[Task] = []
        self._at_work = self._hurried = False
        self._gathering: asyncio.TimerHandle | None = None
        self._batches: queue.SimpleQueue[list[Task] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="write", daemon=True)
        self._thread.start()

    def add(self, task: Task, *, patient: bool = False) -> asyncio.Future[Any]:
        """A `patient` one shares a commit with what comes in the next few milliseconds."""
        if len(self.waiting) >= WAITING_WRITES:
            raise Busy
        task.future = self._loop.create_future()  # asking which loop runs would cost a system call each time
        self.waiting.append(task)
        self._hurried |= not patient
        if not self._at_work:
            if self._is_time():
                self._at_work = True
                self._loop.call_soon(self._hand_over)  # with all else that this turn of the loop brings
            else:
                self._gather()
        return task.future

    async def stop(self) -> None:
        while self.waiting or self._at_work:
            await asyncio.sleep(0.005)
        self._batches.put(None)
        await asyncio.to_thread(self._thread.join)

    def _is_time(self) -> bool:
        return self._hurried or len(self.waiting) >= ENOUGH

    def _gather(self) -> None:
        if self._gathering is None:
            self._gathering = self._loop.call_later(GATHER_SECONDS, self._hand_over)

    def _hand_over(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        if not self.waiting:  # both the timer and somebody in a hurry asked for it
            return
        batch, self.waiting = self.waiting, []
        self._at_work, self._hurried = True, False
        self._batches.put(batch)

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            with self._meter.timed("commit"):
                outcomes, topics, found = self._commit(batch)
            self._loop.call_soon_threadsafe(self._answer, outcomes, topics, found)
            if topics and self._tell:
                self._tell(topics)

    def _commit(self, batch: list[Task]) -> Committed:
        """Whoever had to give way has left nothing behind, so it is done again as if for the first time."""
        committed = self._try(batch)
        for _ in range(TRIES - 1):
            for n, (task, _, error) in enumerate(committed[0]):
                if _had_to_give_way(error):
                    time.sleep(AFTER_YOU_SECONDS)
                    committed = _and(committed, n, self._commit_alone(task))
        return committed

    def _try(self, batch: list[Task]) -> Committed:
        try:
            if (together := _of_one_kind(batch)) is not None:
                return self._commit_together(together)
        except Exception:  # one of them is poisoned, or the commit failed: below each is tried by itself
            pass
        if len(batch) == 1:
            return self._commit_alone(batch[0])
        try:
            with self._sessions.begin() as session:
                outcomes = _run_all(session, batch)
                found = self._ahead(session)
            return outcomes, session.info.get("topics", []), found
        except Exception as error:  # the commit itself failed: nobody's work is durable
            return [(task, None, error) for task in batch], [], {}

    def _commit_together(self, batch: list[Many]) -> Committed:
        """The usual case under load: nothing but heartbeats, or reports, which need no savepoint of their own."""
        with self._sessions.begin() as session:
            outcomes = _outcomes(batch, batch[0].work(session, [task.item for task in batch]))
            found = self._ahead(session)
        return outcomes, session.info.get("topics", []), found

    def _commit_alone(self, task: Task) -> Committed:
        """Its failure is nobody else's: it needs no savepoint."""
        try:
            with self._sessions.begin() as session:
                result = task.run(session)
                found = self._ahead(session)
            return [(task, result, None)], session.info.get("topics", []), found
        except Exception as error:
            return [(task, None, error)], [], {}

    def _answer(self, outcomes: list[Outcome], topics: list[Topic], ahead: dict[Topic, Any]) -> None:
        self._at_work = False
        if self._is_time():
            self._hand_over()
        elif self.waiting:
            self._gather()
        if ahead:  # first: they can begin at once, while those who have to ask would only be in the way of the answers
            self._published(list(ahead), ahead)
        for task, result, error in outcomes:
            if task.future.done():  # its caller has gone
                continue
            if error is None:
                task.future.set_result(result)
            else:
                task.future.set_exception(error)
        if others := [topic for topic in topics if topic not in ahead]:
            self._published(others, {})


def _had_to_give_way(error: Exception | None) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in GIVEN_WAY


def _and(committed: Committed, n: int, again: Committed) -> Committed:
    """What was found before of a topic is not all any more when it was touched again."""
    outcomes, topics, found = committed
    left = {topic: what for topic, what in found.items() if topic not in again[1]}
    return [*outcomes[:n], *again[0], *outcomes[n + 1 :]], [*topics, *again[1]], left | again[2]


def _of_one_kind(batch: list[Task]) -> list[Many] | None:
    many = [task for task in batch if isinstance(task, Many)]
    return many if len(many) == len(batch) and len({task.work for task in many}) == 1 else None


def _run_all(session: Session, batch: list[Task]) -> list[Outcome]:
    together: dict[Any, list[Many]] = {}
    outcomes: list[Outcome] = []
    for task in batch:
        if isinstance(task, Many):
            together.setdefault(task.work, []).append(task)
        else:
            outcomes.append(_run_one(session, task))
    for work, tasks in together.items():
        outcomes += _run_together(session, work, tasks)
    return outcomes


def _run_together(session: Session, work: Together, tasks: list[Many]) -> list[Outcome]:
    try:
        return _outcomes(tasks, _attempt(session, lambda inner: work(inner, [task.item for task in tasks])))
    except Exception:  # one poisoned row must cost only itself
        return [_run_one(session, task) for task in tasks]


def _outcomes(tasks: list[Many], answers: list[Any] | None) -> list[Outcome]:
    return [(task, answer, None) for task, answer in zip(tasks, answers or repeat(None), strict=False)]


def _run_one(session: Session, task: Task) -> Outcome:
    try:
        return task, _attempt(session, task.run), None
    except Exception as error:  # it belongs to this caller alone
        return task, None, error


def _attempt(session: Session, run: Work) -> Any:
    told = len(session.info.setdefault("topics", []))
    try:
        with session.begin_nested():
            return run(session)
    except BaseException:
        del session.info["topics"][told:]
        session.info["found"] = {}  # of whom it was is not known
        raise
    finally:
        session.expunge_all()  # what others commit meanwhile is to be seen by the next one, also of the same rows
