"""The preset agent-upgrade on a booted Debian, from finding to proof: the job that replaces the agent outlives it."""

import pytest

from hyprwire import __version__
from tests.executable.test_install import NAME, main_pid
from tests.host import agent
from tests.program import EXECUTABLE
from tests.servers import wait_until
from tests.survival.stage import set_up

OLD = "0.0.9"


@pytest.fixture(scope="module")
def stage(debian, memory_folder, tmp_path_factory):
    """A node with an older agent than the one that its control plane carries."""
    folder = tmp_path_factory.mktemp("agents")
    (folder / NAME).write_bytes(EXECUTABLE.read_bytes())
    url = "http://10.99.0.1:4000"
    with set_up(
        debian, memory_folder, HYPRBOX_AGENT_DIR=str(folder), HYPRBOX_PUBLIC_URL=url, HYPRBOX_SWEEP_INTERVAL="300ms"
    ) as stage:
        stage.box.write(agent.PROGRAM, agent.of_version(OLD, EXECUTABLE), mode=0o755)
        made = stage.admin.post("/api/enrolments", json={"nodeId": "eu-1"}).json()
        stage.box.write("/root/code", made["code"], mode=0o600)
        stage.box.run(f"{agent.PROGRAM} install --url {url} --node-id eu-1 --code-file /root/code")
        wait_until(lambda: stage.node("eu-1").get("agentVersion") == OLD)
        yield stage


def outdated(stage):
    found = stage.admin.get("/api/findings", params={"limit": 500}).json()["items"]
    return next((one for one in found if one["type"] == "agent.outdated"), None)


def verdict(stage, job):
    past = stage.admin.get("/api/remediations", params={"limit": 100}).json()["items"]
    return next(one["verdict"] for one in past if one["jobId"] == job)


def test_an_older_agent_is_a_finding_which_the_preset_answers_without_losing_anything(stage):
    wait_until(lambda: outdated(stage))
    pid = main_pid(stage)

    answer = stage.admin.post(f"/api/findings/{outdated(stage)['id']}/fix", json={"params": {}})
    assert answer.status_code == 201, answer.text
    job = answer.json()["id"]
    behind = stage.queue("eu-1", "echo after it; exit 3")

    ended, said = stage.ended(job), stage.output(job)
    assert (ended["state"], ended["exitCode"], ended["reason"]) == ("SUCCEEDED", 0, "exit"), said
    assert "wrote /usr/local/bin/hyprnode" in said
    assert "hbnt_" not in said
    assert main_pid(stage) != pid
    assert stage.node("eu-1")["agentVersion"] == __version__
    wait_until(lambda: verdict(stage, job) == "VERIFIED_FIXED")
    assert outdated(stage) is None
    assert (stage.ended(behind)["exitCode"], stage.output(behind)) == (3, "after it\n")
    assert (
        stage.box.run(f"{agent.PROGRAM} doctor >/dev/null; sha256sum <{agent.PROGRAM}", check=False).output[:64]
        == (stage.box.run("curl -fsS http://10.99.0.1:4000/agent/" + NAME + " | sha256sum").output[:64])
    )
