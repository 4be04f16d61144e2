"""What an operator types: on the control plane's machine, and from elsewhere with a key."""

import json
import os
import pty
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from types import SimpleNamespace
from urllib.parse import urlsplit

import httpx
import pytest

from hyprbox.cli import COMMANDS, command, findings, jobs, many, show
from hyprbox.cli.remote import Remote
from hyprbox.cli.run import say_who_is_away, start
from hyprbox.cli.safe import Output, plain
from hyprbox.findings.model import State as FindingState
from hyprbox.jobs.model import State as JobState
from hyprbox.people.model import Role
from tests.cast import BEAT
from tests.servers import run, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def agent(server):
    """A node by hand: it runs what a test says it ran."""
    with server.client(server.token("--fleet")) as client:
        for node_id in ("eu-1", "eu-2"):
            client.post("/api/heartbeat", json=asdict(BEAT) | {"node_id": node_id})
        yield client


def runs(agent, node_id, output="", **ended):
    """Takes the next job of the node, as soon as there is one, and ends it so."""

    def work():
        query, prefer = {"nodeId": node_id}, {"prefer": "wait=20, offer"}
        job = agent.get("/api/jobs/pending", params=query, headers=prefer).json()
        path = f"/api/jobs/{job['id']}"
        agent.post(f"{path}/accept", json={"runId": "r"})
        agent.post(f"{path}/output", json={"output": output, "offset": 0, "runId": "r"})
        time.sleep(0.1)
        agent.post(f"{path}/complete", json={"exitCode": 0, "reason": "exit", "runId": "r"} | ended)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_token_is_all_that_is_printed(server):
    token = server.cli("token", "create", "--node", "eu-9").stdout
    assert token.startswith("hbnt_")
    assert token.count("\n") == 1
    made = json.loads(server.cli("token", "create", "--fleet", "--expires", "90d", "--json").stdout)
    assert set(made) == {"id", "token"}


@pytest.mark.parametrize("remote", [False, True], ids=["here", "over HTTP"])
def test_tokens_are_listed_rotated_and_revoked(server, remote):
    made = json.loads(server.cli("token", "create", "--node", "eu-8", "--json", remote=remote).stdout)
    successor = server.cli("token", "rotate", made["id"], remote=remote).stdout
    server.cli("token", "revoke", made["id"], remote=remote)

    assert successor.startswith("hbnt_")
    rows = json.loads(server.cli("token", "list", "--json", remote=remote).stdout)
    assert {row["state"] for row in rows if row["nodeId"] == "eu-8"} >= {"live", "revoked"}
    assert "revoked" in server.cli("token", "list", remote=remote).stdout


@pytest.mark.parametrize("remote", [False, True], ids=["here", "over HTTP"])
def test_people_are_invited_and_disabled(server, remote):
    name = f"bo-{remote}"
    assert "/dashboard/welcome/hbln_" in server.cli("user", "create", name, "--role", "viewer", remote=remote).stdout
    assert "/dashboard/welcome/hbln_" in server.cli("user", "reset", name, remote=remote).stdout
    server.cli("user", "disable", name, remote=remote)
    people = {row["name"]: row for row in json.loads(server.cli("user", "list", "--json", remote=remote).stdout)}
    assert people[name]["disabledAt"]


