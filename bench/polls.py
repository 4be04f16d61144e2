"""Polls held by one process: what each costs in memory, how soon a job reaches one of them, how soon all of them."""

import argparse
import asyncio
import json
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import uvloop

from bench import seeded
from bench.heartbeats import beat
from bench.idle import memory
from bench.load import percentile
from bench.pair import machine
from bench.postgres import running
from bench.table import show
from hyprbox import bus, migrations
from hyprbox.db import Database
from hyprbox.people.model import Role
from hyprbox.swarm.wire import Api, Connection
from tests.servers import Server, serving

HEADINGS = ("", "", "")
AT_ONCE = 250
POLL = "Prefer: wait=25, offer"
THREE_POLLS = 60  # seconds; what a connection remembers of the questions before it does from the second on
Told = Callable[[int, float], None]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--polls", type=int, default=19_500)
    options.add_argument("--wakes", type=int, default=300, help="jobs for one node each")
    given = options.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        with running(Path(name)) as postgres:
            url = postgres.url("polls")
            db = Database(url)
            migrations.upgrade(db.engine)
            seeded.seed_nodes(db, given.polls)
            with serving(Path(name) / "server", url) as server:
                os.sched_setaffinity(server.process.pid, {0})
                rows = uvloop.run(Measure(server, db, given.polls, given.wakes).all())
            db.close()
    show(f"{given.polls:,} held polls on one process, PostgreSQL", HEADINGS, rows)
    print(f"\n{machine()}")


class Measure:
    def __init__(self, server: Server, db: Database, polls: int, wakes: int) -> None:
        self._server, self._db, self._polls, self._wakes = server, db, polls, wakes
        self._token = server.token("--fleet")
        self._node = Api(server.url, self._token)
        self._admin = Api(server.url, server.key(Role.ADMIN))
        self._told: Told = lambda node, at: None
        self._again = True

    async def all(self) -> list[tuple[str, str, str]]:
        before = self._memory()
        polls = await self._hold()
        each = (self._memory() - before) / self._polls * 1024
        await asyncio.sleep(THREE_POLLS)
        later = (self._memory() - before) / self._polls * 1024
        alone, woken = await self._wake_one_by_one()
        idle = sorted(await self._beats(3))
        everybody, busy = await self._wake_all()
        for poll in polls:
            poll.cancel()
        await asyncio.gather(*polls, return_exceptions=True)
        return [
            ("memory of each, RSS", f"{each:.1f} KiB", f"after three polls {later:.1f} KiB"),
            ("a job for one: queued over HTTP until offered", ms(alone, 0.5), f"p99 {ms(alone, 0.99)}"),
            (
                "of that, from the order's answer until offered; less than 0: before it",
                ms(woken, 0.5),
                f"p99 {ms(woken, 0.99)}",
            ),
            ("a job for each of them: until all are offered", f"{everybody:.2f} s", ""),
            ("heartbeats before", ms(idle, 0.5), f"p99 {ms(idle, 0.99)}"),
            ("heartbeats meanwhile", ms(busy, 0.5), f"p99 {ms(busy, 0.99)}"),
        ]

    def _memory(self) -> float:
        return float(memory(self._server.process.pid)[0])

    async def _hold(self) -> list[asyncio.Task[None]]:
        polls: list[asyncio.Task[None]] = []
        for first in range(0, self._polls, AT_ONCE):
            group = range(first, min(first + AT_ONCE, self._polls))
            made = await asyncio.gather(*(self._node.connect() for _ in group))
            polls += [asyncio.create_task(self._poll(*each)) for each in zip(group, made, strict=True)]
            await asyncio.sleep(0.02)
        await asyncio.sleep(3)
        return polls

    async def _poll(self, node: int, connection: Connection) -> None:
        wanted = self._node.get(f"/api/jobs/pending?nodeId={name(node)}", POLL)
        while True:
            answer = await connection.ask(wanted)
            assert answer.status == 200, answer
            if answer.body == b"null":
                continue
            self._told(node, time.perf_counter())
            if not self._again:
                return
            job = f"/api/jobs/{answer.json()['id']}"
            for path, body in (("accept", {"runId": "r"}), ("complete", {"runId": "r", "exitCode": 0})):
                done = await connection.ask(self._node.post(f"{job}/{path}", json.dumps(body).encode()))
                assert done.status == 200, done

    async def _wake_one_by_one(self) -> tuple[list[float], list[float]]:
        """Since it was asked for, and since its commit was answered: what is left of the first is the wake-up alone."""
        connection, took, woken = await self._admin.connect(), [], []
        for node in random.Random(1).sample(range(self._polls), min(self._wakes, self._polls)):
            heard = asyncio.get_running_loop().create_future()
            self._told = lambda _, at, heard=heard: heard.set_result(at)  # type: ignore[misc]
            order = json.dumps({"nodeId": name(node), "script": "true"}).encode()
            start = time.perf_counter()
            answer = await connection.ask(self._admin.post("/api/jobs", order))
            answered = time.perf_counter()
            assert answer.status == 201, answer
            at = await heard
            took.append(at - start)
            woken.append(at - answered)
            await asyncio.sleep(0.02)
        return sorted(took), sorted(woken)

    async def _wake_all(self) -> tuple[float, list[float]]:
        """As another process would: the rows in one transaction, then who is meant by NOTIFY."""
        offered: list[float] = []
        self._told = lambda _, at: offered.append(at)
        self._again = False
        beating = asyncio.create_task(self._beats(6))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(seeded.queue_jobs, self._db)
        start = time.perf_counter()
        await asyncio.to_thread(self._notify)
        while len(offered) < self._polls and time.perf_counter() - start < 60:
            await asyncio.sleep(0.01)
        assert len(offered) == self._polls, f"{len(offered)} of {self._polls} were offered"
        return max(offered) - start, sorted(await beating)

    def _notify(self) -> None:
        url = self._db.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as connection:
            for payload in bus.payloads("bench", [("node", name(node)) for node in range(self._polls)]):
                connection.execute("SELECT pg_notify(%s, %s)", (bus.CHANNEL, payload))

    async def _beats(self, seconds: float) -> list[float]:
        """Of 20 connections, each every 50 ms."""
        took: list[float] = []

        async def one(number: int) -> None:
            connection, end = await self._node.connect(), time.perf_counter() + seconds
            while (start := time.perf_counter()) < end:
                answer = await connection.ask(beat(self._token, number))
                assert answer.status == 200, answer
                took.append(time.perf_counter() - start)
                await asyncio.sleep(0.05)
            connection.close()

        await asyncio.gather(*(one(number) for number in range(20)))
        return took


def name(node: int) -> str:
    return f"node-{node:06}"


def ms(seconds: list[float], share: float) -> str:
    return f"{percentile(seconds, share) * 1000:.1f} ms"


if __name__ == "__main__":
    main()
