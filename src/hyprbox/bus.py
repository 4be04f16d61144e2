"""Wake-ups from one process to the others, over PostgreSQL's NOTIFY.

They are told after the commit, in a transaction of their own: inside the one of the change they would halve the rate of
commits. What every heartbeat touches is told twice a second, by the thread that listens: each NOTIFY is a transaction.
A lost one costs some seconds, never a job: who waits also looks by itself now and then.
"""

import asyncio
import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence

import psycopg
from sqlalchemy import URL, Engine

from hyprbox.seldom import Seldom
from hyprbox.writer import Topic

seldom = Seldom(logging.getLogger("hyprbox"))

CHANNEL = "hyprbox"
LARGEST_PAYLOAD = 7000  # PostgreSQL takes 8000 bytes
RETRY_SECONDS = 1.0
QUIET_SECONDS = 5.0
GENTLE = {("fleet", "nodes"), ("fleet", "findings")}
NOTIFY = "SELECT set_config('synchronous_commit', 'off', true), pg_notify(%s, %s)"  # a hint is worth no wait for a disk


class Bus:
    """`heard` is called in the event loop with the topics of others, and with None when some may have been missed."""

    def __init__(self, url: URL, heard: Callable[[Sequence[Topic] | None], None]) -> None:
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._me = secrets.token_hex(4)
        self._stopping = threading.Event()
        self._gentle: set[Topic] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._listen, name="listen", daemon=True)
        self._thread.start()

    def tell(self, engine: Engine, topics: Sequence[Topic]) -> None:
        """Called in the writers' threads."""
        with self._lock:
            self._gentle.update(GENTLE.intersection(topics))
        urgent = [topic for topic in topics if topic not in GENTLE]
        if not urgent:
            return
        try:
            with engine.begin() as connection:
                for payload in payloads(self._me, urgent):
                    connection.exec_driver_sql(NOTIFY, (CHANNEL, payload))
        except Exception:
            seldom.error("other processes could not be told of a change", "they will see it in some seconds")

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(QUIET_SECONDS * 2)

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._say(None)
                    self._hear(connection)
            except psycopg.Error as error:
                seldom.error("the connection for wake-ups was lost, tried again", str(error).strip())
                self._stopping.wait(RETRY_SECONDS)

    def _hear(self, connection: psycopg.Connection) -> None:
        while not self._stopping.is_set():
            for notify in connection.notifies(timeout=QUIET_SECONDS / 10):
                sender, topics = read(notify.payload)
                if sender != self._me:
                    self._say(topics)
                if self._stopping.is_set():
                    return
            self._tell_gently(connection)

    def _tell_gently(self, connection: psycopg.Connection) -> None:
        with self._lock:
            topics, self._gentle = sorted(self._gentle), set()
        if topics:
            for payload in payloads(self._me, topics):
                connection.execute(NOTIFY, (CHANNEL, payload))

    def _say(self, topics: Sequence[Topic] | None) -> None:
        if not self._stopping.is_set():
            self._loop.call_soon_threadsafe(self._heard, topics)


def payloads(sender: str, topics: Sequence[Topic]) -> Iterator[str]:
    """As few as fit: each begins with its sender, then a line for each topic. Names hold no line breaks."""
    lines, size = [sender], len(sender)
    for kind, name in dict.fromkeys(topics):
        line = f"{kind} {name}"
        length = len(line.encode()) + 1
        if size + length > LARGEST_PAYLOAD and len(lines) > 1:
            yield "\n".join(lines)
            lines, size = [sender], len(sender)
        lines.append(line)
        size += length
    yield "\n".join(lines)


def read(payload: str) -> tuple[str, list[Topic]]:
    sender, *lines = payload.split("\n")
    topics = [(kind, name) for kind, _, name in (line.partition(" ") for line in lines)]
    return sender, topics
