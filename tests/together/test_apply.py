"""What a repository says becomes so, and the second time nothing changes."""

from types import SimpleNamespace

import pytest

from hyprbox.cli.apply import of_queries, of_thresholds
from hyprbox.cli.wanted import Wanted

FILES = {
    "nodes.toml": """
[queries]
web = "role=web"

[thresholds.tight]
q = "@web"
settings = { diskWarnPercent = 70 }

[labels.applied-1]
env = "prod"
role = "web"
""",
    "time.toml": """
[[windows]]
name = "nights"
q = "env=prod"
cron = "0 2 * * *"
seconds = 7200

[[schedules]]
name = "nightly"
cron = "30 2 * * *"
timeZone = "Europe/Berlin"
run = { q = "@web", script = "true", batches = ["1", "100%"] }

[[schedules]]
name = "once"
at = 2099-12-01T03:00:00+01:00
run = { q = "@web", script = "true" }

[[rules]]
name = "on call"
kinds = ["node.offline"]
channels = ["applied"]
""",
}


@pytest.fixture
def repository(server, admin, tmp_path):
    with server.client(server.token("--fleet")) as agent:
        load = {"cpu_percent": 1, "ram_percent": 1, "disk_percent": 1, "status": "online", "agent_version": "0.1.0"}
        about = {"node_id": "applied-1", "hostname": "a", "os": "Debian", "labels": {"rack": "7"}}
        agent.post("/api/heartbeat", json=about | load).raise_for_status()
    channel = {"name": "applied", "url": "https://example.com/hook"}
    admin.post("/api/channels", json=channel).raise_for_status()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def apply(server, folder, *words):
    ran = server.cli("apply", str(folder), *words, remote=True, check=False)
    return ran.returncode, ran.stdout.splitlines(), ran.stderr


def test_a_repository_is_applied_once_and_pruned(server, admin, repository):
    expected = [
        "~ labels of applied-1: env=prod role=web", "+ query @web: role=web",
        "+ threshold tight: diskWarnPercent=70, for @web", "+ window nights", "+ schedule nightly",
        "+ schedule once", "+ rule on call",
    ]  # fmt: skip
    assert apply(server, repository, "--plan") == (2, expected, "")
    assert admin.get("/api/schedules").json()["items"] == []
    assert apply(server, repository) == (0, expected, "")
    assert apply(server, repository) == (0, ["Nothing to change."], "")
    labels = admin.get("/api/nodes/applied-1").json()["labels"]
    assert labels == {"env": "prod", "role": "web", "rack": "7"}

    time = repository / "time.toml"
    time.write_text(time.read_text().replace("7200", "3600").replace('kinds = ["node.offline"]', 'kinds = ["run"]'))
    assert apply(server, repository) == (0, ["~ window nights", "~ rule on call"], "")
    time.write_text(time.read_text().partition("[[schedules]]")[0])
    assert apply(server, repository) == (0, ["Nothing to change."], "")  # of schedules nothing is said
    time.write_text("schedules = []\n" + time.read_text())
    assert apply(server, repository, "--prune") == (0, ["- schedule nightly", "- schedule once"], "")

    nodes = repository / "nodes.toml"
    nodes.write_text("[queries]\n[thresholds]\n")
    assert apply(server, repository, "--prune") == (0, ["- threshold tight", "- query @web"], "")
    assert admin.get("/api/thresholds").json()["items"] == []


