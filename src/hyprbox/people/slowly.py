"""Passwords are slow on purpose. Two at a time, off the event loop, and nobody waits behind more than a few.

Strangers stand at a desk of their own, and none of their networks takes more than a part of it: however many they are,
those who have been here before do not wait behind them.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from hyprbox.errors import TooMany
from hyprbox.pace import Pace
from hyprbox.people.places import Origin

R = TypeVar("R")
Args = TypeVarTuple("Args")

AT_ONCE = 2
WAITING = 20


class Desk:
    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, "password")
        self._busy = 0

    async def work(self, check: Callable[[*Args], R], *args: *Args) -> R:
        """TooMany when the queue is long: guessing must not cost those who know their password everything."""
        if self._busy >= AT_ONCE + WAITING:
            raise TooMany("too many people sign in at this moment, try again in a few seconds")
        self._busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, check, *args)
        finally:
            self._busy -= 1


desk, strangers = Desk(), Desk()
pace = Pace(5, 100)


def of(origin: Origin, knows_browser: bool) -> Desk:
    if knows_browser:
        return desk
    if not pace.allows(origin.network):
        raise TooMany("too many tries came from your network, try again in a minute")
    return strangers
