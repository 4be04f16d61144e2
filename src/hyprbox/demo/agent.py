"""An agent of the present: heartbeats, scans and jobs of a server that is not there, over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec

from hyprbox.demo.fleet import Server
from hyprbox.demo.node import Name, Node, Running
from hyprbox.demo.pretence import act_of
from hyprbox.demo.troubles import SCANNERS
from hyprbox.presets.catalogue import Preset
from hyprwire import Acceptance, Output, RunningJob

BEAT_SECONDS = 10.0
SCAN_SECONDS = 900.0
AGAIN_SECONDS = 2.0  # after anything that went wrong, and between two questions for a job
SHORTEST_PAUSE = timedelta(seconds=0.05)  # between two lines of output
WAIT = "wait=25, offer"


class Agent:
    def __init__(self, http: httpx.AsyncClient, server: Server, node: Node, catalogue: Mapping[str, Preset]) -> None:
        self._http, self._server, self._node, self._catalogue = http, server, node, catalogue
        self._headers = {"authorization": f"Bearer {node.token}"}

    async def live(self, delay: float) -> None:
        """For as long as the server does; `delay` keeps agents apart."""
        await asyncio.sleep(delay)
        await asyncio.gather(
            again(self._beat, BEAT_SECONDS), again(self._scan_all, SCAN_SECONDS), again(self._work, AGAIN_SECONDS)
        )

    async def _beat(self) -> None:
        await self._say("/api/heartbeat", self._server.heartbeat(datetime.now(UTC)))

    async def _scan_all(self) -> None:
        await self._scan(list(SCANNERS))

    async def _scan(self, scanners: Sequence[str], job_id: str | None = None) -> None:
        for scanner in scanners:
            await self._say("/api/findings", self._node.scan(self._server.node_id, scanner, job_id, datetime.now(UTC)))

    async def _work(self) -> None:
        """What the story has begun is gone on with first."""
        running = self._node.running or await self._next_job()
        if running:
            await self._finish(running)
            self._node.running = None

    async def _next_job(self) -> Running | None:
        path = f"/api/jobs/pending?nodeId={self._server.node_id}"
        handed = (await self._http.get(path, headers=self._headers | {"prefer": WAIT})).raise_for_status().json()
        if not handed:
            return None
        act, cured = act_of(handed["script"], self._catalogue, self._node.troubles)
        names: list[Name] = [(each.type, each.key) for each in cured]
        running = self._node.begin(handed["id"], act, handed["rescan"], names, datetime.now(UTC))
        await self._of_job(running, "accept", Acceptance(runId=running.run_id))
        await self._of_job(running, "output", running.first_words())
        return running

    async def _finish(self, running: Running) -> None:
        """Line by line, until it has taken its time or somebody stops it."""
        lines = running.act.lines[running.half :]
        left = running.act.took - (datetime.now(UTC) - running.began)
        pause = max(left / max(len(lines), 1), SHORTEST_PAUSE)
        for line in lines:
            if await self._is_stopped_within(pause, running):
                await self._of_job(running, "complete", replace(running.stopped(datetime.now(UTC)), output=""))
                return
            await self._of_job(running, "output", Output(output=f"{line}\n", runId=running.run_id))
        await self._of_job(running, "complete", replace(running.end(datetime.now(UTC)), output=""))
        self._node.recover(running)
        await self._scan(running.rescan, running.job_id)

    async def _is_stopped_within(self, pause: timedelta, running: Running) -> bool:
        if pause < timedelta(seconds=1):
            await asyncio.sleep(pause.total_seconds())
            return False
        alive = RunningJob(runId=running.run_id)
        return bool((await self._of_job(running, "ping", alive, prefer=f"wait={pause.seconds}"))["cancel"])

    async def _of_job(self, running: Running, verb: str, message: object, **headers: str) -> Any:
        return await self._say(f"/api/jobs/{running.job_id}/{verb}", message, **headers)

    async def _say(self, path: str, message: object, **headers: str) -> Any:
        body = msgspec.json.encode(message)
        answer = await self._http.post(path, content=body, headers=self._headers | headers)
        return answer.raise_for_status().json()


async def again(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    """For ever; a server that is away is asked again."""
    while True:
        try:
            await work()
        except httpx.HTTPError:
            await asyncio.sleep(AGAIN_SECONDS)
        await asyncio.sleep(seconds)
