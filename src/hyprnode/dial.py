"""Connects to the fastest of a host's addresses: IPv6 and IPv4 are raced (RFC 8305), the winner is remembered."""

import errno
import os
import selectors
import socket
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import Any

CONNECT_SECONDS = 10
HEAD_START = 0.25  # what RFC 8305 gives an address before the next one may try

Address = tuple[int, Any]  # family and what connect() takes


@dataclass
class Dialer:
    host: str
    port: int
    winner: Address | None = None

    def open(self) -> socket.socket:
        """OSError is that of the last address that failed."""
        addresses = alternate(resolve(self.host, self.port))
        if self.winner in addresses:
            addresses.sort(key=lambda address: address != self.winner)
        connected, self.winner = race(addresses)
        connected.setblocking(True)
        keep_alive(connected)
        return connected


def keep_alive(connected: socket.socket) -> None:
    """Between two heartbeats a router forgets a silent connection, and says so to nobody."""
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if sys.platform == "linux":
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4)


def resolve(host: str, port: int) -> list[Address]:
    found = socket.getaddrinfo(in_ascii(host), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((int(family), address) for family, _, _, _, address in found))


def in_ascii(host: str) -> bytes:
    """As bytes, since Python has each name that is text go through its IDNA codec, and a megabyte of tables with it."""
    return host.encode("ascii" if host.isascii() else "idna")


def alternate(addresses: Iterable[Address]) -> list[Address]:
    """The resolver's order, families by turns, so that one that is cut off costs one head start."""
    addresses = list(addresses)
    first = [address for address in addresses if address[0] == addresses[0][0]]
    second = [address for address in addresses if address[0] != addresses[0][0]]
    return [address for address in chain(*zip_longest(first, second)) if address is not None]


def race(addresses: list[Address], seconds: float = CONNECT_SECONDS) -> tuple[socket.socket, Address]:
    runners = _Race(addresses, time.monotonic() + seconds)
    try:
        return runners.winner()
    finally:
        runners.go_home()


@dataclass
class _Race:
    waiting: list[Address]
    deadline: float
    running: dict[int, tuple[socket.socket, Address]] = field(default_factory=dict)
    finish: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    next_start: float = 0
    error: OSError = field(default_factory=lambda: OSError("no address"))

    def winner(self) -> tuple[socket.socket, Address]:
        while self.waiting or self.running:
            self._start_next()
            for key, _ in self.finish.select(self._patience()):
                if won := self._arrived(key.fd):
                    return won
            if time.monotonic() >= self.deadline:
                raise TimeoutError("connection timed out")
        raise self.error

    def _start_next(self) -> None:
        now = time.monotonic()
        if not self.waiting or (self.running and now < self.next_start):
            return
        family, address = self.waiting.pop(0)
        self.next_start = now + HEAD_START
        try:
            self._run(family, address)
        except OSError as error:  # no such family in this kernel, no route
            self.error = error
            self.next_start = 0

    def _run(self, family: int, address: Any) -> None:
        runner = socket.socket(family, socket.SOCK_STREAM)
        runner.setblocking(False)
        code = runner.connect_ex(address)
        if code not in (0, errno.EINPROGRESS):
            runner.close()
            raise OSError(code, os.strerror(code))
        self.running[runner.fileno()] = (runner, (family, address))
        self.finish.register(runner, selectors.EVENT_WRITE)

    def _patience(self) -> float:
        until = min(self.deadline, self.next_start) if self.waiting else self.deadline
        return max(0.0, until - time.monotonic()) if self.running else 0

    def _arrived(self, number: int) -> tuple[socket.socket, Address] | None:
        runner, address = self.running.pop(number)
        self.finish.unregister(runner)
        code = runner.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code == 0:
            return runner, address
        runner.close()
        self.error = OSError(code, os.strerror(code))
        self.next_start = 0
        return None

    def go_home(self) -> None:
        for runner, _ in self.running.values():
            runner.close()
        self.finish.close()
