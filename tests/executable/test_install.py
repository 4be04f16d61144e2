"""The one line, on a booted Debian: it installs, upgrades, survives the control plane's absence, and leaves nothing."""

import re
import time
from contextlib import contextmanager

import pytest

from hyprwire import __version__
from tests.host import agent
from tests.program import EXECUTABLE
from tests.servers import wait_until
from tests.survival.stage import set_up

NAME = f"hyprnode-{__version__}-linux-x86_64"
WATCHED = "/etc /usr /var /opt /root /home /srv /run/hyprnode"
FILES = f"find {WATCHED} -xdev -not -path '/var/log/*' -not -path '/var/lib/systemd/*' | sort"


@pytest.fixture(scope="module")
def carried(tmp_path_factory):
    """What the control plane hands out."""
    folder = tmp_path_factory.mktemp("agents")
    (folder / NAME).write_bytes(EXECUTABLE.read_bytes())
    return folder


@pytest.fixture(scope="module")
def stage(debian, memory_folder, carried):
    with set_up(
        debian, memory_folder, HYPRBOX_AGENT_DIR=str(carried), HYPRBOX_PUBLIC_URL="http://10.99.0.1:4000"
    ) as stage:
        stage.box.run(f"rm -f {agent.PROGRAM}")
        yield stage


@pytest.fixture(scope="module")
def before(stage):
    return stage.box.run(FILES).output


@pytest.fixture(scope="module")
def eu_1(stage, before):
    """Installed by the line that the control plane gave, and ONLINE; how long that took is checked by a test."""
    begun = time.monotonic()
    ran = install(stage, nodeId="eu-1", labels={"env": "prod"})
    stage.took = time.monotonic() - begun
    assert "Node eu-1 runs" in ran.output
    return "eu-1"


def install(stage, **enrolment):
    made = stage.admin.post("/api/enrolments", json=enrolment).json()
    line = made["line"].replace("| sudo sh", f"| HYPRBOX_NODE_ID={enrolment.get('nodeId', '')} sh")
    ran = stage.box.run(line)
    wait_until(lambda: stage.node(enrolment["nodeId"]).get("status") == "ONLINE")
    return ran


def test_the_line_brings_a_node_online_within_seconds(stage, eu_1):
    node = stage.node(eu_1)

    assert (node["status"], node["labels"], node["agentVersion"]) == ("ONLINE", {"env": "prod"}, __version__)
    print(f"from the line to ONLINE: {stage.took:.1f} s")
    assert stage.took < 30  # 5 on a machine that does nothing else


def test_the_token_is_systemds_to_hand_over_and_in_no_environment(stage, eu_1):
    seen = stage.box.run(
        "cat /etc/hyprbox/hyprnode.env; tr '\\0' '\\n' </proc/$(pidof -s hyprnode)/environ; ps axww; "
        "systemctl show hyprnode; stat -c %a /etc/hyprbox/token"
    ).output

    assert "hbnt_" not in seen
    assert seen.endswith("\n600\n")
    assert "hbec_" not in stage.box.run("journalctl; cat /etc/hyprbox/*").output


def test_a_second_time_nothing_is_changed_and_nothing_restarted(stage, eu_1):
    pid = main_pid(stage)

    assert "nothing was changed" in stage.box.run("curl -fsSL http://10.99.0.1:4000/install.sh | sh").output
    assert main_pid(stage) == pid


def test_an_upgrade_during_a_job_loses_nothing_of_it(stage, eu_1, carried):
    job = stage.queue(eu_1, "for n in $(seq 60); do echo $n; sleep 0.1; done; exit 3")
    stage.printed(job, "3\n")
    (carried / NAME).write_bytes(agent.of_version("9.9.9", EXECUTABLE))
    try:
        said = stage.box.run("curl -fsSL http://10.99.0.1:4000/install.sh | sh").output
    finally:
        (carried / NAME).write_bytes(EXECUTABLE.read_bytes())

    assert "wrote /usr/local/bin/hyprnode" in said
    wait_until(lambda: stage.node(eu_1)["agentVersion"] == "9.9.9")
    assert (stage.ended(job)["exitCode"], stage.output(job)) == (3, "".join(f"{n}\n" for n in range(1, 61)))


