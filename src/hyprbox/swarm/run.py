"""Plays a scenario against an installation, and says whether it went as expected."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from hyprbox.swarm import fleet
from hyprbox.swarm.fleet import Node
from hyprbox.swarm.scenario import Event, Scenario
from hyprbox.swarm.tally import Tally
from hyprbox.swarm.wire import Answer, Api, Broken, Connection
from hyprwire import FindingReport, Scan, ScannerRun

Pool = asyncio.Queue[Connection | None]
RETRY_SECONDS = 2.0, 10.0  # spread, as agents spread them
POLL_SECONDS = 25


class Swarm:
    """`queue_jobs` is given who is to run what, `check` is asked whether exactly the silent ones are OFFLINE."""

    def __init__(
        self, api: Api, scenario: Scenario, tally: Tally, queue_jobs: Callable[[list[str], str], Awaitable[None]],
        check: Callable[["Swarm"], Awaitable[bool]],
    ):  # fmt: skip
        self._api, self._scenario, self._tally = api, scenario, tally
        self._queue_jobs, self._check = queue_jobs, check
        self.nodes = fleet.make(scenario.nodes, scenario.seed, scenario.story.distros)
        self.flapping = {node.node_id for node in self.nodes[: scenario.story.flapping]}
        self.silent: set[str] = set()
        self.failed_checks = 0
        self._pools: dict[str, Pool] = {"beats": asyncio.Queue(), "reports": asyncio.Queue()}
        self._resting: set[asyncio.Future[None]] = set()  # of an Event's waiters each would be looked for among all

    async def play(self) -> None:
        for pool in self._pools.values():  # a beat must not wait for somebody's report: its node has its own connection
            for _ in range(self._scenario.connections):
                pool.put_nowait(None)
        tasks = [asyncio.create_task(self._beat(place, node)) for place, node in enumerate(self.nodes)]
        tasks += [
            asyncio.create_task(self._poll(place, node))
            for place, node in enumerate(self.nodes[: self._scenario.polls])
        ]
        tasks += [asyncio.create_task(self._happen(event)) for event in self._scenario.story.events]
        end = time.monotonic() + self._scenario.length
        while time.monotonic() < end:
            await asyncio.sleep(1)
            self._tally.second_is_over()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _beat(self, place: int, node: Node) -> None:
        """First beats are spread over the ramp, later ones by the interval; scans come along now and then."""
        scenario = self._scenario
        await asyncio.sleep(scenario.ramp * place / max(scenario.nodes, 1))
        self._tally.online += 1
        next_scan = time.monotonic() + node.random.uniform(0, scenario.scan_interval)
        while True:
            if node.node_id not in self.silent and not self._flaps_away(node):
                await self._send("beats", "/api/heartbeat", node.heartbeat())
                node.seq += 1
                if time.monotonic() >= next_scan:
                    next_scan += scenario.scan_interval
                    await self._send("reports", "/api/findings", report(node, scenario.story.churn))
            await self._pause(scenario.interval * node.random.uniform(0.9, 1.1))

    def _flaps_away(self, node: Node) -> bool:
        return node.node_id in self.flapping and int(time.monotonic() / self._scenario.story.flap) % 2 == 1

    async def _pause(self, seconds: float) -> None:
        """Or until a storm."""
        loop = asyncio.get_running_loop()
        rest = loop.create_future()
        timer = loop.call_later(seconds, _end, rest)
        self._resting.add(rest)
        try:
            await rest
        finally:
            timer.cancel()
            self._resting.discard(rest)

    async def _send(self, what: str, path: str, message: object) -> Answer | None:
        """On the next free connection. A refusal or a broken one is counted and tried again once."""
        request = self._api.post(path, msgspec.json.encode(message))
        pool = self._pools[what]
        connection = await pool.get()
        start = time.perf_counter()
        try:
            if connection is None or not connection.is_open:
                connection = await self._api.connect()
            answer = await connection.ask(request)
            self._tally.answered(what, answer.status, time.perf_counter() - start)
            return answer
        except (Broken, OSError) as error:
            self._tally.failed(what, type(error).__name__)
            return None
        finally:
            pool.put_nowait(connection)

    async def _poll(self, place: int, node: Node) -> None:
        """Holds a poll on a connection of its own, as an agent does, and runs what it is given at once."""
        scenario = self._scenario
        await asyncio.sleep(scenario.ramp * place / max(scenario.nodes, 1) + 1)
        wanted = self._api.get(f"/api/jobs/pending?nodeId={node.node_id}", f"Prefer: wait={POLL_SECONDS}, offer")
        connection: Connection | None = None
        while True:
            try:
                if connection is None or not connection.is_open:
                    connection = await self._api.connect()
                self._tally.polls += 1
                try:
                    answer = await connection.ask(wanted)
                finally:
                    self._tally.polls -= 1
                job = answer.json() if answer.status == 200 else None
                if answer.status != 200:
                    self._tally.answered("polls", answer.status, 0)
                    await asyncio.sleep(node.random.uniform(*RETRY_SECONDS))
                if job:
                    await self._work(connection, job)
            except (Broken, OSError) as error:
                self._tally.failed("polls", type(error).__name__)
                connection = None
                await asyncio.sleep(node.random.uniform(*RETRY_SECONDS))

    async def _work(self, connection: Connection, job: dict[str, Any]) -> None:
        path, run = f"/api/jobs/{job['id']}", {"runId": f"swarm-{job['id']}"}
        start = time.perf_counter()
        steps = (
            ("accept", run),
            ("output", run | {"output": "done\n", "offset": 0}),
            ("complete", run | {"exitCode": 0, "reason": "exit"}),
        )
        for verb, body in steps:
            answer = await connection.ask(self._api.post(f"{path}/{verb}", msgspec.json.encode(body)))
        self._tally.answered("jobs", answer.status, time.perf_counter() - start)

    async def _happen(self, event: Event) -> None:
        await asyncio.sleep(event.at)
        match event.kind:
            case "stop":
                away = self.silent | self.flapping
                loud = [node.node_id for node in self.nodes if node.node_id not in away]
                self.silent.update(loud[-int(event.value) :])
            case "start":
                self.silent.difference_update(sorted(self.silent)[: int(event.value)])
            case "storm":
                for rest in self._resting:
                    _end(rest)
            case "jobs":
                await self._queue_jobs([node.node_id for node in self.nodes[: self._scenario.polls]], event.value)
            case "check":
                self.failed_checks += not await self._check(self)
            case "away":
                self._tally.forgive(event.value)


def _end(rest: asyncio.Future[None]) -> None:
    if not rest.done():
        rest.set_result(None)


def report(node: Node, churn: float) -> FindingReport:
    run = ScannerRun(name="swarm", types=list(fleet.WRONG))
    scan = Scan(id=f"{node.node_id}-{node.seq}", seq=node.seq, scanners=[run])
    return FindingReport(nodeId=node.node_id, findings=node.findings(churn), scan=scan)
