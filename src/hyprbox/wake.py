"""Who waits for what: held polls for a node's jobs, held pings for a cancel, live output, live pages.

A wake-up is a hint, never the truth: who waits looks at the rows again.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from hyprbox.writer import Topic

AT_ONCE = 256
KEPT, KEPT_SECONDS = 32, 2.0  # what was found for nobody: who has queued a job comes back at once to follow it


class Ear:
    """Hears one topic. `replaced` when a newer one took its place; `found` is what was read ahead for who waits."""

    __slots__ = ("_future", "_rung", "found", "replaced")

    def __init__(self) -> None:
        self.found: Any = None
        self._rung = False
        self._future: asyncio.Future[None] | None = None
        self.replaced = False

    def ring(self, found: Any = None) -> None:
        self._rung = True
        self.found = found
        if self._future and not self._future.done():
            self._future.set_result(None)

    async def wait(self, seconds: float) -> bool:
        """True when it rang since the last wait, False after `seconds` of silence."""
        if not self._rung and seconds > 0:
            loop = asyncio.get_running_loop()
            self._future = loop.create_future()
            timer = loop.call_later(seconds, _end, self._future)
            try:
                await self._future
            finally:
                timer.cancel()
                self._future = None
        rung, self._rung = self._rung, False
        return rung


def _end(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class Wake:
    def __init__(self) -> None:
        self._ears: dict[Topic, list[Ear]] = {}
        self._due: deque[tuple[Topic, Any]] = deque()
        self._left = AT_ONCE  # how many more are woken in this turn of the loop
        self._kept: dict[Topic, tuple[float, Any]] = {}
        self.news: Counter[str] = Counter()
        self.closing = False

    @contextmanager
    def listen(self, kind: str, name: str, *, alone: bool = False) -> Iterator[Ear]:
        """`alone`: only the newest listener of a topic counts; older ones are told that they are replaced."""
        ear = Ear()
        ears = self._ears.setdefault((kind, name), [])
        if alone:
            for older in ears:
                older.replaced = True
                older.ring()
        else:
            ear.found = self._take_kept((kind, name))
        ears.append(ear)
        try:
            yield ear
        finally:
            ears.remove(ear)
            if not ears and self._ears.get((kind, name)) is ears:
                del self._ears[kind, name]

    def publish(self, topics: Iterable[Topic], found: Mapping[Topic, Any] = MappingProxyType({})) -> None:
        """However many are told of at once, and by however many others: a few are woken, then heartbeats answered."""
        self._due.extend((topic, found.get(topic)) for topic in dict.fromkeys(topics))
        self._ring()

    def _ring(self) -> None:
        if self._left == AT_ONCE and self._due:
            asyncio.get_running_loop().call_soon(self._next_turn)
        while self._due and self._left:
            self._left -= 1
            topic, found = self._due.popleft()
            if topic[0] == "fleet":  # counted, so that who looked before listening can tell that it missed something
                self.news[topic[1]] += 1
            self._kept.pop(topic, None)  # is not all any more
            if topic not in self._ears and found is not None:
                self._keep(topic, found)
            for ear in tuple(self._ears.get(topic, ())):
                ear.ring(found)

    def _keep(self, topic: Topic, found: Any) -> None:
        self._kept[topic] = asyncio.get_running_loop().time(), found
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]

    def _take_kept(self, topic: Topic) -> Any:
        at, found = self._kept.pop(topic, (0.0, None))
        return found if at and asyncio.get_running_loop().time() - at < KEPT_SECONDS else None

    def _next_turn(self) -> None:
        self._left = AT_ONCE
        self._ring()

    def is_heard(self, topic: Topic) -> bool:
        return topic in self._ears

    def close(self) -> None:
        """The server stops: everybody who waits is to answer now."""
        self.closing = True
        self.publish(self.topics())

    def topics(self) -> list[Topic]:
        """Everything that somebody waits for."""
        return list(self._ears)

    def __len__(self) -> int:
        return sum(map(len, self._ears.values()))
