"""The agent's variables: each once, each wrong value one sentence."""

from pathlib import Path

import pytest

from hyprnode import config
from hyprnode.values import BadSetting

EMPTY = config.load({})


def test_without_any_variable_there_is_the_original():
    assert EMPTY.api_url == "http://localhost:4000"
    assert (EMPTY.interval, EMPTY.scan_interval) == (300, 900)
    assert EMPTY.tls_paths == ("/etc/letsencrypt/live/*/fullchain.pem", "/etc/ssl/certs/hyprbox/*.crt")
    assert (EMPTY.tls_warn_days, EMPTY.tls_critical_days) == (30, 7)
    assert EMPTY.node_id != ""
    assert EMPTY.bearer() == ""


def test_a_variable_set_to_nothing_is_unset():
    assert config.load({"HYPRBOX_INTERVAL": ""}).interval == 300


def test_a_trailing_slash_is_dropped():
    assert config.load({"HYPRBOX_API_URL": "https://a.example/box/"}).api_url == "https://a.example/box"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("HYPRBOX_API_URL", "a.example", "is 'a.example', expected an address such as https://hyprbox.example.com"),
        ("HYPRBOX_API_URL", "ftp://a", "is 'ftp://a', expected an address such as https://hyprbox.example.com"),
        ("HYPRBOX_API_URL", "http://a:x", "is 'http://a:x', expected an address such as https://hyprbox.example.com"),
        ("HYPRBOX_INTERVAL", "5x", "is '5x', expected a duration such as 30s or 5m"),
        ("HYPRBOX_SCAN_INTERVAL", "0s", "is '0s', expected a duration above 0 and below 100 years"),
        ("HYPRBOX_NODE_ID", "a b", "is 'a b', expected no '/', white space or control characters"),
        ("HYPRBOX_TLS_PATHS", "certs/*", "is 'certs/*', expected absolute paths or globs with colons between them"),
        ("HYPRBOX_TLS_WARN_DAYS", "-1", "is '-1', expected a whole number from 0 to 36500"),
        ("HYPRBOX_STATE_DIR", "state", "is 'state', expected an absolute path"),
        ("HYPRBOX_NODE_TOKEN_FILE", "/no", "is '/no', expected a file that can be read (No such file or directory)"),
        ("HYPRBOX_CA_FILE", "/no", "is '/no', expected a file with PEM certificates"),
    ],
)
def test_a_wrong_value_is_one_sentence(name, value, sentence):
    with pytest.raises(BadSetting) as error:
        config.load({name: value})

    assert str(error.value) == f"{name} {sentence}"


def test_the_token_is_never_shown():
    with pytest.raises(BadSetting) as error:
        config.load({"HYPRBOX_NODE_TOKEN": "hbnt_secret\nvalue"})

    assert "secret" not in str(error.value)
    assert "secret" not in repr(config.load({"HYPRBOX_NODE_TOKEN": "hbnt_secret"}))
    assert "HYPRBOX_NODE_TOKEN" not in config.load({"HYPRBOX_NODE_TOKEN": "hbnt_secret"}).given


def test_a_token_file_is_read_anew(tmp_path):
    file = tmp_path / "token"
    file.write_text("hbnt_old\n")
    loaded = config.load({"HYPRBOX_NODE_TOKEN_FILE": str(file)})
    assert loaded.bearer() == "hbnt_old"

    file.write_text("hbnt_new\n")
    assert loaded.bearer() == "hbnt_new"


def test_proxies_are_read_in_both_spellings():
    assert config.load({"https_proxy": "http://p:1"}).https_proxy == "http://p:1"
    assert config.load({"NO_PROXY": "a", "no_proxy": "b"}).no_proxy == "a"


def test_every_variable_is_in_the_table_once_with_a_sentence():
    names = [setting.name for setting in config.table().values()]

    assert len(set(names)) == len(names)
    assert {"HYPRBOX_API_URL", "HYPRBOX_REGION", "HOST_PROC"} <= set(names)
    assert all(setting.about.endswith(".") for setting in config.table().values())


def test_what_was_set_can_be_given_to_a_child():
    given = config.load({"HYPRBOX_TLS_WARN_DAYS": "20", "HOST_PROC": "/host/proc", "PATH": "/bin"}).given

    assert given == {"HYPRBOX_TLS_WARN_DAYS": "20", "HOST_PROC": "/host/proc"}
    assert config.load(given).proc == Path("/host/proc")
