"""The database. Work is a plain function of a session; here it gets its transaction."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec
from sqlalchemy import BigInteger, Dialect, Engine, TypeDecorator, create_engine, event, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import QueuePool

from hyprbox.asking import Asking
from hyprbox.clock import from_ms, to_ms
from hyprbox.meter import Meter
from hyprbox.writer import Many, Published, Single, Topic, Writer

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
Tell = Callable[[Engine, Sequence[Topic]], None]
Ahead = Callable[[Session, Sequence[Topic]], dict[Topic, Any]]

READERS = 4
KEY_FILE = "key_file"  # under this name a session knows with which key to seal


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


def wake(session: Session, kind: str, name: str, found: Any = None) -> None:
    """After the commit, whoever waits for this topic goes on; `found` is what he would only come back to ask for."""
    session.info.setdefault("topics", []).append((kind, name))
    known = session.info.setdefault("found", {})
    known.pop((kind, name), None)  # what was found before this is not all any more
    if found is not None:
        known[kind, name] = found


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

        `ahead` reads there, right before the commit, what those who wait for a topic would only come back to ask for.
        """
        self._pool = ThreadPoolExecutor(READERS, "read")
        self._first = ThreadPoolExecutor(1, "first")
        telling = tell and partial(tell, self.engine)
        looking = partial(self._look_ahead, ahead)
        self._writer = Writer(self._sessions, published, telling, looking, self.meter)
        # Heartbeats wait for nobody's report: only SQLite has a single writer.
        apart = self._writer if self.is_sqlite else Writer(self._sessions, published, telling, _nothing, self.meter)
        self._apart = apart

    def _look_ahead(self, ahead: Ahead | None, session: Session) -> dict[Topic, Any]:
        """A hint: without it whoever waits asks by himself, and what was written is written all the same."""
        told: dict[Topic, Any] = session.info.get("found", {})
        if not ahead or not (topics := session.info.get("topics")):
            return told
        session.flush()
        try:
            return {**told, **ahead(session, topics)}
        except Exception:
            log.exception("looking ahead failed")
            return told

    async def stop(self) -> None:
        """What was queued is still written."""
        await self._writer.stop()
        if self._apart is not self._writer:
            await self._apart.stop()
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
            asking = self._asking[work] = Asking(lambda keys: self.read(work, keys))
        return await asking.ask(key)

    async def write(self, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Busy when too many wait."""
        done: R = await self._writer.add(Single(lambda session: work(session, *args, **kwargs)))
        return done

    def write_many(
        self, work: Callable[[Session, list[T]], list[R] | None], item: T, *, apart: bool = False
    ) -> Awaitable[R]:
        """What callers hand to the same `work` at the same time reaches it as one list, and its list are the answers.

        `apart`: where there may be several writers, by one that waits for nothing else; these are in no hurry.
        """
        return (self._apart if apart else self._writer).add(Many(work, item), patient=apart)

    @property
    def waiting(self) -> int:
        return sum(len(writer.waiting) for writer in {self._writer, self._apart})

    async def _read(
        self, pool: ThreadPoolExecutor, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        def in_transaction() -> R:
            with self.meter.timed("read"), self._reading.begin() as session:
                return work(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(pool, in_transaction)


def _nothing(session: Session) -> dict[Topic, Any]:
    return {}


def _engine(url: str, begin: str, size: int, pooled: bool) -> Engine:
    """A connection that was lost is noticed when it is taken from the pool, not by the one whose work it would fail."""
    if url.startswith("sqlite"):
        engine = create_engine(url, poolclass=QueuePool, pool_size=size, max_overflow=0, json_deserializer=_from_json)
        event.listen(engine, "connect", _prepare_sqlite)
        engine.dialect.do_begin = partial(_begin, begin)  # type: ignore[method-assign]  # a listener costs thrice as much
        return engine
    prepared = {"prepare_threshold": None} if pooled else {}
    return create_engine(
        url, pool_size=size, max_overflow=0, pool_pre_ping=True, connect_args=prepared, json_deserializer=_from_json
    )


def _from_json(text: str | bytes) -> Any:
    """Several times as fast as the standard library, which is asked about what is only JSON for Python."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return json.loads(text)


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


def _begin(begin: str, connection: Any) -> None:
    connection.execute(begin)