def test_whom_strangers_keep_out_comes_in_by_a_link_and_loses_nothing(server):
    server.cli("user", "create", "kept-out", "--role", "viewer")
    link = server.cli("user", "link", "kept-out").stdout.strip()
    assert httpx.get(server.url + urlsplit(link).path).status_code == 200
    assert "on the control plane's own machine" in server.cli("user", "link", "ada", remote=True, check=False).stderr
    server.cli("user", "disable", "kept-out")
    assert "kept-out is disabled" in server.cli("user", "link", "kept-out", check=False).stderr


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (["token", "create"], 2, "either --node ID or --fleet"),
        (["token", "create", "--fleet", "--expires", "soon"], 2, "expected a duration"),
        (["token", "revoke", "nothing"], 1, "hyprbox: token nothing does not exist"),
        (["user", "disable", "nobody"], 1, "hyprbox: nobody is called nobody"),
        (["node", "list"], 2, "HYPRBOX_API_URL and HYPRBOX_API_KEY are not both set"),
        (["run", "--node", "eu-1"], 2, "expected --node ID or a QUERY, and one of"),
        (["run", "", "--", "uptime"], 2, "node=* is every one"),
        (
            ["run", "--node", "a", "--timeout", "8d", "--", "b"],
            2,
            "--timeout is longer than it may be, expected at most 7d",
        ),
        (["job", "list", "--state", "foo"], 2, "is not one of 'queued', 'running'"),
        (["finding", "list", "--state", "foo"], 2, "is not one of 'open'"),
        (["schedule", "add", "n", "q", "--", "true"], 2, "expected either --cron"),
        (["schedule", "add", "n", "q", "--at", "noon", "--", "true"], 2, "--at is 'noon', expected a time such as"),
        (["nonsense"], 2, "No such command"),
        (["nodes"], 2, "Did you mean 'node'?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_explained_in_a_sentence(server, words, code, complaint):
    ran = server.cli(*words, check=False)
    assert (ran.returncode, complaint in ran.stderr, "Traceback" in ran.stderr) == (code, True, False)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_group_says_it_has_it_has(name):
    has = getattr(command(name), "commands", None)
    said = COMMANDS[name][1].rpartition(": ")[2].rstrip(".").split(", ")
    assert has is None or name == "notify" or set(said) - {"…"} <= set(has)


def test_the_states_that_can_be_asked_for_are_those_that_there_are():
    assert list(findings.STATES) == list(FindingState)
    assert list(jobs.STATES) == list(JobState)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name):
    found = command(name)
    assert found.name == name
    for each in (found, *getattr(found, "commands", {}).values()):
        assert each.get_short_help_str(), each.name


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("HYPRBOX_OFFLINE_AFTER", "5x", "HYPRBOX_OFFLINE_AFTER is '5x', expected a duration"),
        ("HYPRBOX_DATABASE_URL", "mysql://x", "expected sqlite:///FILE or postgresql://"),
        ("HYPRBOX_REQUIRE_NODE_TOKEN", "maybe", "expected true or false"),
        ("HYPRBOX_PUBLIC_URL", "box.example", "expected an address such as"),
    ],
)
def test_a_bad_variable_is_named_with_its_value(server, name, value, complaint):
    env = server.env | {name: value}
    ran = run("serve", env=env)
    assert ran.returncode == 2
    assert complaint in ran.stderr


@pytest.mark.parametrize("words", [["serve"], ["user", "list"]], ids=" ".join)
@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        (
            "HYPRBOX_DATABASE_URL",
            "postgresql://x:hidden@127.0.0.1:1/x",
            "the database does not do its work: connection",
        ),
        ("HYPRBOX_DATA_DIR", "/proc/nowhere", "hyprbox: /proc/nowhere: "),
    ],
    ids=["database", "folder"],
)
def test_what_is_not_to_be_had_is_said_in_a_sentence(server, words, name, value, complaint):
    env = server.env | {"HYPRBOX_DATABASE_URL": ""} | {name: value}
    ran = run(*words, env=env)
    assert (ran.returncode, complaint in ran.stderr) == (1, True), ran.stderr
    assert "Traceback" not in ran.stderr
    assert "hidden" not in ran.stderr


def test_run_prints_the_output_and_ends_with_the_jobs_exit_code(server, agent):
    worker = runs(agent, "eu-1", "hello\n", exitCode=3)
    ran = server.cli("run", "--node", "eu-1", "--", "echo", "a b", check=False, remote=True)
    worker.join()

    assert (ran.returncode, ran.stdout) == (3, "hello\n")
    job = json.loads(server.cli("job", "list", "--json", remote=True).stdout)[0]
    assert json.loads(server.cli("job", "show", job["id"], "--json", remote=True).stdout)["script"] == "echo 'a b'"
    assert server.cli("job", "output", job["id"], remote=True).stdout == "hello\n"


def test_run_on_several_nodes_names_each_line(server, agent):
    workers = [runs(agent, "eu-1", "one\ntwo"), runs(agent, "eu-2", "three\n", exitCode=1)]
    ran = server.cli("run", "--node", "eu-1", "--node", "eu-2", "--", "true", check=False, remote=True)
    for worker in workers:
        worker.join()

    assert ran.returncode == 1
    assert {"eu-1 │ one", "eu-1 │ two", "eu-2 │ three"} <= set(ran.stdout.splitlines())
    assert "FAILED" in ran.stdout


@pytest.mark.parametrize("option", [["--plan"], ["--canary", "1"], ["--expires", "1h"], ["--title", "t"]], ids=" ".join)
def test_what_is_of_a_run_over_a_query_is_not_passed_over(server, agent, option):
    """`run --plan --node eu-1` ran what was only to be shown."""
    ran = server.cli("run", "--node", "eu-1", *option, "--", "true", check=False, remote=True)
    assert (ran.returncode, f"{option[0]} is for a QUERY" in ran.stderr) == (2, True)
    with server.client(server.key(Role.ADMIN)) as ada:
        assert not ada.get("/api/jobs", params={"state": "QUEUED"}).json()["items"]


