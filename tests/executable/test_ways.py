"""How many machines become nodes, and an agent that is not root: as docs/howto/add-a-node.md says it, word by word."""

import re
import subprocess
import sys
import textwrap
from contextlib import contextmanager
from pathlib import Path

import pytest

from hyprbox.enrolments.line import cloud_init
from tests.executable import trees
from tests.executable.test_install import NAME
from tests.host import agent
from tests.host.tree import tree
from tests.program import EXECUTABLE
from tests.servers import wait_until
from tests.survival.stage import set_up

URL, EXAMPLE = "http://10.99.0.1:4000", "https://box.example.com"
HOWTO = Path(__file__).parent.parent.parent / "docs/howto/add-a-node.md"
SEED = "/var/lib/cloud/seed/nocloud"
ANSIBLE = Path(sys.executable).parent / "ansible-playbook"


@contextmanager
def machine(root, memory_folder, folder):
    (folder / NAME).write_bytes(EXECUTABLE.read_bytes())
    with set_up(root, memory_folder, HYPRBOX_AGENT_DIR=str(folder), HYPRBOX_PUBLIC_URL=URL) as stage:
        stage.box.run(f"rm -f {agent.PROGRAM}")
        yield stage


@pytest.fixture(scope="module")
def stage(debian, memory_folder, tmp_path_factory):
    with machine(debian, memory_folder, tmp_path_factory.mktemp("agents")) as stage:
        yield stage


def block(first_line):
    """The indented block of the howto that begins so."""
    found = re.search(rf"^    {re.escape(first_line)}\n(?:    .*\n|\n(?=    ))*", HOWTO.read_text(), re.M)
    return textwrap.dedent(found[0])


def test_cloud_init_makes_a_machine_a_node(debian, memory_folder, tmp_path):
    assert block("#cloud-config") == cloud_init(EXAMPLE, "hbec_…"), "the howto shows what the dashboard does"
    with machine(tree(trees.OF_A_CLOUD), memory_folder, tmp_path) as stage:
        code = stage.admin.post("/api/enrolments", json={"labels": {"env": "prod"}}).json()["code"]
        stage.box.write(f"{SEED}/user-data", cloud_init(URL, code))
        stage.box.write(f"{SEED}/meta-data", "instance-id: i-1\nlocal-hostname: web-1\n")
        stage.box.write(
            "/etc/cloud/cloud.cfg.d/90.cfg", "datasource_list: [NoCloud]\nnetwork: {config: disabled}\nlocale: false\n"
        )

        said = stage.box.run(f"cloud-init schema --config-file {SEED}/user-data").output
        assert "Valid" in said
        for step in ("init --local", "init", "modules --mode=config", "modules --mode=final"):
            stage.box.run(f"cloud-init {step}", timeout=120)

        wait_until(lambda: stage.node("web-1").get("status") == "ONLINE")
        assert stage.node("web-1")["labels"] == {"env": "prod"}


def play(stage, folder, code):
    key = folder / "key"
    if not key.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        stage.box.write("/root/.ssh/authorized_keys", key.with_suffix(".pub").read_text(), mode=0o600)
    tasks = textwrap.indent(block("- name: HyprNode").replace(EXAMPLE, URL), "    ")
    (folder / "play.yml").write_text(f"- hosts: all\n  remote_user: root\n  tasks:\n{tasks}")
    (folder / "vault.yml").write_text(f"hyprbox_code: {code}\n")
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "ANSIBLE_HOST_KEY_CHECKING": "False", "LC_ALL": "C.UTF-8"}
    env["ANSIBLE_SSH_ARGS"] = "-o ControlMaster=no"  # its socket's path would be too long
    words = [ANSIBLE, "-i", "10.99.0.2,", "--private-key", key, "-e", f"@{folder}/vault.yml", "-v", folder / "play.yml"]
    command = stage.net.command(*map(str, words))
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)


@pytest.fixture(scope="module")
def played(stage, tmp_path_factory):
    """What Ansible said the first time; and how it is had to do it once more."""
    folder = tmp_path_factory.mktemp("ansible")
    code = stage.admin.post("/api/enrolments", json={}).json()["code"]
    first = play(stage, folder, code)
    assert first.returncode == 0, first.stdout + first.stderr
    wait_until(lambda: stage.node("box").get("status") == "ONLINE")
    return first, lambda: play(stage, folder, code)


def test_ansible_makes_a_machine_a_node_once(played):
    first, again = played
    assert re.search(r"ok=2 +changed=1 ", first.stdout)

    second = again()

    assert re.search(r"ok=2 +changed=0 ", second.stdout), second.stdout
    assert "hbec_" not in first.stdout + second.stdout


def test_without_root_fixes_go_through_sudo(stage, played):
    stage.box.run(block("useradd --system --home-dir /var/lib/hyprnode --shell /usr/sbin/nologin hyprnode"))
    stage.box.write("/etc/systemd/system/hyprnode.service.d/user.conf", block("[Service]"))
    stage.box.run("chmod o+w /etc/crontab; systemctl daemon-reload; systemctl restart hyprnode")

    job = stage.queue("box", "id -un; sudo -n id -un; grep NoNewPrivs /proc/self/status; exit 3")
    assert (stage.ended(job)["exitCode"], stage.output(job)) == (3, "hyprnode\nroot\nNoNewPrivs:\t0\n")

    wait_until(lambda: loose(stage), seconds=60)
    fix = stage.admin.post(f"/api/findings/{loose(stage)['id']}/fix", json={"params": {}}).json()["id"]
    assert stage.ended(fix)["state"] == "SUCCEEDED", stage.output(fix)
    wait_until(lambda: loose(stage) is None, seconds=60)
    assert stage.box.run("stat -c %a /etc/crontab").output == "644\n"


def loose(stage):
    found = stage.admin.get("/api/findings", params={"limit": 500}).json()["items"]
    return next((one for one in found if (one["type"], one["key"]) == ("perm.loose", "/etc/crontab")), None)
