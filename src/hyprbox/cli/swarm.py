"""hyprbox swarm: a fleet that is not there, for trying an installation."""

import asyncio
import os
import resource
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import click
import uvloop

from hyprbox.cli import remote, show
from hyprbox.cli.options import Duration
from hyprbox.swarm.run import Swarm
from hyprbox.swarm.scenario import BadScenario, Scenario, Story, read
from hyprbox.swarm.tally import Tally
from hyprbox.swarm.wire import Api


@click.command("swarm")
@click.option("--nodes", type=click.IntRange(1), default=100, show_default=True)
@click.option("--interval", type=Duration(), default="60s", show_default=True, help="Between two heartbeats of a node.")
@click.option("--ramp", type=Duration(), default="10s", show_default=True, help="Until every node has spoken.")
@click.option("--for", "length", type=Duration(), default="1m", show_default=True, help="How long it lasts.")
@click.option("--polls", type=click.IntRange(0), default=None, help="Nodes that hold a poll; as many as files allow.")
@click.option("--connections", type=click.IntRange(1), default=200, show_default=True, help="For heartbeats.")
@click.option("--scan-interval", type=Duration(), default="15m", show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed is the same fleet.")
@click.option(
    "--scenario",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A TOML file of what happens and what is expected.",
)
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="A line per second.")
def command(
    nodes: int, interval: timedelta, ramp: timedelta, length: timedelta, polls: int | None, connections: int,
    scan_interval: timedelta, seed: int, file: Path | None, csv_file: Path | None,
) -> None:  # fmt: skip
    """Simulates NODES against HYPRBOX_API_URL, with a fleet-wide token in HYPRBOX_NODE_TOKEN.

    Exit code 1 when anything was answered otherwise than expected. With HYPRBOX_API_KEY it also compares at the end
    who is OFFLINE with who was silent. The nodes are called swarm-000000 and so on, and stay until they are deleted.
    """
    url, token = os.environ.get("HYPRBOX_API_URL"), os.environ.get("HYPRBOX_NODE_TOKEN")
    if not url or not token:
        show.fail("HYPRBOX_API_URL and HYPRBOX_NODE_TOKEN are not both set, expected where to and as whom", 2)
    try:
        story = read(file) if file else Story()
    except BadScenario as error:
        show.fail(str(error), 2)
    scenario = Scenario(
        nodes=nodes, interval=interval.total_seconds(), ramp=ramp.total_seconds(), length=length.total_seconds(),
        polls=min(nodes, most_polls(connections) if polls is None else polls), connections=connections,
        scan_interval=scan_interval.total_seconds(), seed=seed, story=story,
    )  # fmt: skip
    with nullcontext() if csv_file is None else csv_file.open("w", newline="") as sink:
        tally = Tally(sink)
        swarm = Swarm(Api(url, token), scenario, tally, queue_jobs, check)
        uvloop.run(swarm.play())
    print(tally.summary())
    sys.exit(verdict(swarm, tally, story.expect))


def verdict(swarm: Swarm, tally: Tally, expect: Mapping[str, float]) -> int:
    """1 when something is not as expected, or the control plane's picture is not the true one."""
    complaints = tally.complaints(expect)
    for complaint in complaints:
        print(complaint)
    right = swarm.failed_checks == 0 and (remote.configured() is None or picture_is_true(swarm))
    return int(bool(complaints) or not right)


async def check(swarm: Swarm) -> bool:
    remote.needed()
    return await asyncio.to_thread(picture_is_true, swarm)


def picture_is_true(swarm: Swarm) -> bool:
    """Flapping nodes may be either."""
    offline = {node["nodeId"] for node in remote.needed().items("/api/nodes", q="swarm-", status="OFFLINE")}
    offline = offline & {node.node_id for node in swarm.nodes} - swarm.flapping
    false, missed = offline - swarm.silent, swarm.silent - offline
    print(f"OFFLINE: {len(offline)}, silent: {len(swarm.silent)}, false: {len(false)}, not noticed: {len(missed)}")
    return not false and not missed


async def queue_jobs(node_ids: list[str], script: str) -> None:
    api = remote.needed()
    for node_id in node_ids:
        await asyncio.to_thread(api.post, "/api/jobs", {"nodeId": node_id, "script": script})


def most_polls(connections: int) -> int:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max(hard - connections - 200, 0)
