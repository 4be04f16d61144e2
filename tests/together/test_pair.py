"""A real agent and a real control plane, from the first heartbeat to the proof of a fix."""

import subprocess
import time

import pytest

from hyprbox.people.model import Role
from tests.servers import serving, wait_until
from tests.together.agents import PlainAgent, agent, ended, run


@pytest.fixture(scope="module")
def eu_1(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("eu-1")
    with agent(server, folder):
        yield folder


def test_a_node_appears_with_its_first_heartbeat(eu_1, online, admin):
    online("eu-1")
    node = admin.get("/api/nodes/eu-1").json()
    assert node["os"]
    assert node["kernel"]
    assert 0 <= node["diskPercent"] <= 100


def test_a_job_runs_at_once_and_tells_its_true_end(eu_1, online, admin):
    online("eu-1")
    time.sleep(0.5)  # the agent waits for a job
    start = time.monotonic()
    job, output = run(admin, "eu-1", "echo out; echo err >&2; exit 7")

    assert (job["state"], job["exitCode"], job["reason"], output) == ("FAILED", 7, "exit", "out\nerr\n")
    assert time.monotonic() - start < 5


def test_the_first_output_is_there_while_the_job_runs(eu_1, online, admin):
    online("eu-1")
    job = admin.post("/api/jobs", json={"nodeId": "eu-1", "script": "echo first; sleep 3; echo last"}).json()
    wait_until(lambda: admin.get(f"/api/jobs/{job['id']}/output").text == "first\n")
    assert admin.get(f"/api/jobs/{job['id']}").json()["state"] == "RUNNING"
    ended(admin, job["id"])
    assert admin.get(f"/api/jobs/{job['id']}/output").text == "first\nlast\n"


def test_jobs_run_in_order_one_at_a_time(eu_1, online, admin):
    online("eu-1")
    marks = eu_1 / "marks"
    scripts = [f"echo begin {n} >>{marks}; sleep 0.1; echo end {n} >>{marks}" for n in range(5)]
    jobs = [admin.post("/api/jobs", json={"nodeId": "eu-1", "script": script}).json() for script in scripts]
    for job in jobs:
        assert ended(admin, job["id"])["state"] == "SUCCEEDED"
    assert marks.read_text().split("\n")[:-1] == [f"{word} {n}" for n in range(5) for word in ("begin", "end")]


def test_a_cancel_reaches_a_silent_script_within_two_seconds(eu_1, online, admin):
    online("eu-1")
    job = admin.post("/api/jobs", json={"nodeId": "eu-1", "script": "echo started; sleep 60"}).json()
    wait_until(lambda: admin.get(f"/api/jobs/{job['id']}").json()["outputBytes"] > 0)
    start = time.monotonic()
    admin.post(f"/api/jobs/{job['id']}/cancellation")
    assert ended(admin, job["id"])["state"] == "CANCELLED"
    assert time.monotonic() - start < 5


def test_a_timeout_is_a_timeout(eu_1, online, admin):
    online("eu-1")
    job, output = run(admin, "eu-1", "echo started; sleep 60", timeoutSeconds=1)
    assert (job["state"], job["exitCode"], output.startswith("started\n")) == ("TIMED_OUT", 137, True)


def test_a_long_job_never_turns_its_node_offline(eu_1, online, admin, status_of):
    """Twelve minutes at a tenth of a second to the second of silence: four times what makes a node OFFLINE."""
    online("eu-1")
    job = admin.post("/api/jobs", json={"nodeId": "eu-1", "script": "sleep 12"}).json()
    seen = set()
    while admin.get(f"/api/jobs/{job['id']}").json()["state"] in ("QUEUED", "RUNNING"):
        seen.add(status_of("eu-1"))
        time.sleep(0.2)
    assert seen == {"ONLINE"}


def test_what_a_job_prints_arrives_whole(eu_1, online, admin):
    online("eu-1")
    job, output = run(admin, "eu-1", "seq 1 200000; printf 'ä€🕐\\xff\\0end'")
    assert output == "".join(f"{n}\n" for n in range(1, 200001)) + "ä€🕐\ufffd\0end"
    assert job["state"] == "SUCCEEDED"


def test_a_finding_is_fixed_and_the_scan_after_it_proves_it(eu_1, online, admin, server):
    online("eu-1")
    certificate = eu_1 / "short.pem"
    make_certificate(certificate, days=3)
    scan_now(admin)
    (finding,) = admin.get("/api/findings", params={"nodeId": "eu-1", "type": "tls.expiring"}).json()["items"]
    assert (finding["severity"], finding["recommendation"]["preset"]) == ("CRITICAL", "certbot-renew")

    make_certificate(certificate, days=300)  # somebody was faster than the preset, which then has nothing to do
    scan_now(admin)
    fixed = admin.get(f"/api/findings/{finding['id']}").json()
    assert (fixed["state"], fixed["resolvedHow"]) == ("RESOLVED", "absent")


def test_a_plain_agent_is_served_as_it_always_was(server, admin):
    with server.client(server.token("--node", "plain-1")) as client:
        plain = PlainAgent(client, "plain-1")
        plain.tick()
        jobs = [
            admin.post("/api/jobs", json={"nodeId": "plain-1", "script": f"echo {n}; exit {n}"}).json() for n in (0, 3)
        ]
        plain.tick()
        client.post(
            "/api/findings",
            json={
                "nodeId": "plain-1",
                "findings": [
                    {"type": "tls.unreadable", "key": "/x", "severity": "INFO", "message": "no", "metadata": {}}
                ],
            },
        )

    assert plain.ran == [job["id"] for job in jobs]
    states = [admin.get(f"/api/jobs/{job['id']}").json()["state"] for job in jobs]
    assert states == ["SUCCEEDED", "FAILED"]
    assert admin.get(f"/api/jobs/{jobs[1]['id']}/output").text == "3\n"
    (finding,) = admin.get("/api/findings", params={"nodeId": "plain-1"}).json()["items"]
    assert finding["state"] == "OPEN"


def test_a_stopped_agents_node_goes_offline_and_comes_back(server, tmp_path, online, status_of):
    with agent(server, tmp_path, "eu-3"):
        online("eu-3")
    wait_until(lambda: status_of("eu-3") == "OFFLINE")
    with agent(server, tmp_path, "eu-3"):
        online("eu-3")


def test_a_job_goes_on_when_its_agent_is_stopped_and_the_next_one_takes_it_up(server, tmp_path, admin, online):
    script = "for n in $(seq 1 30); do echo line $n; sleep 0.1; done; exit 5"
    with agent(server, tmp_path, "eu-4") as first:
        online("eu-4")
        job = admin.post("/api/jobs", json={"nodeId": "eu-4", "script": script}).json()
        wait_until(lambda: admin.get(f"/api/jobs/{job['id']}").json()["outputBytes"] > 0)
        start = time.monotonic()
        first.process.terminate()
        assert first.process.wait(10) == 0
        assert time.monotonic() - start < 5
    with agent(server, tmp_path, "eu-4"):
        end = ended(admin, job["id"])
    assert (end["state"], end["exitCode"]) == ("FAILED", 5)
    assert admin.get(f"/api/jobs/{job['id']}/output").text == "".join(f"line {n}\n" for n in range(1, 31))


def test_a_token_revoked_in_mid_job_keeps_the_jobs_end_out(server, tmp_path, admin, online):
    """Whoever was revoked is not believed any more, whatever it was doing; the job is shown as running, then lost."""
    minted = admin.post("/api/tokens", json={"nodeId": "eu-5"}).json()
    with agent(server, tmp_path, "eu-5", minted["token"]) as revoked:
        online("eu-5")
        job = admin.post("/api/jobs", json={"nodeId": "eu-5", "script": "sleep 2; echo done"}).json()
        wait_until(lambda: admin.get(f"/api/jobs/{job['id']}").json()["state"] == "RUNNING")
        admin.post(f"/api/tokens/{minted['id']}/revocation")
        wait_until(lambda: "heartbeat error: API returned 401" in revoked.log.read_text(), seconds=10)
        time.sleep(2)
        assert admin.get(f"/api/jobs/{job['id']}").json()["state"] == "RUNNING"
    with agent(server, tmp_path, "eu-5"):  # with a new token it may speak of it again
        assert ended(admin, job["id"])["state"] == "SUCCEEDED"


def test_two_agents_with_one_node_id_are_noticed_and_get_no_jobs(server, tmp_path, admin):
    """Two machines differ in their boot id; here the far end plays both."""
    with server.client(server.token("--node", "twin")) as client:
        plain = {"node_id": "twin", "hostname": "h", "os": "o", "cpu_percent": 1, "ram_percent": 1, "disk_percent": 1}
        for boot_id in "abababab":
            client.post("/api/heartbeat", json=plain | {"agent_version": "1", "boot_id": boot_id}).raise_for_status()
        admin.post("/api/jobs", json={"nodeId": "twin", "script": "true"})
        assert client.get("/api/jobs/pending", params={"nodeId": "twin"}).json() is None

        def found():
            return admin.get("/api/findings", params={"nodeId": "twin"}).json()["items"]

        (finding,) = wait_until(found)
    assert (finding["type"], finding["severity"]) == ("agent.duplicate_identity", "CRITICAL")


def test_the_control_plane_dies_and_nothing_is_lost(tmp_path):
    script = "for n in $(seq 1 40); do echo line $n; sleep 0.1; done"
    with serving(tmp_path / "box") as server, server.client(server.key(Role.ADMIN)) as ada:
        with agent(server, tmp_path / "node", "eu-6", server.token("--fleet")):
            wait_until(lambda: ada.get("/api/nodes/eu-6").status_code == 200)
            job = ada.post("/api/jobs", json={"nodeId": "eu-6", "script": script}).json()
            wait_until(lambda: ada.get(f"/api/jobs/{job['id']}").json()["outputBytes"] > 0)
            server.restart()
            end = ended(ada, job["id"], seconds=90)

        assert (end["state"], end["exitCode"]) == ("SUCCEEDED", 0)
        output = ada.get(f"/api/jobs/{job['id']}/output").text
        assert output == "".join(f"line {n}\n" for n in range(1, 41))


def make_certificate(path, days):
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=x"]
    subprocess.run([*command, "-days", str(days), "-out", str(path)], check=True, capture_output=True)


def scan_now(admin):
    """A preset of no effect asks for the scan of its type when it has ended."""
    job = admin.post(
        "/api/jobs", json={"nodeId": "eu-1", "preset": "certbot-renew", "params": {"lineage": "none"}}
    ).json()
    ended(admin, job["id"])
    time.sleep(1)


def test_what_is_on_a_node_is_told(eu_1, online, admin, server):
    online("eu-1")

    def parts():
        return {each["part"]: each["items"] for each in admin.get("/api/nodes/eu-1/inventory").json()["items"]}

    wait_until(lambda: {"users", "system"} <= parts().keys(), seconds=30)
    assert parts()["users"]["root"].startswith("uid 0")
    assert parts()["system"]["kernel"] == admin.get("/api/nodes/eu-1").json()["kernel"]
    assert admin.get("/api/nodes/eu-1/changes").json() == {"items": [], "next": None}
    listed = server.cli("node", "inventory", "eu-1", "--part", "users", remote=True).stdout
    assert "root" in listed
    assert server.cli("node", "changes", "eu-1", "--since", "7d", remote=True).stdout.strip() == "Nothing has changed."