def test_jobs_that_nobody_waits_for_are_named(server, agent):
    ran = server.cli("run", "--node", "eu-1", "--node", "eu-2", "--detach", "--", "true", remote=True)
    first, second = ran.stdout.split()
    with server.client(server.key(Role.ADMIN)) as ada:
        assert [ada.get(f"/api/jobs/{job}").json()["nodeId"] for job in (first, second)] == ["eu-1", "eu-2"]
        for job in (first, second):
            ada.post(f"/api/jobs/{job}/cancellation").raise_for_status()


@pytest.mark.parametrize("detach", [[], ["--detach"]], ids=["followed", "detached"])
def test_nothing_runs_anywhere_when_one_node_is_mistyped(server, agent, detach):
    """It ran on the first, and again on whoever typed it right the second time."""
    ran = server.cli("run", "--node", "eu-1", "--node", "eu-x", *detach, "--", "true", check=False, remote=True)
    assert (ran.returncode, ran.stdout, "eu-x is not known" in ran.stderr) == (1, "", True)
    with server.client(server.key(Role.ADMIN)) as ada:
        assert not ada.get("/api/jobs", params={"state": "QUEUED"}).json()["items"]


def answering(answer):
    api = Remote("http://box.example", "key")
    api.http = httpx.Client(base_url="http://box.example", transport=httpx.MockTransport(answer))
    return api


def test_jobs_that_were_started_before_a_refusal_are_named(capsys):
    def answer(request):
        node = json.loads(request.content)["nodeId"] if request.content else ""
        return httpx.Response(503 if node == "eu-2" else 200, json={"id": "7", "nodeId": node, "detail": "not now"})

    with pytest.raises(SystemExit):
        start(answering(answer), ["eu-1", "eu-2"], {"script": "true"}, detach=True)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("7\n", "hyprbox: not now\nhyprbox: job 7 was started on eu-1\n")


@pytest.mark.parametrize("status", [404, 503])
def test_a_job_is_followed_also_when_its_node_cannot_be_looked_at(capsys, status):
    say_who_is_away(answering(lambda request: httpx.Response(status)), [{"id": "1", "nodeId": "eu-1"}])
    assert capsys.readouterr().err == ""


def test_whoever_waits_for_an_offline_node_is_told(capsys):
    class Api:
        def glimpse(self, path):
            return {"status": "OFFLINE" if path.endswith("eu-2") else "ONLINE", "lastSeen": "2026-11-01T00:00:00.000Z"}

    say_who_is_away(Api(), [{"id": "1", "nodeId": "eu-1"}, {"id": "2", "nodeId": "eu-2"}])

    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("hyprbox: eu-2 is OFFLINE, last seen ")
    assert said.endswith("hyprbox job cancel 2 takes it back")


def test_what_fits_nothing_at_the_moment_is_said(server, agent):
    """A mistyped query or type is taken, since it may fit one day."""
    words = "schedule", "add", "nightly", "al", "--cron", "0 3 * * *", "--", "true"
    added, known = server.cli(*words, remote=True), server.cli(*words[:3], "eu-", *words[4:], remote=True)
    assert "no node matches 'al' now; node=* is every node" in added.stderr
    assert known.stderr == ""
    made = server.cli("suppression", "create", "--type", "tls.expirin", "--reason", "known", remote=True)
    assert "it holds back no finding at the moment" in made.stderr
    server.cli("suppression", "lift", made.stdout.strip(), remote=True)
    for schedule in (added, known):
        server.cli("schedule", "remove", schedule.stdout.strip(), remote=True)


def test_whoever_follows_a_run_is_told_who_is_away(capsys):
    api = SimpleNamespace(items=lambda path, limit, q: [{"nodeId": "eu-1"}, {"nodeId": "eu-9"}])
    many.say_who_is_away(api, [{"nodeId": "eu-1", "state": "GOING"}, {"nodeId": "eu-2", "state": "GOING"}])
    many.say_who_is_away(api, [{"nodeId": "eu-9", "state": "DONE"}])
    assert capsys.readouterr().err == "hyprbox: OFFLINE: eu-1; waited for until the run expires\n"


def test_what_a_run_waits_for_is_said_once(capsys):
    waiting = {"nodeId": "eu-1", "state": "WAITING", "note": "waits for its maintenance window"}
    going, told = {"nodeId": "eu-2", "state": "GOING", "note": ""}, set()
    for _ in range(2):
        many.say_what_is_waited_for([waiting, waiting | {"nodeId": "eu-3"}, going], told)
    assert capsys.readouterr().err == "hyprbox: eu-1 waits for its maintenance window (and 1 more)\n"


