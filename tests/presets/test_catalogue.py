"""A preset is whole and checked, or there is none and one knows why."""

import pytest

from hyprbox.presets import catalogue
from hyprbox.presets.catalogue import Risk, answering, load, load_all
from hyprbox.presets.table import BrokenPreset
from tests.presets import demo


def test_the_shipped_presets_answer_findings():
    presets = load_all().values()
    answers = {kind: [preset.id for preset in answering(presets, kind)] for kind in ANSWERED}
    assert answers == ANSWERED


ANSWERED = {
    "tls.expiring": ["certbot-renew"],
    "tls.stale_served": ["web-reload"],
    "updates.security": ["apt-security-upgrade", "dnf-security-upgrade"],
    "no.such_type": [],
}


def test_what_is_left_out_has_its_default(tmp_path):
    preset = demo.make(tmp_path)
    assert (preset.risk, preset.timeout_seconds, preset.guard_seconds, preset.confirm) == (Risk.LOW, 1800, 0, "none")
    assert (preset.lockout, preset.resolves, preset.distros, preset.needs_systemd) == ((), (), (), False)


def test_the_digest_is_of_all_that_runs(tmp_path):
    first = demo.make(tmp_path).sha256

    assert demo.make(tmp_path).sha256 == first
    assert demo.make(tmp_path, apply="true").sha256 != first
    assert demo.make(tmp_path, demo.TOML + 'distros = ["debian"]\n').sha256 != first
    assert catalogue.digest("ab", "c") != catalogue.digest("a", "bc")


PARAMETER = '[params.x]\ntype = "port"\ndescription = "For the test."\n'
GUARDED = "lockout = ['ssh']\nguard_seconds = 1829\nconfirm = 'human'"
ENUM = PARAMETER.replace("port", "enum")


@pytest.mark.parametrize(
    ("find", "replace", "complaint"),
    [
        ('id = "demo"', "", "preset.toml: id is missing, expected lower case letters"),
        ('id = "demo"', 'id = "omed"', "preset.toml: id is 'omed', expected demo, the name of its folder"),
        ('id = "demo"', 'id = "../demo"', r"preset.toml: id is '\.\./demo', expected lower case"),
        ("version = 1", 'version = "1"', "preset.toml: version is '1', expected a whole number from 1 to 1000000"),
        ("version = 1", "version = true", "version is True, expected a whole number"),
        ('"low"', '"huge"', "preset.toml: risk is 'huge', expected one of low, medium, high"),
        ("A demonstration", r"A\ndemonstration", "title is .*, expected one line of text"),
        ("risk", "rsik", "preset.toml: risk is missing"),
        ("title", "rescans = ['tls']\ntitle", "preset.toml: rescans means nothing, expected one of .*rescan"),
        ("title", "resolves = ['tls']\ntitle", r"resolves is \['tls'\], expected finding types such as"),
        ("title", "resolves = ['tls.expiring']\ntitle", r"rescan is \[\], expected the scanners that prove"),
        ("title", "lockout = ['ssh']\ntitle", r"lockout is .*, expected guard_seconds and confirm with it"),
        ("title", "confirm = 'human'\ntitle", r"lockout is \[\], expected guard_seconds and confirm with it"),
        ("title", "guard_seconds = 9\ntitle", r"lockout is \[\], expected guard_seconds and confirm with it"),
        ("title", f"{GUARDED}\ntitle", "risk is 'low', expected high, since it may shut people out"),
        (
            'risk = "low"',
            f"{GUARDED}\nrisk = 'high'",
            "guard_seconds is 1829, expected 1830 or more, so that the job has",
        ),
        (
            "title",
            "lockout = ['door']\ntitle",
            r"lockout is \['door'\], expected a list with any of ssh, firewall, sudo",
        ),
        ("title", "needs_systemd = 'no'\ntitle", "needs_systemd is 'no', expected true or false"),
        ("title", "timeout_seconds = 0\ntitle", "timeout_seconds is 0, expected a whole number from 1 to 86400"),
        ("title = ", "title ", "preset.toml is no TOML: "),
        (
            "demonstration",
            "demon\u202estration",
            r"preset.toml has U\+202E in line 4, expected no invisible characters",
        ),
        ("demonstration", "demon\u200bstration", r"preset.toml has U\+200B in line 4"),
        ("\n", "\r\n", r"preset.toml has U\+000D in line 1"),
        ("", "params = 3\n", "preset.toml: params is 3, expected tables"),
    ],
)
def test_a_broken_preset_says_where_and_what_was_expected(tmp_path, find, replace, complaint):
    toml = demo.TOML.replace(find, replace, 1) if find else replace + demo.TOML
    with pytest.raises(BrokenPreset, match=complaint):
        demo.make(tmp_path, toml)


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("[params]\nx = 1\n", r"preset.toml: params.x is 1, expected a table"),
        (PARAMETER.replace("x", "X", 1), "params is 'X', expected names of lower case letters"),
        (PARAMETER.replace("port", "ports"), "params.x: type is 'ports', expected one of port, socket, int"),
        (PARAMETER + "defualt = 1\n", "params.x: defualt means nothing"),
        (PARAMETER + "default = 0\n", "params.x: default is 0, expected x is '0', expected a port from 1 to 65535"),
        (PARAMETER + "values = ['a']\n", "params.x: values means nothing"),
        (PARAMETER + "pattern = '('\n", r"params.x: pattern is '\(', expected a regular expression \("),
        (PARAMETER + "capture = 'abc'\n", "params.x: capture is 'abc', expected one group"),
        (PARAMETER + "max = 70000\n", "params.x: max is 70000, expected a whole number from 1 to 65535"),
        (ENUM, r"params.x: values is \[\], expected the words to choose from"),
        (ENUM + "values = ['a b']\n", r"params.x: values is \['a b'\], expected a list of words"),
        (ENUM + "values = ['a']\nmin = 1\n", "params.x: min means nothing"),
    ],
)
def test_a_broken_parameter_says_so(tmp_path, table, complaint):
    with pytest.raises(BrokenPreset, match=complaint):
        demo.make(tmp_path, demo.TOML + table)


def test_a_folder_without_a_script_is_no_preset(tmp_path):
    folder = demo.write(tmp_path)
    (folder / "script.sh").unlink()
    with pytest.raises(BrokenPreset, match=r"script\.sh is missing or a link, expected a file"):
        load_all(tmp_path)


def test_a_script_that_links_elsewhere_is_refused(tmp_path):
    folder = demo.write(tmp_path)
    (folder / "script.sh").unlink()
    (folder / "script.sh").symlink_to("/etc/hostname")
    with pytest.raises(BrokenPreset, match="missing or a link"):
        load(folder)


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        (b"#" * (256 * 1024 + 1), "has 262145 bytes, expected at most 262144"),
        (b"ok\n\xff\xfe", "has byte 3 outside UTF-8"),
        (b"ok\n\0\n", r"has U\+0000 in line 2"),
    ],
)
def test_a_script_is_modest_and_readable_text(tmp_path, script, complaint):
    folder = demo.write(tmp_path)
    (folder / "script.sh").write_bytes(script)
    with pytest.raises(BrokenPreset, match=complaint):
        load(folder)


def test_an_installed_package_brings_its_own_presets(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "_HERE", tmp_path)
    (tmp_path / "shipped").mkdir()
    assert catalogue.shipped() == tmp_path / "shipped"
