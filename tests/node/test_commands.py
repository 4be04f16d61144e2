"""What an operator types."""

import json
import subprocess
import sys

import pytest

from hyprwire import __version__
from tests.node.certificates import self_signed
from tests.node.far_end import Reply
from tests.program import AGENT


def hyprnode(*words, **env):
    return subprocess.run(
        [*AGENT, *words],
        env={"PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        text=True,
        timeout=20,
    )


def test_version():
    assert hyprnode("version").stdout == f"hyprnode {__version__}\n"


def test_a_command_that_is_none_shows_those_that_are():
    done = hyprnode("dance")

    assert done.returncode == 2
    first, second, *_ = done.stderr.splitlines()
    assert first == "hyprnode: 'dance' is no command, expected:"
    assert second.startswith("hyprnode ")


@pytest.mark.parametrize("words", [(), ("once",), ("scan",)])
def test_a_bad_variable_is_one_sentence(words):
    done = hyprnode(*words, HYPRBOX_INTERVAL="5x")

    assert done.returncode == 2
    assert done.stderr == "HYPRBOX_INTERVAL is '5x', expected a duration such as 30s or 5m\n"


def test_scan_prints_and_sends_nothing(plain_api, tmp_path):
    self_signed(tmp_path, "short", days=5)
    settings = {"HYPRBOX_TLS_PATHS": f"{tmp_path}/*.crt", "HYPRBOX_API_URL": plain_api.url}

    words, as_json = hyprnode("scan", **settings), hyprnode("scan", "--json", **settings)
    assert "CRITICAL tls.expiring" in words.stdout
    assert "a.example expires in 4 days" in words.stdout
    seen = json.loads(as_json.stdout)
    assert f"{tmp_path}/short.crt" in [finding["key"] for finding in seen["findings"]]
    assert "tls" in [run["name"] for run in seen["scanners"]]
    assert plain_api.calls == []


def test_once_does_everything_once(full_api, start):
    for number in range(2):
        full_api.run(f"exit {number}", job_id=f"job-{number}")
    agent = start(full_api, "once")

    assert agent.process.wait(10) == 0
    assert [full_api.rows[job].completion["exitCode"] for job in ("job-0", "job-1")] == [0, 1]
    assert len(full_api.asked("heartbeat")) == 1
    assert len(full_api.findings) == 1


def test_once_says_what_went_wrong(plain_api, start):
    plain_api.then("heartbeat", Reply(401))
    agent = start(plain_api, "once")

    assert agent.process.wait(10) == 1
    assert agent.log == "error: API returned 401\n"


ELSEWHERE = """
import sys
import psutil  # as it is there: it looks at the platform when it is loaded
sys.platform = "darwin"
for module in ("fcntl", "pwd", "resource", "ctypes"):  # what not every system has
    sys.modules[module] = None
from hyprnode.__main__ import main
sys.argv = ["hyprnode", "once"]
sys.exit(main())
"""


def test_elsewhere_there_are_heartbeats_and_nothing_else(plain_api):
    plain_api.run("exit 0")
    env = {"PATH": "/usr/bin:/bin", "HYPRBOX_API_URL": plain_api.url, "HYPRBOX_NODE_ID": "mac-1"}
    done = subprocess.run([sys.executable, "-c", ELSEWHERE], env=env, capture_output=True, text=True, timeout=20)

    assert (done.returncode, done.stderr) == (0, "")
    assert [call.route for call in plain_api.calls] == ["heartbeat"]
    assert plain_api.calls[0].body["node_id"] == "mac-1"
