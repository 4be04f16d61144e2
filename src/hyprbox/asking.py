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
                found = await self._answers(list(asked))
            except Exception as error:  # everybody who asked is told
                for future in asked.values():
                    future.set_exception(error)
                    future.exception()  # who asked may have gone; then nobody has to hear of it
            else:
                for key, future in asked.items():
                    future.set_result(found.get(key))
        self._reading = None
