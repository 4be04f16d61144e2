"""Connections that each send their next request when the last is answered: as many as fit, from one process."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import uvloop

CONNECTIONS = 256


@dataclass
class Result:
    """How many were answered with what status, and how long each took, in seconds."""

    statuses: dict[bytes, int] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    seconds: float = 0

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds

    def counted(self) -> str:
        return " ".join(f"{status.decode()}: {count}" for status, count in self.statuses.items())

    def percentile(self, share: float) -> float:
        return percentile(sorted(self.took), share)


def percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class Connection(asyncio.Protocol):
    """Answers must be small and come with a Content-Length."""

    def __init__(self, requests: Iterator[bytes], result: Result, until: float, ended: Callable[[], None]) -> None:
        self._requests, self._result, self._until, self._ended = requests, result, until, ended
        self._buffer = b""

    async def connect(self, port: int) -> None:
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, gap, body = self._buffer.partition(b"\r\n\r\n")
        if not gap or len(body) < _length(head):
            return
        self._buffer = b""
        if self.answered(head[9:12]):
            self._send()
        else:
            self._transport.close()

    def answered(self, status: bytes) -> bool:
        """Whether to send another one."""
        now = time.perf_counter()
        self._result.statuses[status] = self._result.statuses.get(status, 0) + 1
        self._result.took.append(now - self._sent)
        return now < self._until

    def connection_lost(self, error: Exception | None) -> None:
        self._ended()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(next(self._requests))


def hammer(
    port: int,
    requests: Callable[[int], Iterator[bytes]],
    connections: int,
    seconds: float,
    kind: type[Connection] = Connection,
) -> Result:
    """`requests` gives each connection its own."""

    async def main() -> Result:
        result, open_ones = Result(), connections
        done = asyncio.Event()

        def ended() -> None:
            nonlocal open_ones
            open_ones -= 1
            if not open_ones:
                done.set()

        start = time.perf_counter()
        for number in range(connections):
            await kind(requests(number), result, start + seconds, ended).connect(port)
        await done.wait()
        result.seconds = time.perf_counter() - start
        return result

    gc.disable()  # a pause of ours would be counted as one of the server's
    try:
        return uvloop.run(main())
    finally:
        gc.enable()


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"content-length:")
    return int(lower[at + 15 : lower.find(b"\r\n", at) if b"\r\n" in lower[at:] else None]) if at >= 0 else 0