@contextmanager
def killed(stage):
    stage.plane.kill()
    try:
        yield
    finally:
        stage.plane.start()


@contextmanager
def unreachable(stage):
    """Nobody says that nobody is there."""
    stage.net.cut()
    try:
        yield
    finally:
        stage.net.mend()


@pytest.mark.parametrize("away", [killed, unreachable])
def test_a_control_plane_that_is_away_restarts_no_agent(stage, eu_1, away):
    """An hour, accelerated: the watchdog asks for a sign of life thirteen times, all the while that nobody answers."""
    quick = "[Service]\nWatchdogSec=2s\nEnvironment=HYPRBOX_INTERVAL=1s\n"
    stage.box.write("/run/systemd/system/hyprnode.service.d/quick.conf", quick)
    stage.box.run("systemctl daemon-reload; systemctl restart hyprnode")
    pid = main_pid(stage)
    with away(stage):
        time.sleep(26)
        assert main_pid(stage) == pid
        assert stage.box.run("systemctl show -P NRestarts hyprnode").output == "0\n"
    back = stage.node(eu_1)["lastSeen"]
    wait_until(lambda: stage.node(eu_1)["lastSeen"] > back, seconds=90)
    assert main_pid(stage) == pid
    stage.box.run("rm -r /run/systemd/system/hyprnode.service.d; systemctl daemon-reload; systemctl restart hyprnode")


def test_an_agent_that_hangs_is_started_anew(stage, eu_1):
    quick = "[Service]\nWatchdogSec=2s\nRestartSec=100ms\n"
    stage.box.write("/run/systemd/system/hyprnode.service.d/quick.conf", quick)
    stage.box.run("systemctl daemon-reload; systemctl restart hyprnode")
    pid = main_pid(stage)
    stage.box.run(f"kill -STOP {pid}")
    wait_until(lambda: main_pid(stage) not in (pid, "0"), seconds=60)
    stage.box.run("rm -r /run/systemd/system/hyprnode.service.d; systemctl daemon-reload; systemctl restart hyprnode")


def test_a_clone_becomes_a_node_of_its_own(stage, eu_1):
    made = stage.admin.post("/api/enrolments", json={"nodeId": "eu-2"}).json()
    stage.box.write("/root/code", made["code"], mode=0o600)

    stage.box.run(f"{agent.PROGRAM} install --node-id eu-2 --code-file /root/code --reset-identity; rm /root/code")

    wait_until(lambda: stage.node("eu-2").get("status") == "ONLINE")
    assert stage.box.run("grep NODE_ID /etc/hyprbox/hyprnode.env").output == "HYPRBOX_NODE_ID=eu-2\n"


def test_with_a_job_running_it_is_not_taken_away_unasked(stage, eu_1):
    node_id = re.search(r"NODE_ID=(\S+)", stage.box.read("/etc/hyprbox/hyprnode.env"))[1]
    job = stage.queue(node_id, "echo begun; sleep 60")
    stage.printed(job, "begun")

    ran = stage.box.run(f"{agent.PROGRAM} uninstall", check=False)

    assert (ran.code, "still runs" in ran.errors) == (1, True)
    stage.admin.post(f"/api/jobs/{job}/cancellation")
    stage.ended(job)


def test_taken_away_it_leaves_no_file_behind(stage, eu_1, before):
    stage.box.run(f"{agent.PROGRAM} uninstall")

    assert stage.box.run(FILES).output == before
    assert stage.box.run("systemctl cat hyprnode", check=False).code != 0
    assert stage.box.run("pidof hyprnode", check=False).output == ""


def main_pid(stage):
    return stage.box.run("systemctl show -P MainPID hyprnode").output.strip()
