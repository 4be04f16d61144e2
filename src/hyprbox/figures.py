"""Counts over everything: of a small fleet counted each time, of a large one now and then, and shown in between.

A large one's are counted again behind the back of who asks, once for all: nobody waits for what a million rows say.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy.orm import Session

from hyprbox.db import Database
from hyprbox.errors import note

P = ParamSpec("P")
R = TypeVar("R")

LARGE = 10_000  # nodes
FRESH_SECONDS = 5.0
STALE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Known:
    value: object
    at: float


class Figures:
    def __init__(self, db: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._db, self._monotonic = db, monotonic
        self._known: dict[str, Known] = {}
        self._counting: dict[str, asyncio.Task[object]] = {}
        self.nodes = 0

    async def read(self, name: str, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`name` stands for the work and what matters of its arguments. Some seconds old when the fleet is large."""
        if self.nodes < LARGE:
            return await self._db.read(work, *args, **kwargs)
        known, now = self._known.get(name), self._monotonic()
        if known and now - known.at < FRESH_SECONDS:
            return cast(R, known.value)
        counting = self._counting.get(name) or self._count(name, work, *args, **kwargs)
        if known and now - known.at < STALE_SECONDS:
            return cast(R, known.value)
        return cast(R, await asyncio.shield(counting))

    def counting(self) -> list[asyncio.Task[object]]:
        return list(self._counting.values())

    def _count(self, name: str, work: Callable[..., object], *args: Any, **kwargs: Any) -> asyncio.Task[object]:
        async def count() -> object:
            try:
                value = await self._db.read(work, *args, **kwargs)
                self._known[name] = Known(value, self._monotonic())
                return value
            finally:
                del self._counting[name]

        task = self._counting[name] = asyncio.create_task(count())
        task.add_done_callback(_told)
        return task


def _told(task: asyncio.Task[object]) -> None:
    if not task.cancelled() and isinstance(error := task.exception(), Exception):
        note(error, "counting")
