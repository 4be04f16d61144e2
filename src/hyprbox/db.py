"""The database. Work is a plain function of a session; here it gets its transaction.

Writes of many callers share one: a single thread drains the queue, runs all that waits with a savepoint each,
commits, and only then answers. Durable before the answer, one fsync for many.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from sqlalchemy import BigInteger, Connection, Dialect, Engine, TypeDecorator, create_engine, event, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import QueuePool

from hyprbox.clock import from_ms, to_ms
from hyprbox.meter import Meter

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
Topic = tuple[str, str]
Work = Callable[[Session], Any]
Tell = Callable[[Engine, Sequence[Topic]], None]
Ahead = Callable[[Session, Sequence[Topic]], dict[Topic, Any]]
Published = Callable[[Sequence[Topic], dict[Topic, Any]], None]

READERS = 4
WAITING_WRITES = 4096
KEY_FILE = "key_file"  # under this name a session knows with which key to seal
ASKED_AT_ONCE = 256  # so that telling their answers does not keep all others waiting


class Busy(Exception):
    """More writes wait than the queue holds."""


class UtcTime(TypeDecorator[datetime]):
    """Milliseconds since 1970, the same on both engines: SQLite forgets zones, and sums need none."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_ms(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_ms(value)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: UtcTime}  # noqa: RUF012  # SQLAlchemy reads it off the class


def wake(session: Session, kind: str, name: str) -> None:
    """After the commit, whoever waits for this topic goes on."""
    session.info.setdefault("topics", []).append((kind, name))


