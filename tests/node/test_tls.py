"""What the TLS scanner says of real certificates, at the time of the test's choosing."""

import os
import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest

from hyprnode import config
from hyprnode.host import Host
from hyprnode.scanners import tls
from hyprnode.scanners.contract import Gap
from hyprnode.scanners.look import look
from hyprwire import Finding, Severity
from tests.node.certificates import end_of, issued, openssl, self_signed


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """own: by itself for a year. ca, middle, leaf: a chain; weekly: by a CA for six days."""
    directory = tmp_path_factory.mktemp("made")
    self_signed(directory, "own")
    self_signed(directory, "rsa", kind="rsa")
    self_signed(directory, "ed25519", kind="ed25519")
    self_signed(directory, "ca", days=3650, name="Example Root")
    issued(directory, "ca", "middle", days=100, name="Example Middle", is_ca=True)
    issued(directory, "middle", "leaf", days=365)
    issued(directory, "ca", "weekly", days=6)
    return directory


def days(number):
    return timedelta(days=number)


def scan(*paths, now=None, **settings):
    settings = config.load({"HYPRBOX_TLS_PATHS": ":".join(map(str, paths)), **settings})
    host = Host(now=lambda: now) if now else Host()
    found = list(tls.scan(host, settings))
    return [one for one in found if isinstance(one, Finding)], [one for one in found if isinstance(one, Gap)]


def types(seen):
    return [finding.type for finding in seen[0]]


def before_end(path, number):
    return end_of(path) - days(number)


@pytest.mark.parametrize(
    ("left", "severity"),
    [
        (31, None),
        (30.1, None),
        (29.9, Severity.WARN),
        (7.1, Severity.WARN),
        (6.9, Severity.CRITICAL),
        (-1, Severity.CRITICAL),
    ],
)
def test_a_certificate_is_spoken_of_when_its_end_is_near(made, left, severity):
    findings, _ = scan(made / "own.crt", now=before_end(made / "own.crt", left))

    assert [finding.severity for finding in findings] == ([severity] if severity else [])


def test_a_finding_says_what_an_administrator_asks(made):
    path = made / "own.crt"
    (finding,), gaps = scan(path, now=before_end(path, 12.5))

    assert (finding.type, finding.key) == ("tls.expiring", str(path))
    assert finding.message == "a.example expires in 12 days"
    assert finding.metadata | {"serial": "", "sha256": ""} == {
        "daysLeft": 12,
        "expired": False,
        "notAfter": end_of(path).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "subject": "a.example",
        "san": ["a.example", "*.a.example"],
        "issuer": "a.example",
        "serial": "",
        "sha256": "",
        "lifetimeDays": 365,
        "format": "PEM",
    }
    assert gaps == []


def test_an_expired_one_stays_the_same_finding(made):
    path = made / "own.crt"
    (finding,), _ = scan(path, now=end_of(path) + days(3.5))

    assert (finding.type, finding.severity) == ("tls.expiring", Severity.CRITICAL)
    assert finding.message == "a.example expired 3 days ago"
    assert (finding.metadata["expired"], finding.metadata["daysLeft"]) == (True, -4)


@pytest.mark.parametrize(("left", "severity"), [(5, None), (1.9, Severity.WARN), (0.4, Severity.CRITICAL)])
def test_a_certificate_for_days_is_not_always_red(made, left, severity):
    findings, _ = scan(made / "weekly.crt", now=before_end(made / "weekly.crt", left))

    assert [finding.severity for finding in findings] == ([severity] if severity else [])


def test_limits_that_somebody_set_are_exact(made):
    path = made / "weekly.crt"

    (finding,), _ = scan(path, now=before_end(path, 5), HYPRBOX_TLS_WARN_DAYS="30")
    assert finding.severity == Severity.WARN
    (finding,), _ = scan(path, now=before_end(path, 5), HYPRBOX_TLS_CRITICAL_DAYS="7")
    assert finding.severity == Severity.CRITICAL


