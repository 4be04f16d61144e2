"""The preset that docs/howto/write-a-preset.md makes does what the page says."""

import re
from pathlib import Path

import pytest

from hyprbox.presets.catalogue import load
from hyprbox.presets.lint import lint
from hyprbox.presets.render import Mode, render

PAGE = Path(__file__).parents[2] / "docs/howto/write-a-preset.md"
FILE = "/etc/systemd/journald.conf.d/50-hyprbox.conf"
SYSTEMCTL = '#!/bin/bash\necho "$@" >>/var/log/systemctl\n'


@pytest.fixture
def folder(tmp_path):
    blocks = dict(re.findall(r"^```(toml|bash)\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE))
    folder = tmp_path / "journal-limit"
    folder.mkdir()
    (folder / "preset.toml").write_text(blocks["toml"])
    (folder / "script.sh").write_text(blocks["bash"])
    return folder


def test_the_example_has_no_slips(folder):
    assert lint(folder) == []


def test_the_example_is_applied_once_and_taken_back_in_full(folder, machine):
    machine.path("/run/systemd/system").mkdir(parents=True)
    machine.program("systemctl", SYSTEMCTL)
    before = machine.tree("/etc")

    def run(mode):
        return machine.run(render(load(folder), {"megabytes": 200}, Mode(mode), "4711"))

    plan = run("plan")
    assert "+SystemMaxUse=200M" in plan.output
    assert "would run: systemctl restart systemd-journald.service" in plan.said
    assert machine.tree("/etc") == before

    assert run("apply").said == [f"wrote {FILE}", "applied"]
    assert machine.path(FILE).read_text() == "[Journal]\nSystemMaxUse=200M\n"
    assert run("check").code == 10
    assert run("apply").said == ["nothing to do"]

    assert run("revert").said == ["taken back"]
    assert machine.tree("/etc") == before
