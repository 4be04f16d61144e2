"""The present: every server that is not silent lives, in a thread beside the control plane."""

import asyncio
import threading
from collections.abc import Mapping

import httpx

from hyprbox.demo import history
from hyprbox.demo.agent import BEAT_SECONDS, Agent
from hyprbox.demo.past import Past
from hyprbox.presets.catalogue import Preset


def start(url: str, past: Past, catalogue: Mapping[str, Preset]) -> None:
    """Ends with the process."""
    threading.Thread(target=lambda: asyncio.run(_live(url, past, catalogue)), name="living", daemon=True).start()


async def _live(url: str, past: Past, catalogue: Mapping[str, Preset]) -> None:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=40, limits=limits, trust_env=False) as http:
        await _until_ready(http)
        agents = [
            Agent(http, server, past.stage.nodes[server.node_id], catalogue)
            for server in past.servers.values()
            if not history.is_away(server)
        ]
        await asyncio.gather(*(agent.live(BEAT_SECONDS * n / len(agents)) for n, agent in enumerate(agents)))


async def _until_ready(http: httpx.AsyncClient) -> None:
    while True:
        try:
            if (await http.get("/ready")).is_success:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