def test_what_nobody_issued_has_the_common_limits(made, tmp_path):
    path = self_signed(tmp_path, "short", days=20)

    (finding,), _ = scan(path, now=before_end(path, 19))
    assert finding.severity == Severity.WARN


def test_the_leaf_decides_and_its_chain_is_mentioned(made, tmp_path):
    path = tmp_path / "fullchain.pem"
    path.write_bytes(b"".join((made / f"{name}.crt").read_bytes() for name in ("leaf", "middle", "ca")))

    assert types(scan(path, now=before_end(made / "middle.crt", 35))) == []
    (finding, _), _ = scan(path, now=before_end(made / "leaf.crt", 5))
    ends = end_of(made / "middle.crt")
    assert (
        finding.message == f"b.example expires in 5 days; its intermediate Example Middle already ends {ends:%Y-%m-%d}"
    )
    assert finding.metadata["chainSubject"] == "Example Middle"


def test_a_chain_in_the_wrong_order_is_understood(made, tmp_path):
    path = tmp_path / "fullchain.pem"
    path.write_bytes((made / "middle.crt").read_bytes() + (made / "leaf.crt").read_bytes())

    (finding, _), _ = scan(path, now=before_end(made / "leaf.crt", 5))
    assert finding.metadata["subject"] == "b.example"


def test_der_is_read_and_named(made, tmp_path):
    path = tmp_path / "der.crt"
    openssl("x509", "-in", str(made / "own.crt"), "-outform", "DER", "-out", str(path), cwd=tmp_path)

    (finding,), _ = scan(path, now=before_end(made / "own.crt", 3))
    assert finding.message == "a.example (DER) expires in 3 days"


def broken(made, directory):
    """Path to why it cannot be read."""
    (directory / "empty.crt").write_text("")
    (directory / "directory.crt").mkdir()
    shutil.copy(made / "own.key", directory / "key.crt")
    (directory / "text.crt").write_text("no certificate at all\n")
    (directory / "cut.crt").write_text(
        "\n".join((made / "own.crt").read_text().splitlines()[:5]) + "\n-----END CERTIFICATE-----\n"
    )
    (directory / "der.crt").write_bytes(b"\x30\x82\x01\x00nonsense")
    with open(directory / "big.crt", "wb") as big:
        big.truncate(1 << 30)
    os.mkfifo(directory / "fifo.crt")
    (directory / "dangling.crt").symlink_to("nowhere")
    return {
        "empty.crt": "is empty",
        "directory.crt": "is a directory, expected a file",
        "key.crt": "holds a private key and no certificate",
        "text.crt": "holds no certificate",
        "cut.crt": "cannot be parsed as a certificate: Insufficient data",
        "der.crt": "cannot be parsed as a certificate: Insufficient data",
        "big.crt": "has 1073741824 bytes, expected at most 1048576",
        "fifo.crt": "is not a regular file",
        "dangling.crt": "is a link to nowhere, which does not exist",
    }


def test_what_cannot_be_read_is_said_once_and_hangs_nothing(made, tmp_path):
    why = broken(made, tmp_path)
    begun = time.monotonic()
    findings, gaps = scan(tmp_path / "*.crt")

    assert time.monotonic() - begun < 5
    assert {Path(finding.key).name for finding in findings} == set(why)
    for finding in findings:
        assert (finding.type, finding.severity) == ("tls.unreadable", Severity.INFO)
        assert finding.message.startswith(f"{finding.key} {why[Path(finding.key).name]}")
    assert {gap.key for gap in gaps} == {finding.key for finding in findings}


def test_a_path_that_was_named_and_is_not_there_is_unreadable(tmp_path):
    (finding,), _ = scan(tmp_path / "gone.crt")

    assert finding.message == f"{tmp_path}/gone.crt does not exist"