def test_of_several_that_hands_made_under_one_name_one_is_meant(server, admin, repository):
    run = {"q": "role=web", "script": "true"}
    for cron in ("1 3 * * *", "2 3 * * *", "3 3 * * *"):
        made = {"name": "by hand", "run": run, "cron": cron, "timeZone": "UTC"}
        admin.post("/api/schedules", json=made).raise_for_status()
    file = '[[schedules]]\nname = "by hand"\ncron = "2 3 * * *"\nrun = {q = "role=web", script = "true"}\n'
    (repository / "time.toml").write_text(file)
    (repository / "nodes.toml").unlink()

    assert apply(server, repository) == (0, ["Nothing to change."], "")
    assert apply(server, repository, "--prune")[1].count("- schedule by hand") == 2
    assert apply(server, repository, "--prune") == (0, ["Nothing to change."], "")
    shown = server.cli("schedule", "list", remote=True).stdout
    assert ("2 3 * * *" in shown, "role=web  true" in shown, "3 3 * * *" in shown) == (True, True, False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[windows]]\nname = 'x'\n", "missing required field"),
        (
            "[[rules]]\nname = 'x'\nkinds = ['run']\nchannels = []\ntypo = 1\n",
            "typo is not known there, expected name",
        ),
        ("[thresholds.x]\nq = 'env=prod'\nsettings = { diskWarnPercent = 0 }\n", "diskWarnPercent is 0, expected"),
        ("[thresholds.x]\nq = 'env=prod'\nsetings = {}\n", "setings is not known there, expected q, settings"),
        ("[things]\n", "things is not known"),
        ("x", "time.toml"),
        ("[[rules]]\nname = 'x'\nkinds = ['run']\nchannels = ['nowhere']\n", "names the channel nowhere"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_changed(server, repository, text, said):
    (repository / "time.toml").write_text(text)
    (repository / "nodes.toml").unlink()
    code, out, error = apply(server, repository)
    assert (code, out) == (1, [])
    assert said in error


def test_a_name_in_a_repository_leads_to_no_other_path():
    asked = []
    api = SimpleNamespace(get=lambda path: {"items": []}, put=lambda path, body: asked.append(path))
    wanted = Wanted(queries={"../keys?a": "os:debian"}, thresholds={"../../a": {"q": "", "settings": {}}})

    for change in [*of_queries(api, wanted, False), *of_thresholds(api, wanted, False)]:
        change.make()

    assert asked == ["/api/queries/..%2Fkeys%3Fa", "/api/thresholds/..%2F..%2Fa"]


def test_a_preset_of_our_own_is_put_changed_and_removed(server, admin, tmp_path):
    own_preset(tmp_path / "presets/own-true", "return 10")

    (line,) = apply(server, tmp_path, "--plan")[1]
    assert line.startswith("+ preset own-true: ")
    assert admin.get("/api/presets/own-true").status_code == 404
    assert apply(server, tmp_path)[:2] == (0, [line])
    assert apply(server, tmp_path)[1] == ["Nothing to change."]
    shown = admin.get("/api/presets/own-true").json()
    assert (shown["own"], shown["title"]) == (True, "Nothing to do")

    own_preset(tmp_path / "presets/own-true", "return 0")
    assert apply(server, tmp_path)[1][0].startswith("~ preset own-true: ")
    own_preset(tmp_path / "presets/own-true", "eval $1")
    assert apply(server, tmp_path)[0] == 1
    for name in ("preset.toml", "script.sh"):
        (tmp_path / "presets/own-true" / name).unlink()
    (tmp_path / "all.toml").write_text("")
    assert apply(server, tmp_path)[1] == ["Nothing to change."]
    assert apply(server, tmp_path, "--prune")[1] == ["- preset own-true"]
    assert admin.get("/api/presets/own-true").status_code == 404


def own_preset(folder, check):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "preset.toml").write_text(
        f'id = "{folder.name}"\nversion = 1\ntitle = "Nothing to do"\ndescription = "It does nothing."\nrisk = "low"\n'
    )
    parts = {"check": check, "apply": "true", "verify": "true", "revert": "nothing_to_take_back 'nothing was done'"}
    functions = "".join(f"\n{name}() {{\n  {body}\n}}\n" for name, body in parts.items())
    (folder / "script.sh").write_text(f"# shellcheck shell=bash\n{functions}")
