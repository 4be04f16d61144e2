"""What was found is said again while nothing has changed, and looked at again when it has."""

import json
from dataclasses import replace

import pytest

from hyprnode import kept
from hyprnode.host import Host
from hyprnode.kept import Kept
from hyprnode.seen import Gap
from hyprwire import Finding, Severity

ONE = Finding(type="odd.thing", key="here", severity=Severity.WARN, message="odd", metadata={"at": [1, "ü"]})
TWO = replace(ONE, key="there")


def look_once(directory, of, *found, afresh=False, **given):
    """What is said, and how often somebody had to look."""
    looks = []
    pages = kept.load(directory, afresh, given)
    said = pages.again("odd", of, lambda: looks.append(1) or iter(found))
    pages.save()
    return said, len(looks)


def test_nothing_is_looked_at_twice(tmp_path):
    assert look_once(tmp_path, "a", ONE, Gap(), Gap("x")) == ([ONE, Gap(), Gap("x")], 1)
    assert look_once(tmp_path, "a", TWO) == ([ONE, Gap(), Gap("x")], 0)


def test_what_has_changed_is_looked_at_again(tmp_path):
    look_once(tmp_path, "a", ONE)

    assert look_once(tmp_path, "b", TWO) == ([TWO], 1)
    assert look_once(tmp_path, "b", ONE) == ([TWO], 0)


def test_who_waits_for_the_truth_gets_no_memory(tmp_path):
    look_once(tmp_path, "a", ONE)

    assert look_once(tmp_path, "a", TWO, afresh=True) == ([TWO], 1)
    assert look_once(tmp_path, "a", ONE) == ([TWO], 0)


def test_another_version_looks_for_itself(tmp_path):
    look_once(tmp_path, "a", ONE)
    text = (tmp_path / "scans.json").read_text().replace(kept.__version__, "0.0.1")
    (tmp_path / "scans.json").write_text(text)

    assert look_once(tmp_path, "a", TWO) == ([TWO], 1)


def test_other_settings_are_another_question(tmp_path):
    look_once(tmp_path, "a", ONE)

    assert look_once(tmp_path, "a", TWO, HYPRBOX_SSD_WORN_PERCENT="70") == ([TWO], 1)
    assert look_once(tmp_path, "a", ONE, HYPRBOX_SSD_WORN_PERCENT="70") == ([TWO], 0)


@pytest.mark.parametrize("text", ["", "[]", "nonsense", '{"odd":3}', '{"odd":{"of":1}}'])
def test_what_cannot_be_read_back_is_forgotten(tmp_path, text):
    (tmp_path / "scans.json").write_text(text)

    assert look_once(tmp_path, "a", ONE) == ([ONE], 1)


def test_nobody_else_may_read_it(tmp_path):
    look_once(tmp_path, "a", ONE)

    assert (tmp_path / "scans.json").stat().st_mode & 0o777 == 0o600
    assert json.loads((tmp_path / "scans.json").read_text())["odd"]["of"] == "a"


def test_without_a_place_it_is_looked_at_each_time(tmp_path):
    assert look_once(tmp_path / "nowhere", "a", ONE) == ([ONE], 1)
    assert Kept().again("odd", "a", lambda: iter([ONE])) == [ONE]


def test_a_file_has_another_state_after_whatever_is_done_to_it(tmp_path):
    host = Host(root=tmp_path)
    states = [host.state_of("/x")]
    (tmp_path / "x").write_text("1")
    states.append(host.state_of("/x"))
    (tmp_path / "x").chmod(0o600)
    states.append(host.state_of("/x"))
    (tmp_path / "y").write_text("2")
    (tmp_path / "y").rename(tmp_path / "x")
    states.append(host.state_of("/x"))

    assert len(set(states)) == 4
    assert host.state_of("/x") == states[-1]