def test_a_glob_that_matches_nothing_is_silence(tmp_path):
    assert scan(tmp_path / "none/*.crt", tmp_path / "*.pem") == ([], [])


def test_a_directory_that_is_closed_is_not_taken_for_an_empty_one(tmp_path):
    tmp_path.parent.parent.chmod(0o755)
    tmp_path.parent.chmod(0o755)
    (tmp_path / "live").mkdir(mode=0o700)
    os.seteuid(65534)
    try:
        findings, gaps = scan(tmp_path / "live/*/fullchain.pem")
    finally:
        os.seteuid(0)

    assert [finding.message for finding in findings] == [f"{tmp_path}/live cannot be listed: Permission denied"]
    assert gaps == [Gap(f"{tmp_path}/live"), Gap()]


def test_the_key_is_the_path_as_configured_and_one_file_is_looked_at_once(made, tmp_path):
    (tmp_path / "live").symlink_to(made)
    path = tmp_path / "live/own.crt"
    findings, _ = scan(path, made / "own.crt", now=before_end(made / "own.crt", 1))

    assert [finding.key for finding in findings] == [str(path)]


def test_a_name_that_is_no_name_becomes_one(tmp_path):
    odd = os.fsencode(tmp_path) + b"/li\nne\xff.crt"
    Path(os.fsdecode(odd)).write_text("")
    (finding,), _ = scan(tmp_path / "*.crt")

    assert finding.key == f"{tmp_path}/li\\nne\\udcff.crt"


@pytest.mark.parametrize("form", ["PKCS 8", "traditional"])
@pytest.mark.parametrize("kind", ["rsa", "own"])
def test_a_private_key_of_another_is_found(made, tmp_path, kind, form):
    shutil.copy(made / f"{kind}.crt", tmp_path / "fullchain.pem")
    command = {"rsa": "rsa", "own": "ec"}[kind]
    other = self_signed(tmp_path, "other", kind={"rsa": "rsa", "own": "ec"}[kind]).with_suffix(".key")
    for source, expected in ((made / f"{kind}.key", []), (other, ["tls.key_mismatch"])):
        if form == "PKCS 8":
            shutil.copy(source, tmp_path / "privkey.pem")
        else:
            words = [
                command,
                "-in",
                str(source),
                "-out",
                "privkey.pem",
                *(["-traditional"] if command == "rsa" else []),
            ]
            openssl(*words, cwd=tmp_path)
        findings, _ = scan(tmp_path / "fullchain.pem")
        assert [finding.type for finding in findings] == expected


def test_a_key_that_cannot_be_compared_is_none_of_our_business(made, tmp_path):
    shutil.copy(made / "ed25519.crt", tmp_path / "x.crt")
    shutil.copy(made / "own.key", tmp_path / "x.key")
    assert [finding.type for finding in scan(tmp_path / "x.crt")[0]] == ["tls.key_mismatch"]

    shutil.copy(made / "ed25519.key", tmp_path / "x.key")
    assert scan(tmp_path / "x.crt") == ([], [])
    (tmp_path / "x.key").write_text(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
    )
    assert scan(tmp_path / "x.crt") == ([], [])


def test_nothing_of_a_private_key_is_in_a_finding(made, tmp_path):
    shutil.copy(made / "own.crt", tmp_path / "x.crt")
    shutil.copy(made / "rsa.key", tmp_path / "x.key")
    (finding,), _ = scan(tmp_path / "x.crt")

    body = (made / "rsa.key").read_text().splitlines()[1]
    assert body not in str(finding)


def test_a_run_says_what_was_examined(made, tmp_path):
    settings = config.load({"HYPRBOX_TLS_PATHS": f"{made}/own.crt:{tmp_path}/gone.crt"})
    _, run = look(tls.SCANNER, Host(), settings)

    assert run.ok
    assert run.types == [kind.name for kind in tls.SCANNER.types]
    assert run.unexamined == [f"{tmp_path}/gone.crt"]
