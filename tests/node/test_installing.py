"""What `hyprnode install` writes, and what it refuses; on real systemd it is tried in tests/executable."""

import os
import stat
from pathlib import Path

import pytest

from hyprnode.installing import install, orders, settings, systemd, uninstall, unit
from hyprnode.installing.places import Places, put
from hyprnode.values import BadSetting

ROOT = Path(__file__).parent.parent.parent
URL = "https://box.example.com"
TOKEN = "hbnt_dGhlIHRva2VuIG9mIGV1LTE"


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A host without systemd, and a program to install there."""
    program = tmp_path / "download" / "hyprnode"
    put(program, b"the agent", 0o755)
    monkeypatch.setattr(install, "own_file", lambda: program)
    monkeypatch.setattr(systemd, "runs", lambda: False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return Places(tmp_path / "host")


def installed(places, **order):
    installation = install.Installation(orders.Order(**order), {}, places)
    installation.run()
    return installation


def test_an_installed_agent_has_a_program_settings_and_a_name(places):
    installed(places, url=URL, node_id="eu-1", token=TOKEN)

    assert places.program.read_bytes() == b"the agent"
    assert settings.values(places.settings.read_text()) == {
        "HYPRBOX_API_URL": URL, "HYPRBOX_NODE_ID": "eu-1", "HYPRBOX_NODE_TOKEN": TOKEN
    }  # fmt: skip
    assert stat.S_IMODE(places.settings.stat().st_mode) == 0o600


def test_a_second_time_nothing_is_changed(places):
    installed(places, url=URL, node_id="eu-1", token=TOKEN)

    assert installed(places, url=URL).changes == []


def test_what_somebody_has_set_stays(places):
    put(places.settings, b"# ours\nHYPRBOX_INTERVAL=30s\nHYPRBOX_NODE_ID=eu-1\n", 0o600)

    installed(places, url=URL, token=TOKEN)

    assert places.settings.read_text().startswith("# ours\nHYPRBOX_INTERVAL=30s\nHYPRBOX_NODE_ID=eu-1\n")


def test_a_new_program_takes_the_place_of_the_old_one(places):
    installed(places, url=URL, node_id="eu-1", token=TOKEN)
    install.own_file().write_bytes(b"a newer agent")

    assert installed(places).changes == [f"wrote {places.program}"]
    assert places.program.read_bytes() == b"a newer agent"


def test_a_machine_does_not_change_its_name_by_accident(places):
    installed(places, url=URL, node_id="eu-1", token=TOKEN)

    with pytest.raises(orders.Refused, match="--reset-identity"):
        installed(places, node_id="eu-2", token=TOKEN)


def test_a_clone_becomes_a_node_of_its_own(places):
    installed(places, url=URL, node_id="eu-1", token=TOKEN)
    put(places.state / "jobs" / "j1.json", b"{}", 0o600)

    installed(places, node_id="eu-2", token=TOKEN + "2", reset_identity=True)

    assert settings.values(places.settings.read_text())["HYPRBOX_NODE_ID"] == "eu-2"
    assert not places.state.exists()


def test_a_token_is_not_carried_to_another_control_plane(places):
    installed(places, url=URL, node_id="eu-1", token=TOKEN)

    with pytest.raises(orders.Refused, match="HYPRBOX_ENROLMENT_CODE"):
        installed(places, url="https://other.example.com")


def test_without_a_control_plane_or_a_token_it_says_what_is_missing(places):
    for order, missing in (({"token": TOKEN}, "--url"), ({"url": URL}, "HYPRBOX_ENROLMENT_CODE")):
        with pytest.raises(orders.Refused, match=missing):
            installed(places, **order)


def test_after_it_is_taken_away_nothing_is_left(places):
    installed(places, url=URL, node_id="eu-1", token=TOKEN)
    put(places.state / "jobs" / "j1.json", b"{}", 0o600)

    uninstall.run([], places)

    assert [path for path in places.root.rglob("*") if not path.is_dir()] == []
    assert not places.folder.exists()


@pytest.mark.parametrize("words", [["--code-file", "hbec_x"], ["--token-file=hbnt_x"], ["hbec_x"]])
def test_a_secret_is_no_argument(words):
    with pytest.raises(orders.Refused, match="others can read"):
        orders.order(words, {})


@pytest.mark.parametrize("words", [["--colour"], ["--url"], ["--reset-identity=yes"], ["web-3"]])
def test_an_option_that_there_is_not_is_named(words):
    with pytest.raises(BadSetting, match=words[0].partition("=")[0]):
        orders.order(words, {})


def test_a_secret_comes_from_a_file_or_the_environment(tmp_path):
    (tmp_path / "code").write_text("hbec_file\n")

    assert (
        orders.order(["--code-file", str(tmp_path / "code")], {"HYPRBOX_ENROLMENT_CODE": "hbec_env"}).code
        == "hbec_file"
    )
    assert orders.order([], {"HYPRBOX_ENROLMENT_CODE": "hbec_env"}).code == "hbec_env"


@pytest.mark.parametrize("value", ["eu-1", "münchen", 'a"b', "a'b", "a\\b", "$HOME", "a#b", "~"])
def test_a_value_is_read_as_it_was_written(value):
    text = settings.changed("", {"HYPRBOX_NODE_ID": value})

    assert settings.values(text)["HYPRBOX_NODE_ID"].replace("\\", "") == value.replace("\\", "")


def test_a_file_that_changes_is_never_half_there(tmp_path):
    path = tmp_path / "hyprnode"
    put(path, b"old", 0o755)
    with path.open("rb") as running:
        assert put(path, b"new", 0o755)
        assert running.read() == b"old"

    assert not put(path, b"new", 0o755)
    assert os.listdir(tmp_path) == ["hyprnode"]


def test_the_unit_for_those_who_install_by_hand_is_the_one_that_is_installed():
    assert (ROOT / "deploy/hyprnode.service").read_text() == unit.AGENT
