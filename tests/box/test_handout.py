"""What a machine fetches to become a node, over HTTP: the script, the agent, and a token for the code."""

import hashlib
import os
import subprocess

import httpx
import pytest

from hyprbox.tokens.made import Made
from hyprwire import __version__
from tests.servers import serving

NAME = f"hyprnode-{__version__}-linux-x86_64"
AGENT = b'#!/bin/sh\nprintf \'%s|\' "$@" "$HYPRBOX_ENROLMENT_CODE" "${HYPRBOX_NODE_TOKEN:-}" "${HYPRBOX_NODE_ID:-}"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handout") / "it's agents"
    folder.mkdir()
    (folder / NAME).write_bytes(AGENT)
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory, folder):
    with serving(tmp_path_factory.mktemp("server"), HYPRBOX_AGENT_DIR=str(folder)) as server:
        yield server


def test_the_script_names_this_server_and_the_digest_of_its_agent(server):
    evil = {"host": "127.0.0.2", "x-forwarded-host": "evil.example"}
    script = httpx.get(server.url + "/install.sh", headers=evil).text

    assert f"url={server.url}\n" in script
    assert f"sha256_x86_64={hashlib.sha256(AGENT).hexdigest()}\n" in script
    assert "evil" not in script
    assert "127.0.0.2" not in script
    assert "@" not in "".join(line for line in script.splitlines() if line.startswith(("url=", "sha256", "version=")))


def test_the_agent_is_handed_out_as_it_is_with_its_digest(server):
    agent = httpx.get(f"{server.url}/agent/{NAME}")
    digest = httpx.get(f"{server.url}/agent/{NAME}.sha256").text

    assert agent.content == AGENT
    assert digest == f"{hashlib.sha256(AGENT).hexdigest()}  {NAME}\n"


def test_a_new_agent_has_a_new_digest(server, folder):
    path = folder / NAME
    path.write_bytes(AGENT + b"# newer\n")
    os.utime(path, ns=(1, 1))
    try:
        digest = hashlib.sha256(AGENT + b"# newer\n").hexdigest()
        assert digest in httpx.get(server.url + "/install.sh").text
    finally:
        path.write_bytes(AGENT)


@pytest.mark.parametrize("name", ["hyprnode-0.0.0-linux-x86_64", "..%2fsecret.key", "%2e%2e", NAME + ".sig", "x"])
def test_nothing_else_is_handed_out(server, name):
    assert httpx.get(f"{server.url}/agent/{name}").status_code == 404


def test_where_there_is_no_agent_it_says_how_to_make_one(server):
    answer = httpx.get(f"{server.url}/agent/{NAME.replace('x86_64', 'aarch64')}")

    assert answer.status_code == 503
    assert "`make agent`" in answer.json()["detail"]


def test_without_any_agent_there_is_no_script(tmp_path):
    with serving(tmp_path, HYPRBOX_AGENT_DIR=str(tmp_path / "empty")) as server:
        answer = httpx.get(server.url + "/install.sh")

    assert (answer.status_code, "`make agent`" in answer.json()["detail"]) == (503, True)


def test_the_line_runs_the_agent_with_the_code_where_nobody_reads_it(server, tmp_path):
    if os.geteuid() != 0:
        pytest.fail("the script installs, expected to be run as root")
    made = ada(server, "POST", "/api/enrolments", {"labels": {"env": "prod"}}).json()

    ran = subprocess.run(
        ["sh", "-c", made["line"].replace("sudo ", "")],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.endswith(f"install|--url|{server.url}|{made['code']}|||")


@pytest.mark.parametrize("node_id", ["eu-1", "50%'$(id)\\n<x>", None])
def test_the_line_of_a_token_installs_the_agent_with_it(server, node_id):
    line = Made("", node_id, "hbnt_secret", server.url).install_line
    ran = subprocess.run(
        ["sh", "-c", line.replace("sudo ", "")], capture_output=True, text=True, env={"PATH": os.environ["PATH"]}
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.endswith(f"install|--url|{server.url}||hbnt_secret|{node_id or ''}|")


def test_a_script_that_was_cut_short_does_nothing(server):
    script = httpx.get(server.url + "/install.sh").text
    for length in range(0, len(script) - 10, 400):
        ran = subprocess.run(["sh"], input=script[:length], capture_output=True, text=True)
        assert "Fetching" not in ran.stdout


def test_a_code_is_exchanged_without_any_other_credential(server):
    made = ada(server, "POST", "/api/enrolments", {"nodeId": "eu-1"}).json()
    offer = {"code": made["code"], "nodeId": "eu-1", "hostname": "web-3"}

    first, second = (httpx.post(server.url + "/api/enrolment", json=offer) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 401)
    with server.client(first.json()["token"]) as agent:
        assert agent.get("/api/jobs/pending", params={"nodeId": "eu-1"}).status_code == 200
        assert agent.get("/api/jobs/pending", params={"nodeId": "eu-2"}).status_code == 403


def test_a_code_is_listed_without_itself_and_can_be_revoked(server):
    made = ada(server, "POST", "/api/enrolments", {"uses": 3}).json()

    (row,) = [row for row in ada(server, "GET", "/api/enrolments").json()["items"] if row["id"] == made["id"]]
    revoked = ada(server, "POST", f"/api/enrolments/{made['id']}/revocation").json()

    assert (row["state"], revoked["state"]) == ("live", "revoked")
    assert made["code"] not in str(row)
    offer = {"code": made["code"], "nodeId": "eu-7"}
    assert httpx.post(server.url + "/api/enrolment", json=offer).status_code == 401


def ada(server, method, path, body=None):
    with server.client(server.key("admin")) as client:
        return client.request(method, path, json=body)
