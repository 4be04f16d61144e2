"""The agent works with an API that knows only the original's description."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import hyprwire
from hyprwire import __version__
from tests.node.agents import TOKEN
from tests.node.far_end import Reply


def test_it_beats_at_once_and_again(plain_api, start):
    start(plain_api)

    beats = plain_api.wait_for(lambda: len(plain_api.asked("heartbeat")) >= 2 and plain_api.asked("heartbeat"))
    assert beats[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert beats[0].headers["user-agent"] == f"hyprnode/{__version__}"
    assert beats[0].body["node_id"] == "eu-1"
    assert beats[0].body["status"] == "online"
    assert all(0 <= beats[0].body[name] <= 100 for name in ("cpu_percent", "ram_percent", "disk_percent"))
    assert None not in beats[0].body.values()


def test_a_job_is_run_and_told(plain_api, start):
    plain_api.run("echo out; echo err >&2; sleep 0.3; echo late; exit 3")
    start(plain_api)

    assert plain_api.ended()["exitCode"] == 3
    assert plain_api.output["job-1"] == "out\nerr\nlate\n"
    assert "runId" not in plain_api.asked("complete")[0].body
    assert not plain_api.asked("accept")
    assert not plain_api.asked("ping")


def test_jobs_are_drained_one_after_the_other(plain_api, start):
    for number in range(3):
        plain_api.run(f"echo {number}", job_id=f"job-{number}")
    start(plain_api, HYPRBOX_INTERVAL="1h")

    plain_api.ended("job-2")
    assert [call.route for call in plain_api.calls].count("heartbeat") == 1
    assert plain_api.output == {"job-0": "0\n", "job-1": "1\n", "job-2": "2\n"}


def test_it_asks_for_jobs_only_after_a_heartbeat(plain_api, start):
    start(plain_api)
    plain_api.wait_for(lambda: len(plain_api.asked("heartbeat")) >= 4)

    assert len(plain_api.asked("pending")) <= len(plain_api.asked("heartbeat"))
    assert plain_api.asked("pending")[0].query == {"nodeId": "eu-1"}


def test_heartbeats_go_on_while_a_job_runs(plain_api, start):
    plain_api.run("sleep 0.8")
    start(plain_api)

    plain_api.ended()
    assert len(plain_api.asked("heartbeat")) >= 3


def test_an_idle_agent_says_one_line(plain_api, start):
    agent = start(plain_api)
    plain_api.wait_for(lambda: len(plain_api.asked("heartbeat")) >= 3)

    assert agent.log == f"hyprnode {__version__} node=eu-1 api={plain_api.url}\n"


def test_it_is_gone_soon_after_sigterm(plain_api, start):
    agent = start(plain_api)
    plain_api.wait_for(lambda: plain_api.asked("pending"))

    code, seconds = agent.stop()
    assert code == 0
    assert seconds < 2


def test_only_who_waits_for_signals_takes_them(plain_api, start):
    """Else one that comes while a scan's child ends may wake nobody."""
    pid = start(plain_api).process.pid
    plain_api.wait_for(lambda: plain_api.asked("pending") and plain_api.asked("heartbeat"))

    threads = {int(path.name): path / "status" for path in Path(f"/proc/{pid}/task").iterdir()}
    blocked = {thread: int(re.search(r"SigBlk:\s*(\w+)", file.read_text())[1], 16) for thread, file in threads.items()}
    heeded = sum(1 << number - 1 for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD))
    assert len(blocked) > 2
    assert [thread for thread, mask in blocked.items() if mask & heeded != heeded] == [pid]
    assert blocked[pid] & heeded == 0


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_said_in_the_words_that_people_look_for(plain_api, start, status):
    plain_api.then("heartbeat", Reply(status))
    plain_api.then("pending", Reply(status))
    agent = start(plain_api)
    plain_api.wait_for(lambda: len(plain_api.asked("pending")) >= 2)

    assert f"heartbeat error: API returned {status} again_in=" in agent.log
    assert "[jobrunner] poll error: unauthorized — check HYPRBOX_NODE_TOKEN again_in=" in agent.log
    assert agent.log.count("heartbeat works again errors=1") == 1
    assert TOKEN not in agent.log


def test_without_proc_it_says_so_and_goes_on_trying(plain_api, start, tmp_path):
    agent = start(plain_api, HOST_PROC=str(tmp_path))

    plain_api.wait_for(lambda: "collect error: " in agent.log)
    assert f"collect error: [Errno 2] No such file or directory: '{tmp_path}/stat' again_in=" in agent.log
    assert plain_api.calls == []


def test_a_job_that_is_handed_out_twice_is_run_once(plain_api, start, tmp_path):
    for _ in range(2):
        plain_api.run(f"echo ran >> {tmp_path}/ran", env={})
    start(plain_api)
    plain_api.wait_for(lambda: len(plain_api.asked("complete")) == 2)

    first, second = (call.body for call in plain_api.asked("complete"))
    assert first["exitCode"] == 0
    assert (second["exitCode"], second["errorMsg"]) == (
        None,
        "this node has run this job before, and never runs one twice",
    )
    assert (tmp_path / "ran").read_text() == "ran\n"


def test_a_job_for_which_there_is_no_place_says_so(plain_api, start, tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o1777)
    plain_api.run("exit 0")
    start(plain_api, HYPRBOX_SPOOL_DIR=f"{tmp_path}/open")

    assert plain_api.ended()["errorMsg"].startswith(f"not started: HYPRBOX_SPOOL_DIR is '{tmp_path}/open', expected")


def test_the_agent_is_small_and_loads_nothing_it_does_not_need(plain_api, start):
    agent = start(plain_api, HYPRBOX_SCAN_INTERVAL="300ms")
    plain_api.wait_for(lambda: len(plain_api.asked("heartbeat")) >= 3)
    rollup = Path(f"/proc/{agent.process.pid}/smaps_rollup").read_text()
    rss = int(rollup.partition("Rss:")[2].split()[0])

    assert rss <= 24_000, f"{rss} kB"
    assert "unicodedata" not in Path(f"/proc/{agent.process.pid}/maps").read_text()


def test_it_starts_without_site_packages():
    """As it will when it is one frozen file."""
    source = Path(hyprwire.__file__).parent.parent
    code = f"import sys; sys.path.insert(0, {str(source)!r}); from hyprnode import agent, duties; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)

    assert (
        set(done.stdout.split()) & {"asn1crypto", "asyncio", "psutil", "urllib.request", "logging", "ctypes"} == set()
    )
