"""Several processes on one PostgreSQL are one control plane, also while PostgreSQL itself is away."""

import json
import threading
import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from hyprbox.facts import store as facts
from hyprbox.people.model import Role
from tests.cast import BEAT
from tests.databases import Postgres
from tests.servers import PLAIN, serving, wait_until


@pytest.fixture(scope="module")
def postgres(memory_folder):
    """One of their own: these tests stop it."""
    folder = memory_folder / "replicas"
    folder.mkdir(mode=0o755)
    postgres = Postgres(folder)
    yield postgres
    postgres.stop()


@pytest.fixture(scope="module")
def pair(postgres, tmp_path_factory):
    url = postgres.fresh()
    settings = {"HYPRBOX_OFFLINE_AFTER": "4s", "HYPRBOX_SWEEP_INTERVAL": "500ms"}
    key_file = tmp_path_factory.mktemp("key") / "secret.key"
    settings |= {"HYPRBOX_NOTIFY_NETWORKS": "127.0.0.0/8", "HYPRBOX_SECRET_KEY_FILE": str(key_file)}
    with (
        serving(tmp_path_factory.mktemp("one"), url, **settings) as one,
        serving(tmp_path_factory.mktemp("two"), url, **settings) as two,
    ):
        yield one, two


@pytest.fixture(scope="module")
def admins(pair):
    one, two = pair
    key = one.key(Role.ADMIN)
    with one.client(key) as first, two.client(key) as second:
        yield first, second


@pytest.fixture(scope="module")
def agents(pair):
    one, two = pair
    token = one.token("--fleet")
    with one.client(token) as first, two.client(token) as second:
        yield first, second


def test_a_lease_is_taken_by_one_also_where_both_are_the_first(postgres):
    engine = create_engine(postgres.fresh(), poolclass=NullPool)
    lease = (facts.KEEPER, datetime.now(UTC), timedelta(seconds=10))
    with Session(engine) as one, Session(engine) as two:
        assert facts.take_lease(one, *lease)
        waiting, got = in_background(lambda: facts.take_lease(two, *lease))
        one.commit()
        waiting.join(10)
        assert [taken for taken, _ in got] == [False]


def beat(client, node_id):
    return client.post("/api/heartbeat", json=asdict(BEAT) | {"node_id": node_id})


def in_background(work):
    """Its result and the time at which it was there."""
    got = []
    thread = threading.Thread(target=lambda: got.append((work(), time.monotonic())))
    thread.start()
    time.sleep(0.3)
    return thread, got


def seconds_until_woken(agents, admins, node_id):
    """From queueing a job on one until a poll held by the other has it."""
    beat(agents[0], node_id)

    def poll():
        query, prefer = {"nodeId": node_id}, {"prefer": "wait=10, offer"}
        return agents[1].get("/api/jobs/pending", params=query, headers=prefer).json()

    thread, got = in_background(poll)
    start = time.monotonic()
    job = admins[0].post("/api/jobs", json={"nodeId": node_id, "script": "true"}).json()
    thread.join(12)
    assert got[0][0]["id"] == job["id"]
    return got[0][1] - start


def test_a_job_queued_on_one_wakes_a_poll_held_by_the_other(agents, admins):
    assert seconds_until_woken(agents, admins, "eu-1") < 1


def test_a_cancel_and_live_output_reach_the_other(agents, admins):
    beat(agents[0], "eu-2")
    job = admins[0].post("/api/jobs", json={"nodeId": "eu-2", "script": "true"}).json()
    path = f"/api/jobs/{job['id']}"
    agents[0].post(f"{path}/accept", json={"runId": "r"})
    ping, told = in_background(
        lambda: agents[1].post(f"{path}/ping", json={"runId": "r"}, headers={"prefer": "wait=10"}).json()
    )
    follow, followed = in_background(lambda: admins[1].get(f"{path}/events").text)
    start = time.monotonic()
    admins[0].post(f"{path}/cancellation")
    ping.join(12)
    assert told[0][0]["cancel"] is True
    assert told[0][1] - start < 1

    start = time.monotonic()
    end = {"exitCode": 143, "reason": "cancel", "runId": "r", "output": "bye", "offset": 0}
    agents[0].post(f"{path}/complete", json=end)
    follow.join(12)
    assert '"bye"' in followed[0][0]
    assert followed[0][1] - start < 1


