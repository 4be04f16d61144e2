"""How long after a heartbeat an open list of nodes shows it, in a real browser; and what a first visit weighs."""

import tempfile
import time
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from bench.pair import machine
from bench.table import show, spread
from hyprbox.db import Database
from tests.databases import Sqlite
from tests.servers import serving
from tests.world import Agent, World

BEATS = 30
PAUSE = 1.3  # no beat falls together with the one before
PATHS = ("/dashboard", "/dashboard/nodes", "/dashboard/findings", "/dashboard/nodes/eu-1")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        url = Sqlite(Path(name)).fresh()
        db = Database(url)
        with (
            serving(Path(name) / "server", url) as server,
            httpx.Client(base_url=server.url, timeout=30) as http,
            sync_playwright() as playwright,
        ):
            world = World(server, db, http)
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox"]
            )
            agent = world.agent("eu-1")
            agent.beat()
            page = browser.new_page()
            world.sign_in(page, "ada")
            show(
                f"From the heartbeat to the row, seconds ({machine()})",
                ("median", "p95", "beats"),
                [seen(page, world, agent)],
            )
            show(
                "A first visit over the wire, bytes",
                ("page", "bytes"),
                [(path, weight(page, world, path)) for path in PATHS],
            )
            browser.close()
        db.close()


def seen(page: Page, world: World, agent: Agent) -> tuple[str, str, int]:
    page.goto(f"{world.url}/dashboard/nodes")
    page.locator("#live.is-ok").wait_for()
    return spread([until_shown(page, agent, 20 + n) for n in range(BEATS)])


def until_shown(page: Page, agent: Agent, cpu: int) -> float:
    time.sleep(PAUSE)
    begun = time.monotonic()
    agent.beat(cpu_percent=cpu)
    page.locator("tbody .meter").first.get_by_text(str(cpu), exact=True).wait_for()
    return time.monotonic() - begun


def weight(page: Page, world: World, path: str) -> int:
    """With an empty cache, as the browser counts it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.clearBrowserCache")
    sizes: list[float] = []
    devtools.on("Network.loadingFinished", lambda said: sizes.append(said["encodedDataLength"]))
    page.goto(world.url + path, wait_until="load")
    page.wait_for_timeout(300)
    devtools.detach()
    return int(sum(sizes))


if __name__ == "__main__":
    main()
