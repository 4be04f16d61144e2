"""The file in other people's roots, as a user that nobody knows: whatever libc is there, or none."""

import json

import pytest

from hyprbox.people.model import Role
from hyprwire import __version__
from tests.executable import trees
from tests.servers import serving

NAMES = ("empty", "musl", "Debian 11", "Debian 12", "Debian 13")


@pytest.fixture(scope="module", params=NAMES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def root(name):
    return trees.named(name)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


def test_it_runs_there(root):
    ran = trees.inside(root, "/hyprnode", "version")

    assert (ran.returncode, ran.stdout) == (0, f"hyprnode {__version__}\n"), ran.stderr


def test_the_tree_of_musl_has_no_other_libc():
    root = trees.named("musl")
    ran = trees.inside(root, "/bin/sh", "-c", "/hyprnode version && /bin/busybox ls /lib")

    assert ran.stdout.startswith(f"hyprnode {__version__}\n"), ran.stderr
    assert "ld-musl-x86_64.so.1" in ran.stdout.split()
    assert [path for path in root.rglob("*") if path.name in ("libc.so.6", "ld-linux-x86-64.so.2")] == []


def test_every_scanner_goes_through_there(root):
    ran = trees.inside(root, "/hyprnode", "scan", "--json")

    assert (ran.returncode, "Traceback" in ran.stderr) == (0, False), ran.stderr
    assert [one for one in json.loads(ran.stdout)["scanners"] if not one["ok"]] == []


def test_it_beats_and_runs_a_job_where_there_is_a_bash(name, root, server):
    node_id = name.replace(" ", "-").lower()
    settings = {
        "HYPRBOX_API_URL": server.url, "HYPRBOX_NODE_ID": node_id, "HYPRBOX_NODE_TOKEN": server.token("--node", node_id)
    }  # fmt: skip
    with server.client(server.key(Role.ADMIN)) as ada:
        assert trees.inside(root, "/hyprnode", "once", **settings).returncode == 0
        job = ada.post(
            "/api/jobs", json={"nodeId": node_id, "script": ". /etc/os-release; echo $ID $VERSION_ID; exit 3"}
        )
        ran = trees.inside(root, "/hyprnode", "once", **settings)
        node = ada.get(f"/api/nodes/{node_id}").json()
        ended = ada.get(f"/api/jobs/{job.json()['id']}").json()
        output = ada.get(f"/api/jobs/{job.json()['id']}/output").text

    assert (ran.returncode, node["status"], ended["state"]) == (0, "ONLINE", "FAILED"), ran.stderr
    if name.startswith("Debian"):
        assert node["os"].startswith(f"Debian GNU/Linux {name[-2:]}")
        assert (ended["exitCode"], output) == (3, f"debian {name[-2:]}\n")
    else:
        assert "bash" in ended["errorMsg"]
