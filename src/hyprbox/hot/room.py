"""Room for large bodies: a few at a time, fewer of one token. The others wait, with what they send still on its way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hyprbox.tokens.badge import Badge

AT_ONCE = 8
OF_ONE_TOKEN = 2


class Room:
    def __init__(self) -> None:
        self._all = asyncio.Semaphore(AT_ONCE)
        self._of: dict[str | None, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def of(self, badge: Badge) -> AsyncIterator[None]:
        own = self._of.setdefault(badge.token_id, asyncio.Semaphore(OF_ONE_TOKEN))
        async with own, self._all:
            yield
