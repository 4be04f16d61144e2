"""A preset and its values become one bash script; the cases are files beside each preset."""

import subprocess
import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyprbox.presets.catalogue import load, shipped
from hyprbox.presets.form import BadValues
from hyprbox.presets.lint import shellcheck
from hyprbox.presets.render import Mode, assemble, render
from tests.presets import demo

CASES = sorted(shipped().glob("*/cases/*.toml"))
FOLDERS = sorted(path.parent for path in shipped().glob("*/preset.toml"))


def ids(paths):
    return [str(path.relative_to(shipped())) for path in paths]


def brief(path):
    """What is rendered for a case, without the library and the script, which are files themselves."""
    preset, case = load(path.parent.parent), tomllib.loads(path.read_text())
    rendered = render(preset, case["values"], Mode(case["mode"]), case["job"])
    return rendered.replace(preset.library, "# the library\n").replace(preset.script, "# script.sh\n")


@pytest.mark.parametrize("path", CASES, ids=ids(CASES))
def test_a_case_is_rendered_as_its_file_says(path):
    expected = path.with_suffix(".sh")
    assert brief(path) == (expected.read_text() if expected.exists() else "")


@pytest.mark.parametrize("folder", FOLDERS, ids=ids(FOLDERS))
def test_every_preset_has_a_case(folder):
    assert list(folder.glob("cases/*.toml"))


@pytest.mark.parametrize("path", CASES, ids=ids(CASES))
def test_what_is_rendered_passes_shellcheck(path):
    """The library and the script are looked at when the preset is linted; only they use what is set here."""
    program = [shellcheck(), "--severity=style", "--exclude=SC2034", "-"]
    found = subprocess.run(program, input=brief(path), capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, "")


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_whatever_a_value_is_the_script_gets_just_that(value):
    """Parameters are narrower; were one of them not, quoting would still hold."""
    preset = replace(load(shipped() / "web-reload"), library="", script="main() { printf '%s.' \"$P_X\"; }")
    script = assemble(preset, {"P_X": value})

    ended = subprocess.run(["bash", "-s"], input=script.encode(), capture_output=True)

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, value.encode() + b".", b"")


@pytest.mark.parametrize("job", ["", "../../etc", "a/b", "a b", "a\nb", "$(id)", "a" * 65, "ä"])
def test_a_job_id_that_could_name_another_place_is_refused(tmp_path, job):
    with pytest.raises(ValueError, match=r"job_id is .*, expected 1 to 64 letters, digits and dashes"):
        render(demo.make(tmp_path), {}, Mode.APPLY, job)


def test_values_are_checked_here_as_well():
    with pytest.raises(BadValues, match="lineage is missing"):
        render(load(shipped() / "certbot-renew"), {}, Mode.APPLY, "job-1")


@pytest.mark.parametrize("mode", ["confirm", "status", "probe"])
def test_what_has_no_guard_has_nothing_to_confirm(tmp_path, mode):
    with pytest.raises(ValueError, match=f"mode is {mode}, expected check, plan, apply or revert: demo has no guard"):
        render(demo.make(tmp_path), {}, Mode(mode), "job-1")
