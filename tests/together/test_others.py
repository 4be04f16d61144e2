"""Other programs read the fleet: Ansible and Prometheus, the real ones, from the same query language."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

from hyprbox.people.model import Role
from tests.servers import PLAIN, clean_env, free_port, wait_until
from tests.servers import answers as is_up

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def fleet(server, admin):
    with server.client(server.token("--fleet")) as agent:
        for n in range(3):
            load = {"cpu_percent": 1, "ram_percent": 1, "disk_percent": 1, "status": "online", "agent_version": "0.1.0"}
            about = {"node_id": f"web-{n}", "hostname": f"web{n}", "os": "Debian GNU/Linux 12", "ip": f"10.0.0.{n + 1}"}
            agent.post("/api/heartbeat", json=about | load | {"labels": {"rack": str(n)}}).raise_for_status()
        agent.post("/api/heartbeat", json=about | load | {"node_id": "v6", "ip": "2001:db8::5"}).raise_for_status()
    for n in range(2):
        admin.patch(f"/api/nodes/web-{n}", json={"labels": {"env": "prod", "the.role": "x"}}).raise_for_status()


def test_ansible_reads_the_nodes_of_a_query(server, admin, fleet, tmp_path):
    (tmp_path / "hyprbox.yml").write_text(
        'plugin: hyprbox\nquery: env=prod\ncompose: {short: "hyprbox_os.split()[0]"}\n'
    )
    env = clean_env() | {
        "HYPRBOX_API_URL": server.url, "HYPRBOX_API_KEY": server.key(Role.VIEWER), "HOME": str(tmp_path),
        "ANSIBLE_INVENTORY_PLUGINS": str(ROOT / "deploy" / "ansible"), "ANSIBLE_INVENTORY_ENABLED": "hyprbox",
        "ANSIBLE_LOCAL_TEMP": str(tmp_path / "tmp"), "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    command = [Path(sys.executable).parent / "ansible-inventory", "-i", str(tmp_path / "hyprbox.yml"), "--list"]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "WARNING" not in ran.stderr, ran.stderr
    said = json.loads(ran.stdout)
    assert sorted(said["_meta"]["hostvars"]) == ["web-0", "web-1"]
    assert said["env_prod"]["hosts"] == ["web-0", "web-1"]
    assert said["rack_1"]["hosts"] == ["web-1"]
    assert {"the_role_x"} <= said.keys()
    facts = {name: plain(value) for name, value in said["_meta"]["hostvars"]["web-1"].items()}
    assert (facts["ansible_host"], plain(facts["hyprbox_labels"]["rack"]), facts["short"]) == (
        "10.0.0.2",
        "1",
        "Debian",
    )


def plain(value):
    """Ansible marks what comes from elsewhere, so that nothing in it is taken for a template."""
    return value["__ansible_unsafe"] if isinstance(value, dict) and "__ansible_unsafe" in value else value


def test_ansible_is_told_what_is_wrong_with_a_query(server, fleet, tmp_path):
    (tmp_path / "hyprbox.yml").write_text("plugin: hyprbox\nquery: status=asleep\n")
    env = clean_env() | {
        "HYPRBOX_API_URL": server.url, "HYPRBOX_API_KEY": server.key(Role.VIEWER), "HOME": str(tmp_path),
        "ANSIBLE_INVENTORY_PLUGINS": str(ROOT / "deploy" / "ansible"), "ANSIBLE_INVENTORY_ENABLED": "hyprbox",
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    command = [Path(sys.executable).parent / "ansible-inventory", "-i", str(tmp_path / "hyprbox.yml"), "--list"]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert ran.returncode != 0
    assert "expected status=online or status=offline" in " ".join((ran.stderr + ran.stdout).split())


def test_prometheus_finds_what_to_scrape(server, fleet, tmp_path):
    discovery = {
        "url": f"{server.url}/api/discovery/prometheus?q=node%3Dweb-*,v6&port=9101", "refresh_interval": "1s",
        "authorization": {"type": "Bearer", "credentials": server.key(Role.VIEWER)},
    }  # fmt: skip
    relabel = [{"regex": "__meta_hyprbox_(node|label_.+)", "action": "labelmap"}]
    scrape = {"job_name": "nodes", "http_sd_configs": [discovery], "relabel_configs": relabel, "scrape_interval": "1h"}
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump({"scrape_configs": [scrape]}))
    url = f"http://127.0.0.1:{free_port()}"
    command = [
        "prometheus", f"--config.file={tmp_path / 'prometheus.yml'}", f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address={url.removeprefix('http://')}",
    ]  # fmt: skip
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_until(lambda: is_up(f"{url}/-/ready"), process, tmp_path / "log", seconds=90)

        def found():
            said = httpx.get(f"{url}/api/v1/targets", verify=PLAIN).json()["data"]["activeTargets"]
            return {target["labels"]["node"]: (target["labels"]["instance"], target["labels"]) for target in said}

        wait_until(lambda: len(found()) == 4, process, tmp_path / "log", seconds=60)
        assert found()["v6"][0] == "[2001:db8::5]:9101"
        address, labels = found()["web-1"]
        assert address == "10.0.0.2:9101"
        assert labels.items() >= {"label_env": "prod", "label_the_role": "x", "label_rack": "1"}.items()
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize(("query", "status"), [("q=cpu%3D3", 400), ("port=0", 400), ("port=70000", 400), ("", 200)])
def test_discovery_refuses_what_is_no_query(admin, fleet, query, status):
    assert admin.get(f"/api/discovery/prometheus?{query}").status_code == status


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_the_commands(server, shell):
    assert "_HYPRBOX_COMPLETE" in server.cli("completion", shell).stdout
    env = clean_env() | {"_HYPRBOX_COMPLETE": "bash_complete", "COMP_WORDS": "hyprbox not", "COMP_CWORD": "1"}
    code = "from hyprbox.cli import main; main(prog_name='hyprbox')"
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60)
    assert "notify" in ran.stdout
