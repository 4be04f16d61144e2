"""What a parameter takes, what it refuses and with which sentence, and what a finding says of it."""

import pytest

from hyprbox.presets.catalogue import Preset
from hyprbox.presets.form import BadValues, prefill, validate
from tests.presets import demo

FITS = {
    "port": ["1", "22", "65535"],
    "time": ["2026-11-22T03:00+01:00", "2026-11-22T23:59Z", "2099-01-31T00:00-11:30"],
    "network": ["10.0.0.1", "203.0.113.0/24", "0.0.0.0/0", "255.255.255.255/32", "::1", "2001:db8::/32", "::"],
    "socket": ["tcp/1", "udp/53", "tcp/9999", "tcp/59999", "tcp/64999", "tcp/65535"],
    "int": ["0", "-5", "1000"],
    "bool": ["true", "false"],
    "user": ["root", "www-data", "_apt", "Ada.L"],
    "path": ["/", "/etc/ssl/site.pem", "/srv/Firma GmbH/ü.pem", "/etc/.hidden", "/etc/a..b"],
    "glob": ["/etc/ssl/*.pem", "/etc/[ab]?/x"],
    "unit": ["nginx.service", "getty@tty1.service", "dev-disk-by\\x2duuid.swap"],
    "package": ["nginx", "libstdc++6", "g++", "libc6:i386", "linux-image-6.1.0-18-amd64"],
    "name": ["example.com", "example.com-0001", "a"],
}
DOES_NOT_FIT = {
    "port": ["0", "65536", "022", "-1", "22 ", "", "٢٢", True, 2.5],
    "time": ["2026-11-22T03:00", "2026-11-22", "03:00Z", "2026-13-01T03:00Z", "2026-11-22T24:00Z", "tomorrow", "+5"],
    "network": ["10.0.0", "10.0.0.256", "10.0.0.1/33", "010.0.0.1", "fe80", "::1/129", "fe80::1%eth0", "::a.b"],
    "socket": ["22", "tcp/0", "tcp/65536", "tcp/70000", "tcp/022", "icmp/1", "tcp/22\n", "tcp/ssh", "tcp/1,2"],
    "int": ["01", "1e3", "0x10", "--1", "1 2", "9999999999999"],
    "bool": ["yes", "True", "1", 1],
    "user": ["-rf", "a b", "ada;id", "$(id)", "a" * 33],
    "path": ["etc", "-rf", "/etc/../root", "/etc/..", "/./a", "//a", "/a/", "/$(id)", "/`id`", "/a'b", '/a"', "/a\\b"],
    "glob": ["*.pem", "/etc/{a,b}", "/etc/$x/*", "/etc/../*"],
    "unit": ["-H", "a b.service", "a/b.service", "../x.service", "a;b"],
    "package": ["nginx-", "-y", "nginx=1.0", "nginx/stable", "a b", "lib*", "^task"],
    "name": ["-x", ".hidden", "a..b", "*.example.com", "a/b", "a b", "a" * 254],
}
HIDDEN = ["\n", "\r", "\t", "\0", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\u200b", "\ud800"]


def takes(tmp_path, **about) -> Preset:
    """A preset whose parameter x is as told."""
    lines = [f"{key} = {toml(value)}" for key, value in ({"description": "For the test."} | about).items()]
    return demo.make(tmp_path, demo.TOML + "[params.x]\n" + "\n".join(lines), apply="echo $P_X")


def toml(value) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    return str(value).lower() if isinstance(value, bool) else str(value)


def pairs(of):
    return [(kind, given) for kind, all_of_them in of.items() for given in all_of_them]


@pytest.mark.parametrize(("kind", "given"), pairs(FITS))
def test_what_fits_is_taken_as_it_is(tmp_path, kind, given):
    assert validate(takes(tmp_path, type=kind), {"x": given}) == {"x": given}


@pytest.mark.parametrize(("kind", "given"), pairs(DOES_NOT_FIT))
def test_what_does_not_fit_is_refused_by_name(tmp_path, kind, given):
    with pytest.raises(BadValues, match=r"^x ") as refused:
        validate(takes(tmp_path, type=kind), {"x": given})
    assert list(refused.value.complaints) == ["x"]


@pytest.mark.parametrize("kind", [*FITS, "enum"])
@pytest.mark.parametrize("sign", HIDDEN, ids=ascii)
def test_nothing_hidden_gets_through(tmp_path, kind, sign):
    about = {"values": ["good"]} if kind == "enum" else {}
    preset = takes(tmp_path, type=kind, **about)
    good = FITS.get(kind, ["good"])[0]
    for given in (good + sign, sign + good, f"{good}{sign}{good}"):
        with pytest.raises(BadValues, match="expected no control characters"):
            validate(preset, {"x": given})


def test_a_second_line_for_the_configuration_is_refused(tmp_path):
    """Quoting alone would hand it on, and sshd would run it."""
    preset = takes(tmp_path, type="enum", values=["prohibit-password", "no"], pattern=".*")
    with pytest.raises(BadValues):
        validate(preset, {"x": "prohibit-password\nAuthorizedKeysCommand /tmp/evil"})


@pytest.mark.parametrize(("given", "text"), [(22, "22"), (True, "true"), (False, "false")])
def test_json_has_numbers_and_truths(tmp_path, given, text):
    kind = "bool" if isinstance(given, bool) else "int"
    assert validate(takes(tmp_path, type=kind), {"x": given}) == {"x": text}


@pytest.mark.parametrize("given", ["a b", " a  b ", ["a", "b"]])
def test_many_come_as_a_list_or_with_spaces_between(tmp_path, given):
    assert validate(takes(tmp_path, type="package", many=True), {"x": given}) == {"x": "a b"}


@pytest.mark.parametrize("given", [[], "", " "])
def test_many_may_be_none(tmp_path, given):
    assert validate(takes(tmp_path, type="package", many=True, default=["a"]), {"x": given}) == {"x": ""}


@pytest.mark.parametrize(
    "given", [["/a b"], ["/a", 1.5], [["/a"]], {"/a": 1}, ["/a"] * 101, "/a\n/b", "/" + "a" * 1024]
)
def test_many_that_are_refused(tmp_path, given):
    with pytest.raises(BadValues):
        validate(takes(tmp_path, type="path", many=True), {"x": given})


def test_one_is_no_list(tmp_path):
    with pytest.raises(BadValues, match=r"x is \"\['/a'\]\", expected an absolute path"):
        validate(takes(tmp_path, type="path"), {"x": ["/a"]})


@pytest.mark.parametrize("given", [{}, {"x": None}, {"x": ""}])
def test_what_is_left_out_has_its_default(tmp_path, given):
    assert validate(takes(tmp_path, type="port", default=22), given) == {"x": "22"}
    with pytest.raises(BadValues, match="x is missing, expected a port from 1 to 65535"):
        validate(takes(tmp_path, type="port"), given)


def test_what_comes_out_may_go_in_again(tmp_path):
    preset = takes(tmp_path, type="package", many=True, default=["a", "b"])
    for given in ({}, {"x": []}, {"x": "c d"}):
        once = validate(preset, given)
        assert validate(preset, once) == once


def test_bounds_and_a_pattern_of_its_own_narrow_it(tmp_path):
    with pytest.raises(BadValues, match="x is '9', expected a whole number from 10 to 20"):
        validate(takes(tmp_path, type="int", min=10, max=20), {"x": "9"})
    with pytest.raises(BadValues, match=r"expected a user such as deploy like web-\.\*"):
        validate(takes(tmp_path, type="user", pattern="web-.*"), {"x": "my-web-1"})


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    with pytest.raises(BadValues) as refused:
        validate(takes(tmp_path, type="port"), {"x": "none", "y\n": 1})
    assert refused.value.complaints == {
        "x": "x is 'none', expected a port from 1 to 65535",
        "y\n": r"'y\n' is no parameter of demo, expected x",
    }


KEY = "/etc/letsencrypt/live/example.com/fullchain.pem"
CAPTURE = r"/etc/letsencrypt/live/([^/]+)/fullchain\.pem"


@pytest.mark.parametrize(
    ("about", "found"),
    [
        ({"type": "path", "from": "key"}, {"x": KEY}),
        ({"type": "name", "from": "key", "capture": CAPTURE}, {"x": "example.com"}),
        ({"type": "name", "from": "key", "capture": "/srv/(.*)"}, {}),
        ({"type": "unit", "from": "unit"}, {"x": "nginx.service"}),
        ({"type": "package", "from": "packages", "many": True}, {"x": "a b"}),
        ({"type": "package", "from": "hostile", "many": True}, {}),
        ({"type": "port", "from": "absent"}, {}),
        ({"type": "name"}, {}),
    ],
)
def test_a_finding_fills_the_form(tmp_path, about, found):
    metadata = {"unit": "nginx.service", "packages": ["a", "b"], "hostile": ["a", "$(id)"], "": "example.com"}
    assert prefill(takes(tmp_path, **about), KEY, metadata) == found
