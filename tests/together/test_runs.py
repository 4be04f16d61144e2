"""A canary run over 150 of 200 nodes, three of which fail, while the control plane is killed again and again."""

import pytest

from hyprbox.people.model import Role
from tests.servers import serving, wait_until

NODES, CHOSEN = 200, 150
BROKEN = {"web-011", "web-020", "web-027"}  # the last of those that are worked on before the third kill


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("runs")) as server:
        yield server


@pytest.fixture(scope="module")
def admin(server):
    with server.client(server.key(Role.ADMIN)) as client:
        yield client


class Agents:
    """All nodes, as plain HTTP."""

    def __init__(self, client):
        self.client, self.broken = client, set(BROKEN)
        self.did = []

    def beat(self, node_id):
        load = {"cpu_percent": 1, "ram_percent": 1, "disk_percent": 1}
        about = {"node_id": node_id, "hostname": node_id, "os": "Debian", "agent_version": "0.1.0", "status": "online"}
        assert self.client.post("/api/heartbeat", json=about | load).is_success

    def work(self, targets):
        """Each of them fetches its job and says how it ended."""
        for target in targets:
            self.did.append(target["nodeId"])
            path = f"/api/jobs/{target['jobId']}"
            self.client.post(f"{path}/accept", json={"runId": "r"}).raise_for_status()
            end = {"runId": "r", "exitCode": int(target["nodeId"] in self.broken), "reason": "exit"}
            self.client.post(f"{path}/complete", json=end).raise_for_status()


@pytest.fixture(scope="module")
def agents(server):
    with server.client(server.token("--fleet")) as client:
        agents = Agents(client)
        for n in range(NODES):
            agents.beat(f"{'web' if n < CHOSEN else 'db'}-{n:03}")
        yield agents


def test_it_stops_where_it_must_and_is_right_after_every_kill(server, admin, agents):
    wanted = {"q": "node=web-*", "script": "true", "batches": ["1", "5%", "25%", "100%"], "maxFailures": 2}
    run_id = admin.post("/api/runs", json=wanted).raise_for_status().json()["id"]

    def run():
        return admin.get(f"/api/runs/{run_id}").raise_for_status().json()

    def going():
        path, query = f"/api/runs/{run_id}/targets", {"state": "GOING", "limit": 500}
        return admin.get(path, params=query).raise_for_status().json()["items"]

    def waits_for(number):
        wait_until(lambda: len(going()) == number, seconds=90)
        return going()

    for size in (1, 8):
        server.restart()
        agents.work(waits_for(size))
    half = sorted(waits_for(38), key=lambda target: target["nodeId"])
    agents.work(half[:19])  # three of them fail: killed before anybody has counted that
    server.restart()
    stopped = wait_until(lambda: (now := run())["state"] == "STOPPED" and now, seconds=90)
    assert (stopped["note"], stopped["batch"]) == ("3 failed, 2 allowed", 3)
    assert (stopped["nodes"]["FAILED"], stopped["nodes"]["GOING"]) == (3, 0)
    assert set(agents.did) & BROKEN == BROKEN
    assert len(agents.did) == 1 + 8 + 19

    agents.broken.clear()
    admin.post(f"/api/runs/{run_id}/retry").raise_for_status()
    server.restart()
    again = waits_for(3 + 19)  # the rest of their batch was taken back, and begins with them
    assert {target["nodeId"] for target in again} > BROKEN
    agents.work(again)
    agents.work(waits_for(103))
    server.restart()
    ended = wait_until(lambda: (now := run())["state"] == "FINISHED" and now, seconds=90)

    assert ended["nodes"]["DONE"] == CHOSEN
    assert len(agents.did) == CHOSEN + 3
    assert {node for node in agents.did if agents.did.count(node) > 1} == BROKEN
    assert not any(node.startswith("db") for node in agents.did)


def test_hyprbox_run_follows_a_run_to_its_end(server, admin, agents):
    agents.beat("solo-1")
    shown = server.cli("run", "node=solo-1", "--plan", "--", "uptime", remote=True)
    assert "runs the script" in shown.stdout

    begun = server.cli("run", "node=solo-1", "--canary", "1", "--detach", "--", "uptime", remote=True)
    run_id = begun.stdout.strip()
    target = admin.get(f"/api/runs/{run_id}/targets").json()["items"][0]
    agents.client.post(f"/api/jobs/{target['jobId']}/accept", json={"runId": "r"}).raise_for_status()
    said = {"runId": "r", "exitCode": 3, "reason": "exit", "output": "load is high\n", "offset": 0}
    agents.client.post(f"/api/jobs/{target['jobId']}/complete", json=said).raise_for_status()

    followed = server.cli("runs", "follow", run_id, remote=True, check=False)
    assert followed.returncode == 1
    assert "solo-1 │ load is high" in followed.stdout
    assert "is STOPPED: 1 FAILED. 1 failed, 0 allowed" in followed.stdout
