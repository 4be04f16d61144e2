"""A node's scanners look by what the control plane says, where it fits; the last that fitted survives everything."""

import json
import os
import stat

import pytest

from hyprnode import config
from hyprnode.answer import Answer, Fault
from hyprnode.thresholds import NAME, Thresholds
from hyprwire.thresholds import digest
from tests.node.certificates import self_signed

SAID = {"tlsWarnDays": 3, "tlsCriticalDays": 1}


@pytest.fixture
def of(tmp_path):
    """The thresholds of an agent as it starts."""
    return lambda **given: Thresholds.kept(config.load({"HYPRBOX_STATE_DIR": str(tmp_path), **given}))


def says(settings):
    return lambda: Answer(200, {"settings": settings})


def test_what_was_taken_survives_a_restart(of, tmp_path):
    of().renew(says(SAID))

    again = of()
    assert (again.settings, again.taken().digest) == (SAID, digest(SAID))
    assert again.applied().given["HYPRBOX_TLS_WARN_DAYS"] == "3"
    assert stat.S_IMODE(os.stat(tmp_path / NAME).st_mode) == 0o600


def test_what_its_host_says_counts(of):
    thresholds = of(HYPRBOX_TLS_WARN_DAYS="20", HYPRBOX_SCANNERS_OFF="oom")
    thresholds.renew(says({**SAID, "scannersOff": ["smart"]}))

    applied = config.load(thresholds.applied().given)
    assert (applied.tls_warn_days, applied.tls_critical_days, applied.scanners_off) == (20, 1, ("oom",))
    assert thresholds.taken().own == ["tlsWarnDays", "scannersOff"]


@pytest.mark.parametrize("wrong", [{"tlsWarnDays": -1}, {"tlsWarnDays": "3"}, {"HYPRBOX_API_URL": 1}, {"newer": 1}])
def test_what_does_not_fit_leaves_the_last_that_did(of, wrong):
    thresholds = of()
    thresholds.renew(says(SAID))
    thresholds.renew(says({"diskWarnPercent": 50, **wrong}))

    assert (thresholds.settings, of().settings) == (SAID, SAID)
    assert "expected" in thresholds.taken().refused
    thresholds.renew(says({}))
    assert (thresholds.settings, thresholds.taken().refused) == ({}, "")


@pytest.mark.parametrize("answer", [Answer(404), Answer(200), Answer(200, {}), Answer(200, {"settings": []}), Fault])
def test_an_api_that_says_nothing_changes_nothing(of, answer):
    thresholds = of()
    thresholds.renew(says(SAID))

    def ask():
        if answer is Fault:
            raise Fault("timed out")
        return answer

    thresholds.renew(ask)
    assert (thresholds.settings, thresholds.taken().refused) == (SAID, "")


@pytest.mark.parametrize("text", ["", "[]", "3", '{"tlsWarnDays":"x"}', '{"HYPRBOX_API_URL":1}'])
def test_what_cannot_be_read_back_is_forgotten(of, tmp_path, text):
    (tmp_path / NAME).write_text(text)

    assert of().settings == {}


def test_a_state_directory_of_somebody_else_is_no_way_to_a_file(of, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (tmp_path / "thresholds.half").symlink_to(victim)
    of().renew(says(SAID))

    assert victim.read_text() == "untouched"


def test_scans_look_by_what_the_api_says_and_tell_so(full_api, start, tmp_path):
    directory = tmp_path / "certs"
    directory.mkdir()
    self_signed(directory, "short", days=5)
    full_api.settings = SAID
    agent = start(full_api, HYPRBOX_SCAN_INTERVAL="300ms")

    first = full_api.wait_for(lambda: full_api.findings)[0]
    assert [seen["type"] for seen in first["findings"] if seen["type"] == "tls.expiring"] == []
    assert first["scan"]["settings"] == {"digest": digest(SAID), "own": ["scannersOff"], "refused": ""}
    full_api.settings = {"tlsWarnDays": 10, "tlsCriticalDays": 6}
    full_api.wait_for(lambda: [seen for seen in full_api.findings[-1]["findings"] if seen["severity"] == "CRITICAL"])
    agent.kill()
    assert json.loads((tmp_path / "state" / NAME).read_text()) == full_api.settings


def test_a_plain_api_is_never_asked(plain_api, start):
    start(plain_api, HYPRBOX_SCAN_INTERVAL="200ms", HYPRBOX_INTERVAL="200ms")
    plain_api.wait_for(lambda: len(plain_api.asked("heartbeat")) >= 4)

    assert plain_api.asked("settings") == []
