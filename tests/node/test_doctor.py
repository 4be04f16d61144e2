"""Who is on the host asks what is the matter, and what the agent is doing."""

import json
import subprocess

import pytest

from hyprnode import pressure
from hyprnode.doctor import unit, way
from hyprnode.doctor.check import Verdict
from hyprnode.host import Host
from tests.node.agents import TOKEN
from tests.node.far_end import Reply
from tests.program import AGENT


@pytest.fixture
def ask(full_api, tmp_path):
    """Exit code and what `hyprnode WORDS --json` prints."""

    def ask(*words, **settings):
        env = {
            "HYPRBOX_API_URL": full_api.url,
            "HYPRBOX_NODE_ID": "eu-1",
            "HYPRBOX_NODE_TOKEN": TOKEN,
            "HYPRBOX_STATE_DIR": str(tmp_path / "state"),
            "HYPRBOX_SPOOL_DIR": str(tmp_path / "spool"),
            **settings,
        }
        words = [*AGENT, *words, "--json"]
        ran = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60)
        return ran.returncode, json.loads(ran.stdout) if ran.stdout else ran.stderr

    return ask


def by_name(told):
    return {check["name"]: check for check in told["checks"]}


def test_where_an_agent_runs_the_way_to_the_api_is_well(full_api, start, ask):
    full_api.then("ping", lambda call: Reply(404, {"detail": "job doctor is not known"}))
    start(full_api)
    full_api.wait_for(lambda: full_api.asked("heartbeat"))
    _, told = ask("doctor")

    checks = by_name(told)
    for name in ("token", "state", "journal", "spool", "bash", "dns", "tcp", "heartbeat", "findings", "jobs", "agent"):
        assert checks[name]["verdict"] == "ok", checks[name]
    assert (
        "behind" in checks["clock"]["text"] or "ahead" in checks["clock"]["text"]
    )  # the far end lives in a fixed year
    assert not [call for call in full_api.calls if call.route == "accept"]


def test_without_an_api_it_says_where_the_way_ends(ask):
    code, told = ask("doctor", HYPRBOX_API_URL="http://127.0.0.1:1")

    assert code == 3
    assert by_name(told)["tcp"]["text"] == "127.0.0.1 port 1: Connection refused"


@pytest.mark.parametrize(("status", "word"), [(401, "revoked"), (403, "of another node than eu-1")])
def test_a_refused_token_is_explained(full_api, ask, status, word):
    full_api.then("heartbeat", lambda call: Reply(status, {"detail": "no"}))
    code, told = ask("doctor")

    assert code == 3
    assert word in by_name(told)["heartbeat"]["text"]
    assert "hyprbox token create --node eu-1" in by_name(told)["heartbeat"]["text"]


def test_a_setting_that_is_none_is_one_sentence(ask):
    assert ask("doctor", HYPRBOX_INTERVAL="5x")[0] == 2


def test_others_who_may_read_the_token_are_named(full_api, ask, tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "token").chmod(0o644)
    _, told = ask("doctor", HYPRBOX_NODE_TOKEN="", HYPRBOX_NODE_TOKEN_FILE=str(tmp_path / "token"))

    texts = [check["text"] for check in told["checks"] if check["name"] == "file"]
    assert f"{tmp_path}/token has mode 0644, expected 0600: others can read the token or change it" in texts


def test_a_journal_that_was_changed_is_named(full_api, start, ask, tmp_path):
    full_api.run("true", createdBy="ada")
    start(full_api)
    book = tmp_path / "state/ledger.jsonl"
    full_api.wait_for(lambda: book.exists() and book.read_text().count("\n") == 2)
    book.write_text(book.read_text().replace('"ada"', '"bo"'))

    assert "line 1 does not follow" in by_name(ask("doctor")[1])["journal"]["text"]


def test_the_status_tells_what_each_rhythm_does_and_what_runs(full_api, start, ask, tmp_path):
    full_api.run("echo hello; sleep 20")
    start(full_api)
    full_api.wait_for(lambda: full_api.asked("output"))
    code, told = ask("status")

    assert code == 0
    assert [one["name"] for one in told["rhythms"]] == ["heartbeat", "scan", "[jobrunner] poll"]
    assert told["job"]["id"] == "job-1"
    assert told["job"]["unsent"] == 0
    assert told["lastContact"] < 10
    (socket,) = (tmp_path / "spool").glob(".status-*")
    assert socket.stat().st_mode & 0o777 == 0o600
    full_api.cancel()
    full_api.ended()


def test_without_an_agent_there_is_no_status(ask):
    code, said = ask("status")
    assert code == 1
    assert said.startswith("no agent of eu-1 answers on this host")


def test_a_certificate_that_ends_soon_is_said():
    peer = {"notAfter": "Nov 30 12:00:00 2026 GMT", "issuer": ((("organizationName", "A CA"),),)}
    now = 1795608000.0  # five days before
    assert way.certificate(peer, "TLSv1.3", now).text == "TLSv1.3, trusted, issued by A CA, ends in 5 days"
    assert way.certificate(peer, "TLSv1.3", now).verdict == Verdict.TO_MEND
    assert way.certificate(peer, "TLSv1.3", now - 86400 * 30).verdict == Verdict.WELL


def test_a_unit_that_is_not_as_it_was_installed_is_told():
    good = {"LoadState": "loaded", "ActiveState": "active", "KillMode": "process", "UnitFileState": "enabled"}

    ours = {"DropInPaths": "/etc/systemd/system/hyprnode.service.d/token.conf"}
    assert [check.verdict for check in unit.drift(good | ours)] == [Verdict.WELL]
    for name, value in {"NeedDaemonReload": "yes", "DropInPaths": "/x", "KillMode": "mixed", "LoadState": "no"}.items():
        assert [check.verdict for check in unit.drift(good | {name: value})] == [Verdict.TO_MEND], name


@pytest.mark.parametrize(
    ("files", "short"),
    [
        ({}, None),
        ({"pressure/memory": "some avg10=35.20 avg60=1 avg300=1 total=1\nfull avg10=99", "loadavg": "1"}, "memory"),
        ({"pressure/io": "some avg10=61.00 avg60=1", "loadavg": "1"}, "io"),
        ({"pressure/cpu": "some avg10=99.00 avg60=1", "loadavg": "8.1 3 2 1/2 3"}, None),
        ({"pressure/cpu": "some avg10=99.00 avg60=1", "loadavg": "100.1 3 2 1/2 3"}, "cpu"),
    ],
)
def test_a_host_is_hard_pressed_when_somebody_waits_for_what_is_short(tmp_path, files, short):
    for name, text in files.items():
        path = tmp_path / "proc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = pressure.high(Host(root=tmp_path), cores=lambda: 2)
    assert (found and found.split()[0]) == short