def test_a_token_revoked_on_one_is_out_on_the_other_within_a_second(pair, admins):
    minted = admins[0].post("/api/tokens", json={"nodeId": "eu-3"}).json()
    with pair[1].client(minted["token"]) as pinned:
        assert beat(pinned, "eu-3").status_code == 200
        admins[0].post(f"/api/tokens/{minted['id']}/revocation")
        wait_until(lambda: beat(pinned, "eu-3").status_code == 401, seconds=1.2)


def test_one_job_is_taken_by_one_of_many_who_want_it(agents, admins):
    beat(agents[0], "eu-4")
    job = admins[0].post("/api/jobs", json={"nodeId": "eu-4", "script": "true"}).json()
    statuses = []

    def take(n):
        with httpx.Client(base_url=agents[n % 2].base_url, headers=agents[0].headers, verify=PLAIN) as client:
            statuses.append(client.post(f"/api/jobs/{job['id']}/accept", json={"runId": f"r{n}"}).status_code)

    threads = [threading.Thread(target=take, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [409] * 11


def test_the_same_report_to_both_at_once_is_one_finding(agents, admins):
    beat(agents[0], "eu-5")
    seen = [{"type": "t.x", "key": str(n), "severity": "WARN", "message": "m"} for n in range(30)]

    def report(agent):
        assert agent.post("/api/findings", json={"nodeId": "eu-5", "findings": seen}).status_code == 200

    threads = [threading.Thread(target=report, args=(agent,)) for agent in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(admins[0].get("/api/findings", params={"nodeId": "eu-5"}).json()["items"]) == 30


def test_two_replicas_tell_everything_once(agents, admins, hooks):
    url = f"http://127.0.0.1:{hooks.server_port}/hook"
    channel = admins[0].post("/api/channels", json={"name": "hook", "url": url}).raise_for_status().json()
    wanted = {"name": "jobs", "kinds": ["job.failed"], "channels": [channel["id"]], "groupSeconds": 0}
    rule = admins[1].post("/api/rules", json=wanted).raise_for_status().json()
    jobs = set()
    for n in range(12):
        beat(agents[n % 2], f"told-{n}")
        job = admins[n % 2].post("/api/jobs", json={"nodeId": f"told-{n}", "script": "false"}).json()
        agents[n % 2].post(f"/api/jobs/{job['id']}/accept", json={"runId": "r"}).raise_for_status()
        end = {"runId": "r", "exitCode": 1, "reason": "exit"}
        agents[1 - n % 2].post(f"/api/jobs/{job['id']}/complete", json=end).raise_for_status()
        jobs.add(f"job:{job['id']}")

    def messages():
        return [json.loads(body) for _, _, body in hooks.got]

    def told():
        return [matter["subject"] for message in messages() for matter in message["matters"]]

    wait_until(lambda: len(told()) >= len(jobs), seconds=60)
    time.sleep(3)  # in which nothing is told again
    assert sorted(told()) == sorted(jobs)
    assert len({message["id"] for message in messages()}) == len(hooks.got)
    admins[0].delete(f"/api/rules/{rule['id']}").raise_for_status()


def test_every_connection_dropped_is_a_moment_and_no_more(postgres, agents, admins):
    beat(agents[0], "eu-6")
    with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    wait_until(lambda: all(beat(agent, "eu-6").status_code == 200 for agent in agents), seconds=3)
    time.sleep(1.5)  # the connection for wake-ups is back
    assert seconds_until_woken(agents, admins, "eu-8") < 1


def test_postgresql_restarts_and_nobody_is_called_offline(postgres, pair, agents, admins):
    statuses = [beat(agents[0], "eu-7").status_code]
    with postgres.stopped():
        end = time.monotonic() + 6  # longer than a node may be silent
        while time.monotonic() < end:
            statuses.append(beat(agents[0], "eu-7").status_code)
            time.sleep(0.2)
        refused = beat(agents[1], "eu-7")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    wait_until(lambda: beat(agents[0], "eu-7").status_code == 200)
    time.sleep(1)  # until both have swept
    assert set(statuses) == {200, 503}
    assert admins[1].get("/api/nodes/eu-7").json()["status"] == "ONLINE"
    with psycopg.connect(pair[0].env["HYPRBOX_DATABASE_URL"]) as connection:
        assert connection.execute("SELECT status FROM node_changes WHERE node_id = 'eu-7'").fetchall() == []


def test_workers_share_a_port(postgres, tmp_path):
    with serving(tmp_path, postgres.fresh(), workers=2) as server:
        with server.client(server.token("--fleet")) as agent:
            assert beat(agent, "eu-1").status_code == 200
        pids = server.workers()
        assert len(pids) == 2
        for _ in range(20):
            assert httpx.get(f"{server.url}/ready").status_code == 200
