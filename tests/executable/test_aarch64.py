"""The file for aarch64, cross-compiled with the same script: run by qemu, which translates it one process at a time."""

import json
import subprocess

import pytest

from hyprbox.people.model import Role
from hyprwire import __version__
from tests.executable.making import build
from tests.servers import clean_env, serving


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return build.build("aarch64", tmp_path_factory.mktemp("aarch64"))


@pytest.fixture
def run(file, tmp_path):
    def run(*words, **settings):
        env = clean_env() | {
            "HYPRBOX_STATE_DIR": str(tmp_path / "state"),
            "HYPRBOX_SPOOL_DIR": str(tmp_path),
            **settings,
        }
        words = ["qemu-aarch64-static", file, *words]
        return subprocess.run(words, env=env, capture_output=True, text=True, timeout=120)

    return run


def test_it_is_static_and_says_its_version(file, run):
    assert "ARM aarch64" in (said := subprocess.run(["file", file], capture_output=True, text=True).stdout)
    assert "statically linked" in said
    assert run("version").stdout == f"hyprnode {__version__}\n"


def test_every_scanner_goes_through(run):
    ran = run("scan", "--json")

    assert (ran.returncode, "Traceback" in ran.stderr) == (0, False), ran.stderr
    assert [one for one in json.loads(ran.stdout)["scanners"] if not one["ok"]] == []


def test_it_beats(run, tmp_path):
    """And no more: qemu knows no subreapers, which a job's supervisor has to be."""
    with serving(tmp_path / "server") as server, server.client(server.key(Role.ADMIN)) as ada:
        token = server.token("--node", "eu-1")
        ran = run("once", HYPRBOX_API_URL=server.url, HYPRBOX_NODE_ID="eu-1", HYPRBOX_NODE_TOKEN=token)
        node = ada.get("/api/nodes/eu-1").json()

    assert (ran.returncode, node["status"], node["agentVersion"]) == (0, "ONLINE", __version__), ran.stderr
    assert node["architecture"] == "aarch64"
