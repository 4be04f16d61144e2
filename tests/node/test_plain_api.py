"""The agent works with an API that knows only the original's description."""

from hyprwire import __version__
from tests.node.agents import TOKEN


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
    plain_api.run("sleep 2.5")
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