class Database:
    """Start it in the event loop that calls it; before that (and in commands) only `session` works."""

    def __init__(self, url: str, *, pooled: bool = False, key_file: Path | None = None) -> None:
        """`pooled`: between us and PostgreSQL stands a pooler, behind which no statement stays prepared.
        `key_file`: with which sessions seal what must not lie in clear.
        """
        self.url = make_url(url)
        self.engine = _engine(url, "BEGIN IMMEDIATE", 1 if self.is_sqlite else 2, pooled)
        self._readers = _engine(url, "BEGIN", READERS + 2, pooled)
        known = {KEY_FILE: key_file}
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, info=known)
        self._reading = sessionmaker(self._readers, expire_on_commit=False, info=known)
        self._asking: dict[Any, Asking[Any, Any]] = {}
        self.meter = Meter()

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    def session(self) -> Any:
        """A context: one transaction of a command, committed at its end."""
        return self._sessions.begin()

    def start(
        self,
        published: Published,
        tell: Callable[[Engine, Sequence[Topic]], None] | None = None,
        ahead: Ahead | None = None,
    ) -> None:
        """Which topics a commit has touched `published` hears in the event loop, `tell` in the writer's thread.

        `ahead` reads there, right after the commit, what those who wait for a topic would only come back to ask for.
        """
        self._pool = ThreadPoolExecutor(READERS, "read")
        self._first = ThreadPoolExecutor(1, "first")
        telling = tell and partial(tell, self.engine)
        looking = partial(self._look_ahead, ahead) if ahead else _nothing
        self._writer = Writer(self._sessions, published, telling, looking, self.meter)
        # Heartbeats wait for nobody's report: only SQLite has a single writer.
        many = self._writer if self.is_sqlite else Writer(self._sessions, published, telling, _nothing, self.meter)
        self._many = many

    def _look_ahead(self, ahead: Ahead, topics: Sequence[Topic]) -> dict[Topic, Any]:
        """A hint: without it whoever waits asks by himself."""
        try:
            with self._reading.begin() as session:
                return ahead(session, topics)
        except Exception:
            log.exception("looking ahead failed")
            return {}

    async def stop(self) -> None:
        """What was queued is still written."""
        await self._writer.stop()
        if self._many is not self._writer:
            await self._many.stop()
        self._pool.shutdown()
        self._first.shutdown()
        self.close()

    def close(self) -> None:
        self.engine.dispose()
        self._readers.dispose()

    async def read(self, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._read(self._pool, work, *args, **kwargs)

    async def read_first(self, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Of what everybody waits for: never behind the slow questions of a few."""
        return await self._read(self._first, work, *args, **kwargs)

    async def read_many(self, work: Callable[[Session, list[K]], dict[K, R]], key: K) -> R | None:
        """What callers ask of the same `work` at the same time reaches it as one list; None for what it leaves out."""
        asking = self._asking.get(work)
        if asking is None:
            asking = self._asking[work] = Asking(self, work)
        return await asking.ask(key)

    async def write(self, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Busy when too many wait."""
        done: R = await self._writer.add(Single(lambda session: work(session, *args, **kwargs)))
        return done

    async def write_many(self, work: Callable[[Session, list[T]], None], item: T) -> None:
        """What callers hand to the same `work` at the same time reaches it as one list."""
        await self._many.add(Many(work, item))

    @property
    def waiting(self) -> int:
        return sum(len(writer.waiting) for writer in {self._writer, self._many})

    async def _read(
        self, pool: ThreadPoolExecutor, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        def in_transaction() -> R:
            with self.meter.timed("read"), self._reading.begin() as session:
                return work(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(pool, in_transaction)


class Asking(Generic[K, R]):
    """Gathers questions of one kind while the answers to the ones before are being read."""

    def __init__(self, db: Database, work: Callable[[Session, list[K]], dict[K, R]]) -> None:
        self._db, self._work = db, work
        self._waiting: dict[K, asyncio.Future[R | None]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def ask(self, key: K) -> R | None:
        future = self._waiting.get(key)
        if future is None:
            future = self._waiting[key] = asyncio.get_running_loop().create_future()
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return await asyncio.shield(future)  # others may wait for the same

    async def _read(self) -> None:
        while self._waiting:
            asked = dict(islice(self._waiting.items(), ASKED_AT_ONCE))
            for key in asked:
                del self._waiting[key]
            try:
                found = await self._db.read(self._work, list(asked))
            except Exception as error:  # everybody who asked is told
                for future in asked.values():
                    future.set_exception(error)
                    future.exception()  # who asked may have gone; then nobody has to hear of it
            else:
                for key, future in asked.items():
                    future.set_result(found.get(key))
        self._reading = None


class Single:
    __slots__ = ("future", "run")

    def __init__(self, run: Work) -> None:
        self.run = run
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()


class Many:
    __slots__ = ("future", "item", "work")

    def __init__(self, work: Callable[[Session, list[Any]], None], item: Any) -> None:
        self.work, self.item = work, item
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def run(self, session: Session) -> None:
        self.work(session, [self.item])


Task = Single | Many
Outcome = tuple[Task, Any, Exception | None]


class Writer:
    """The loop gathers what comes while the thread commits; the thread never waits for more."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        published: Published,
        tell: Callable[[Sequence[Topic]], None] | None,
        ahead: Callable[[Sequence[Topic]], dict[Topic, Any]],
        meter: Meter,
    ) -> None:
        self._sessions, self._published, self._tell, self._meter = sessions, published, tell, meter
        self._ahead = ahead
        self._loop = asyncio.get_running_loop()
        self.waiting: list[Task] = []
        self._at_work = False
        self._batches: queue.SimpleQueue[list[Task] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="write", daemon=True)
        self._thread.start()

    def add(self, task: Task) -> asyncio.Future[Any]:
        if len(self.waiting) >= WAITING_WRITES:
            raise Busy
        self.waiting.append(task)
        if not self._at_work:
            self._hand_over()
        return task.future

    async def stop(self) -> None:
        while self.waiting or self._at_work:
            await asyncio.sleep(0.005)
        self._batches.put(None)
        await asyncio.to_thread(self._thread.join)

    def _hand_over(self) -> None:
        batch, self.waiting = self.waiting, []
        self._at_work = True
        self._batches.put(batch)

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            with self._meter.timed("commit"):
                outcomes, topics = self._commit(batch)
            self._loop.call_soon_threadsafe(self._answer, outcomes, topics, self._ahead(topics) if topics else {})
            if topics and self._tell:
                self._tell(topics)

    def _commit(self, batch: list[Task]) -> tuple[list[Outcome], list[Topic]]:
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
            return outcomes, session.info.get("topics", [])
        except Exception as error:  # the commit itself failed: nobody's work is durable
            return [(task, None, error) for task in batch], []

    def _commit_together(self, batch: list[Many]) -> tuple[list[Outcome], list[Topic]]:
        """The usual case under load: nothing but heartbeats, which need no savepoint of their own."""
        with self._sessions.begin() as session:
            batch[0].work(session, [task.item for task in batch])
        return [(task, None, None) for task in batch], session.info.get("topics", [])

    def _commit_alone(self, task: Task) -> tuple[list[Outcome], list[Topic]]:
        """Its failure is nobody else's: it needs no savepoint."""
        try:
            with self._sessions.begin() as session:
                result = task.run(session)
            return [(task, result, None)], session.info.get("topics", [])
        except Exception as error:
            return [(task, None, error)], []

    def _answer(self, outcomes: list[Outcome], topics: list[Topic], ahead: dict[Topic, Any]) -> None:
        self._at_work = False
        if self.waiting:
            self._hand_over()
        for task, result, error in outcomes:
            if task.future.done():  # its caller has gone
                continue
            if error is None:
                task.future.set_result(result)
            else:
                task.future.set_exception(error)
        if topics:
            self._published(topics, ahead)


def _nothing(topics: Sequence[Topic]) -> dict[Topic, Any]:
    return {}


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


def _run_together(session: Session, work: Callable[[Session, list[Any]], None], tasks: list[Many]) -> list[Outcome]:
    try:
        _attempt(session, lambda inner: work(inner, [task.item for task in tasks]))
        return [(task, None, None) for task in tasks]
    except Exception:  # one poisoned row must cost only itself
        return [_run_one(session, task) for task in tasks]


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
        raise


def _engine(url: str, begin: str, size: int, pooled: bool) -> Engine:
    """A connection that was lost is noticed when it is taken from the pool, not by the one whose work it would fail."""
    if url.startswith("sqlite"):
        engine = create_engine(url, poolclass=QueuePool, pool_size=size, max_overflow=0)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", lambda connection: _begin(connection, begin))
        return engine
    prepared = {"prepare_threshold": None} if pooled else {}
    return create_engine(url, pool_size=size, max_overflow=0, pool_pre_ping=True, connect_args=prepared)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by its own rules
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "cache_size=-32768",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _begin(connection: Connection, begin: str) -> None:
    connection.exec_driver_sql(begin)
