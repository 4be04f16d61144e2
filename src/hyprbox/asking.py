"""Questions that many ask at the same time are read together."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from itertools import islice
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")

ASKED_AT_ONCE = 256  # so that telling their answers does not keep all others waiting


class Asking(Generic[K, R]):
    """Gathers questions of one kind while the answers to the ones before are being read."""

    def __init__(self, answers: Callable[[list[K]], Awaitable[dict[K, R]]]) -> None:
        self._answers = answers
        self._waiting: dict[K, list[asyncio.Future[R | None]]] = {}  # each who asks has one: he may go, others may not
        self._reading: asyncio.Task[None] | None = None

    async def ask(self, key: K) -> R | None:
        future: asyncio.Future[R | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(future)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return await future

    async def _read(self) -> None:
        while self._waiting:
            asked = dict(islice(self._waiting.items(), ASKED_AT_ONCE))
            for key in asked:
                del self._waiting[key]
            found, error = dict[K, R](), None
            try:
                found = await self._answers(list(asked))
            except Exception as raised:
                error = raised
            for key, futures in asked.items():
                for future in futures:
                    _tell(future, found.get(key), error)
        self._reading = None


def _tell(future: asyncio.Future[R | None], answer: R | None, error: Exception | None) -> None:
    if future.done():  # who asked has gone
        return
    if error is None:
        future.set_result(answer)
    else:
        future.set_exception(error)
        future.exception()  # who asked may be gone before he hears it; then nobody has to
