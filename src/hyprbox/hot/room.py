"""Room for large bodies: a few at a time, fewer of one node. The others wait, with what they send still on its way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from hyprbox.errors import Unavailable
from hyprbox.tokens.badge import Badge

T = TypeVar("T")

AT_ONCE = 8
OF_ONE_TOKEN = 2
SECONDS = 60  # half of what a request may take in all: whoever waits for a place still gets it


@dataclass(slots=True)
class Share:
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(OF_ONE_TOKEN))
    users: int = 0


class Room:
    def __init__(self) -> None:
        self._all = asyncio.Semaphore(AT_ONCE)
        self.shares: dict[tuple[str | None, str], Share] = {}

    @asynccontextmanager
    async def of(self, badge: Badge, address: str) -> AsyncIterator[None]:
        """A fleet-wide token is many nodes: there each address has its share, or one of them kept all others out."""
        who = badge.token_id, "" if badge.node_id else address
        share = self.shares.setdefault(who, Share())
        share.users += 1
        try:
            async with share.places, self._all:
                yield
        finally:
            share.users -= 1
            if not share.users:
                del self.shares[who]


async def in_time(body: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(SECONDS):
            return await body
    except TimeoutError:
        raise Unavailable(f"the body was not whole after {SECONDS} seconds, expected a faster one") from None
