"""What deploy/proxies says of nginx, HAProxy and Caddy works: held polls, live output, large bodies, who asks."""

import threading
import time

import httpx
import pytest

from tests.proxies.gateways import PROXIES, in_front_of
from tests.world import Agent


@pytest.fixture(scope="module", params=PROXIES)
def through(request, world, tmp_path_factory):
    """A client whose every request goes through a proxy."""
    with (
        in_front_of(world.url, request.param, tmp_path_factory.mktemp(request.param)) as url,
        httpx.Client(base_url=url, verify=False, timeout=30) as http,
    ):
        yield http


@pytest.fixture
def agent(through, world):
    agent = Agent(through, world.token, f"node-{time.monotonic_ns()}")
    agent.beat()
    return agent


def poll(through, world, node_id, seconds=20):
    headers = {"authorization": f"Bearer {world.token}", "prefer": f"wait={seconds}, offer"}
    return through.get("/api/jobs/pending", params={"nodeId": node_id}, headers=headers)


def test_a_held_poll_is_held_until_there_is_a_job(through, world, agent):
    got = []
    waiting = threading.Thread(target=lambda: got.append(poll(through, world, agent.node_id)))
    waiting.start()
    time.sleep(0.5)
    assert not got

    job = world.queue(agent.node_id)
    waiting.join(25)

    assert got[0].json()["id"] == job
    assert got[0].headers["preference-applied"] == "wait=20, offer"


def test_output_is_seen_while_the_job_still_runs(through, world, agent):
    job = world.queue(agent.node_id)
    agent.accept(job)
    agent.say(job, "first words\n")
    key = {"authorization": f"Bearer {world.server.key('admin')}"}

    with through.stream("GET", f"/api/jobs/{job}/events", headers=key) as events:
        assert "first words" in next(line for line in events.iter_lines() if line.startswith("data: "))
    agent.complete(job)


def test_a_large_body_reaches_the_server(through, world, agent):
    job = world.queue(agent.node_id)
    agent.accept(job)
    agent.say(job, "x" * 4_000_000)
    agent.complete(job)

    key = {"authorization": f"Bearer {world.server.key('admin')}"}
    assert len(through.get(f"/api/jobs/{job}/output", headers=key).content) == 4_000_000


def test_connections_of_agents_stay_open(through, world, agent):
    """Without keep-alive towards us, every heartbeat would cost a connection."""
    answer = through.get("/api/jobs/pending", params={"nodeId": agent.node_id}, headers={
        "authorization": f"Bearer {world.token}", "prefer": "wait=0, offer",
    })  # fmt: skip

    assert answer.headers.get("connection", "keep-alive") == "keep-alive"
