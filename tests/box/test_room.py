"""Large bodies are taken a few at a time, and who dawdles with one keeps nobody else out."""

import asyncio
import socket
from contextlib import ExitStack
from dataclasses import asdict
from urllib.parse import urlsplit

import pytest

from hyprbox.errors import Unavailable
from hyprbox.hot import room
from hyprbox.hot.room import OF_ONE_TOKEN, Room
from hyprbox.tokens.badge import Badge
from tests.cast import BEAT

LARGE = {"type": "t.x", "key": "k", "severity": "INFO", "message": "m" * 9000}
FLEET = Badge("fleet", None)


def test_who_dawdles_with_a_fleet_wide_token_keeps_no_other_node_out(server, fleet):
    host, port = urlsplit(server.url).hostname, urlsplit(server.url).port
    head = "POST /api/findings HTTP/1.1\r\nhost: {}\r\nauthorization: {}\r\ncontent-length: 99999\r\n\r\n{{"
    with ExitStack() as stack:
        for _ in range(OF_ONE_TOKEN + 1):
            slow = stack.enter_context(socket.create_connection((host, port), source_address=("127.0.0.2", 0)))
            slow.sendall(head.format(host, fleet.headers["authorization"]).encode())

        fleet.post("/api/heartbeat", json=asdict(BEAT))
        findings = [LARGE | {"key": str(n)} for n in range(9)]
        answered = fleet.post("/api/findings", json={"nodeId": "eu-1", "findings": findings}, timeout=15)
    assert answered.status_code == 200


def test_a_body_has_a_time_in_which_it_comes(monkeypatch):
    monkeypatch.setattr(room, "SECONDS", 0.01)
    with pytest.raises(Unavailable, match="was not whole after"):
        asyncio.run(room.in_time(asyncio.sleep(60, b"")))


def test_each_has_its_share_and_nothing_is_kept_of_who_has_gone():
    asyncio.run(share())


async def share():
    taken, there = Room(), []

    async def take(badge, address):
        async with taken.of(badge, address):
            there.append(address)
            await asyncio.sleep(3600)

    tasks = [asyncio.create_task(take(FLEET, address)) for address in ("a", "a", "a", "b", "b")]
    tasks += [asyncio.create_task(take(Badge("pinned", "eu-1"), address)) for address in ("c", "d", "e")]
    for _ in range(10):
        await asyncio.sleep(0)
    assert there == ["a", "a", "b", "b", "c", "d"]

    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert taken.shares == {}
