"""What a slip in a preset's script is called, and on which line."""

import re
import sys

import pytest

from hyprbox.presets.catalogue import library, load, shipped
from hyprbox.presets.lint import lint, shellcheck
from hyprbox.presets.shell import code, functions
from hyprnode.scanners import sysctl
from tests.presets import as_one, demo

FOLDERS = sorted(path.parent for path in shipped().glob("*/preset.toml"))
PARAMETER = '[params.port]\ntype = "port"\ndescription = "For the test."\n'


def complaints(tmp_path, text="", toml=demo.TOML, **functions):
    """Of the demonstration with this text after it, by line counted from its first line."""
    folder = demo.write(tmp_path, toml, **functions)
    with (folder / "script.sh").open("a") as script:
        before = len((folder / "script.sh").read_text().splitlines())
        script.write(text)
    found = (line.removeprefix(f"{folder}/script.sh:").split(": ", 1) for line in lint(folder))
    return [(max(int(line) - before, 0), sentence) for line, sentence in found]


@pytest.fixture
def unchecked(monkeypatch):
    """shellcheck takes a second, and says nothing of what is ours alone."""
    monkeypatch.setattr(sys.modules[lint.__module__], "shellcheck", lambda: None)


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """What shellcheck says of every shipped preset, and of one that has a slip in its apply."""
    slip = demo.make(tmp_path_factory.mktemp("slip"), apply="echo $HB_PRESET")
    return slip, as_one.complaints([*(load(folder) for folder in FOLDERS), slip])


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_shipped_presets_are_without_fault(folder, checked):
    _, found = checked
    assert (lint(folder), found[folder.name]) == ([], [])


def test_a_slip_among_the_shipped_presets_would_be_named(checked):
    slip, found = checked
    line = slip.script.splitlines().index("  echo $HB_PRESET") + 1
    assert found[slip.id] == [f"{line}: note: Double quote to prevent globbing and word splitting. [SC2086]"]
    assert found.keys() == {slip.id, *(folder.name for folder in FOLDERS)}, "nothing is wrong in the library"


def test_a_folder_that_is_no_preset_is_one_complaint(tmp_path):
    folder = demo.write(tmp_path, demo.TOML.replace("low", "huge"))
    assert lint(folder) == [f"{folder}/preset.toml: risk is 'huge', expected one of low, medium, high"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("_x() {\n  if true; fi\n}\n", "syntax error near unexpected token `fi'"),
        ("_x() {\n  cat <<EOF\n}\n", "warning: here-document at line "),
        ("_x() {\n  true\n}\\", "syntax error"),
        ("_x() {\n  true\n", "syntax error: unexpected end of file"),
    ],
)
def test_what_bash_cannot_read_is_all_that_is_said(tmp_path, text, complaint):
    sentences = [sentence for _, sentence in complaints(tmp_path, text)]
    assert sentences[0].startswith(f"bash cannot read it: {complaint}")
    assert all("bash cannot read it" in sentence for sentence in sentences)


@pytest.mark.usefixtures("unchecked")
def test_the_four_parts_must_be_there(tmp_path):
    folder = demo.write(tmp_path)
    script = folder / "script.sh"
    script.write_text(script.read_text().replace("verify()", "_verify()"))
    assert f"{script}:1: verify is missing, expected check, apply, verify and revert" in lint(folder)