def test_a_script_comes_from_standard_input(server, agent):
    worker = runs(agent, "eu-1")
    assert server.cli("run", "--node", "eu-1", "--script", "-", remote=True, stdin="echo x\n").returncode == 0
    worker.join()


def test_a_cancelled_job_says_so(server, agent):
    worker = runs(agent, "eu-1", "", exitCode=143, reason="cancel")
    ran = server.cli("run", "--node", "eu-1", "--", "sleep 60", check=False, remote=True)
    worker.join()
    assert ran.returncode == 143
    assert "CANCELLED" in ran.stderr


def test_nodes_findings_and_presets_are_shown(server, agent):
    seen = {"type": "tls.expiring", "key": "/a", "severity": "WARN", "message": "soon \x1b]0;owned\x07"}
    agent.post("/api/findings", json={"nodeId": "eu-1", "findings": [seen]})
    assert "eu-1" in server.cli("node", "list", "web", remote=True).stdout
    assert "Debian" in server.cli("node", "show", "eu-1", remote=True).stdout
    (finding,) = json.loads(server.cli("finding", "list", "--node", "eu-1", "--json", remote=True).stdout)
    shown = server.cli("finding", "show", finding["id"], remote=True).stdout
    assert "\x1b" not in shown
    assert "certbot-renew" in shown
    server.cli("finding", "ack", finding["id"], "--reason", "known", "--until", "7d", remote=True)
    assert "ACKNOWLEDGED" in server.cli("finding", "list", remote=True).stdout
    for filtered in (["--type", "tls.expirin"], ["--node", "eu-9"], ["--state", "resolved"], ["nothing"]):
        assert server.cli("finding", "list", *filtered, remote=True).stdout == "No finding matches.\n"
    assert "certbot-renew" in server.cli("preset", "list", remote=True).stdout
    assert "lineage" in server.cli("preset", "show", "certbot-renew", remote=True).stdout


def test_a_viewers_key_may_look_and_not_touch(server):
    env = server.env | {"HYPRBOX_API_URL": server.url, "HYPRBOX_API_KEY": server.key(Role.VIEWER)}
    ran = run("run", "--node", "eu-1", "--", "true", env=env)
    assert (ran.returncode, "expected operator or more" in ran.stderr) == (1, True)


def test_a_proof_that_is_nothing_but_brackets_is_no_proof(server, tmp_path):
    (tmp_path / "proof.json").write_text("[" * 200_000)
    ran = server.cli("proof", "verify", str(tmp_path / "proof.json"), check=False)
    assert (ran.returncode, ran.stderr.endswith("it is no JSON, expected what `hyprbox proof get` prints\n")) == (
        1,
        True,
    )
    assert "Traceback" not in ran.stderr


def test_on_a_terminal_only_colours_pass(server, agent):
    worker = runs(agent, "eu-1", "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J\r\n")
    key = {"HYPRBOX_API_URL": server.url, "HYPRBOX_API_KEY": server.key(Role.ADMIN)}
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "hyprbox", "run", "--node", "eu-1", "--", "true"]
    process = subprocess.Popen(command, env=server.env | key, stdout=slave)
    os.close(slave)
    worker.join()
    process.wait(20)
    shown = os.read(master, 65536).decode()
    os.close(master)
    assert "\x1b[31mred\x1b[0m" in shown
    assert "\\x1b]0;title\\x07 \\x1b[2J" in shown


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_sequence_in_two_pieces_is_one(size):
    text = "a\x1b[1;31mb\x1b[0m\x1b[2Jc\r\nd\x1b"
    output = Output()
    shown = "".join(output.feed(text[n : n + size]) for n in range(0, len(text), size)) + output.end()
    assert shown == "a\x1b[1;31mb\x1b[0m\\x1b[2Jc\nd\\x1b"


def test_names_cannot_turn_a_line_round():
    assert plain("eu\u202e1\n\x9b") == "eu\\u202e1\\n\\x9b"


def test_yes_and_no_are_words():
    assert show.cell({"installed": False, "enabled": True}) == "installed=no enabled=yes"


def test_what_only_looks_like_a_time_is_text():
    """It is a finding's key, say, and ended every list that it was in."""
    assert show.cell("2026-99-99T is no time Z") == "2026-99-99T is no time Z"
    assert show.cell("2020-01-01T00:00:00Z").endswith("d ago")


def test_json_on_a_terminal_takes_no_effect_and_loses_nothing(capsys):
    show.data({"message": "a\x9b2Jb\u202ec\x7f"})
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert json.loads(printed) == {"message": "a\x9b2Jb\u202ec\x7f"}