SLIPS = {
    "say() {\n  true\n}\n": (1, "say could be anybody's, expected a name that begins with _ or demo_"),
    "\nfunction helper() {\n  true\n}\n": (2, "helper could be anybody's, expected a name that begins with _ or demo_"),
    "verify() {\n  true\n}\n": (1, "verify is defined more than once"),
    "echo hello\n": (1, "echo is outside a function, expected only functions and plain assignments"),
    "_x=$(id)\n": (1, "id is outside a function, expected only functions and plain assignments"),
    "_x() { rm -f /etc/x; }\n": (1, "rm -f /etc/x changes something by itself, expected S before it"),
    "_x() {\n  true && ! /bin/rm /etc/x\n}\n": (2, "/bin/rm /etc/x changes something by itself, expected S before it"),
    "_x() { if look chmod 0 /x; then true; fi; }\n": (
        1,
        "look chmod 0 changes something by itself, expected S before it",
    ),
    "_x() { LC_ALL=C apt-get install x; }\n": (
        1,
        "apt-get install x changes something by itself, expected S before it",
    ),
    "_x() {\n  look \\\n    systemctl restart x\n}\n": (
        2,
        "look systemctl restart changes something by itself, expected S before it",
    ),
    "_x() { echo a | xargs rm -f; }\n": (1, "xargs rm -f changes something by itself, expected S before it"),
    "_x() { journalctl --vacuum-size=1M; }\n": (
        1,
        "journalctl --vacuum-size=1M changes something by itself, expected S before it",
    ),
    "_x() { firewall-cmd --permanent --add-port=1/tcp; }\n": (
        1,
        "firewall-cmd --permanent --add-port=1/tcp changes something by itself, expected S before it",
    ),
    "_x() { sudo id; }\n": (1, "sudo id changes something by itself, expected S before it"),
    "_x() { echo a >/etc/x; }\n": (1, "a redirection writes as who runs this, expected write_file or S tee"),
    '_x() { echo a >>"$1"; }\n': (1, "a redirection writes as who runs this, expected write_file or S tee"),
    "_x() { look nft list ruleset | grep -qE drop; }\n": (
        1,
        "grep -q kills who writes to it, expected grep with >/dev/null",
    ),
    "_x() { PATH=/tmp id; }\n": (1, "PATH is set here, expected that only the prelude sets it"),
    "_x() { export LD_PRELOAD=/tmp/x; }\n": (1, "LD_PRELOAD is set here, expected that only the prelude sets it"),
    "_x() { local HB_MODE=apply; }\n": (1, "HB_MODE is set here, expected that only the prelude sets it"),
    '_x() { echo "$P_PROT"; }\n': (1, "P_PROT is no parameter of preset.toml, expected none"),
}


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(("text", "complaint"), SLIPS.items(), ids=range(len(SLIPS)))
def test_a_slip_is_named_with_its_line(tmp_path, text, complaint):
    assert complaint in complaints(tmp_path, text)


def test_shellcheck_is_asked_as_well(tmp_path):
    assert shellcheck()
    slip = (1, "shellcheck: note: Double quote to prevent globbing and word splitting. [SC2086]")
    assert complaints(tmp_path, "_x() { echo $1; }\n") == [slip]


FINE = [
    "_x() { S rm -f /etc/x; }\n",
    "_x() {\n  S \\\n    systemctl restart x\n}\n",
    "_x() { systemctl is-active nginx; look apt-get -s install x; sed -n 1p /etc/x; }\n",
    "_x() { echo a >&2 2>/dev/null; journalctl --unit=x; firewall-cmd --state; systemctl show --value x; }\n",
    "_x() { [ $(($# > 0)) = 1 ] && [[ $1 > $2 ]]; } # rm /etc/x > /etc/y\n",
    "_x() { say 'rm /etc/x > /etc/y'; say \"rm; PATH=x\"; }\n",
    "_x() {\n  write_file /etc/x <<'EOF'\nrm /etc/y\nPATH=/tmp > x\nEOF\n}\n",
    '_LIST=(a "b c"\n  d)\n_x=/etc/$HB_JOB\n_y=\'rm\'\n_z() { echo "${_LIST[*]} $_x $_y"; }\n',
    "demo_x() (\n  true\n)\n",
    "_x() { look grep -q a /etc/x || grep -q b <<<a; look id | grep root >/dev/null; }\n",
]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("text", FINE, ids=range(len(FINE)))
def test_what_is_fine_is_left_in_peace(tmp_path, text):
    assert complaints(tmp_path, text) == []


@pytest.mark.usefixtures("unchecked")
def test_a_parameter_that_nobody_uses_is_named(tmp_path):
    declared = complaints(tmp_path, toml=demo.TOML + PARAMETER)
    assert declared == [(0, "P_PORT is declared in preset.toml and never used")]
    assert complaints(tmp_path, '_x() { echo "$P_PORT"; }\n', toml=demo.TOML + PARAMETER) == []


def test_no_function_of_the_library_has_a_name_that_a_preset_may_take():
    names = {name for _, name in functions(code(library()))}
    assert {"main", "S", "look", "say", "refuse", "write_file"} <= names
    assert not any(name.startswith("_") for name in names)


def test_the_baseline_of_the_kernel_is_the_one_that_the_scanner_has():
    """Else a fix would leave what the scan after it finds again."""
    text = (shipped() / "sysctl-baseline" / "script.sh").read_text()
    assert set(re.findall(r'^  "((?:kernel|fs|net)\.\S+) ', text, re.M)) == {rule.name for rule in sysctl.RULES}
