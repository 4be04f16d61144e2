"""Private keys that others may read, and certificates that are too weak."""

import shutil

import pytest

from hyprnode import config
from hyprnode.host import Host
from hyprnode.scanners import tls
from hyprwire import Severity
from tests.node.certificates import issued, openssl, self_signed


@pytest.fixture
def live(tmp_path):
    """A root with what certbot makes: links that lead to an archive."""
    archive, live = tmp_path / "etc/letsencrypt/archive/a", tmp_path / "etc/letsencrypt/live/a"
    archive.mkdir(parents=True)
    live.mkdir(parents=True)
    self_signed(tmp_path, "a")
    shutil.move(tmp_path / "a.crt", archive / "fullchain1.pem")
    shutil.move(tmp_path / "a.key", archive / "privkey1.pem")
    for name in ("fullchain", "privkey"):
        (live / f"{name}.pem").symlink_to(f"../../archive/a/{name}1.pem")
    for folder in tmp_path.glob("etc/**/"):
        folder.chmod(0o755)
    return tmp_path


def scan(root, **settings):
    """Types with keys, without those that a test's certificates have by the way."""
    return [(one.type, one.key) for one in tls.scan(Host(root=root), config.load(settings))]


def test_a_key_that_everybody_may_read_is_found(live):
    key = live / "etc/letsencrypt/archive/a/privkey1.pem"
    key.chmod(0o600)
    assert scan(live) == []
    key.chmod(0o640)
    assert scan(live) == []
    key.chmod(0o604)
    assert scan(live) == [("tls.key_exposed", "/etc/letsencrypt/live/a/privkey.pem")]


def test_a_closed_folder_hides_it(live):
    (live / "etc/letsencrypt/archive/a/privkey1.pem").chmod(0o644)
    (live / "etc/letsencrypt/archive").chmod(0o700)

    assert scan(live) == []


def test_the_folder_for_keys_beside_the_one_for_certificates_is_known(tmp_path):
    (tmp_path / "etc/ssl/certs").mkdir(parents=True)
    (tmp_path / "etc/ssl/private").mkdir()
    self_signed(tmp_path, "a")
    shutil.move(tmp_path / "a.crt", tmp_path / "etc/ssl/certs/a.pem")
    shutil.move(tmp_path / "a.key", tmp_path / "etc/ssl/private/a.key")
    (tmp_path / "etc/ssl/private/a.key").chmod(0o644)

    assert scan(tmp_path, HYPRBOX_TLS_PATHS="/etc/ssl/certs/a.pem") == [("tls.key_exposed", "/etc/ssl/private/a.key")]


def test_a_certificate_with_its_key_in_one_file_is_a_key(tmp_path):
    self_signed(tmp_path, "a")
    both = tmp_path / "both.pem"
    both.write_bytes((tmp_path / "a.crt").read_bytes() + (tmp_path / "a.key").read_bytes())

    both.chmod(0o600)
    assert scan(tmp_path, HYPRBOX_TLS_PATHS="/both.pem") == []
    both.chmod(0o644)
    assert scan(tmp_path, HYPRBOX_TLS_PATHS="/both.pem") == [("tls.key_exposed", "/both.pem")]


def test_a_short_key_and_an_old_signature_are_weak(tmp_path):
    words = ("req", "-x509", "-nodes", "-days", "365", "-subj", "/CN=short", "-newkey", "rsa:1024")
    openssl(*words, "-keyout", "short.key", "-out", "short.crt", cwd=tmp_path)
    self_signed(tmp_path, "ca", days=3650, name="Root")
    issued(tmp_path, "ca", "sha1", days=365, digest="sha1")
    issued(tmp_path, "ca", "good", days=365)
    for path in tmp_path.glob("*.key"):
        path.chmod(0o600)

    found = list(tls.scan(Host(root=tmp_path), config.load({"HYPRBOX_TLS_PATHS": "/*.crt"})))
    assert [(one.type, one.key, one.severity) for one in found] == [
        ("tls.weak", "/sha1.crt", Severity.WARN),
        ("tls.weak", "/short.crt", Severity.WARN),
    ]
    assert [one.metadata["signs"] for one in found] == [["signed with SHA1"], ["a RSA key of 1024 bits"]]


def test_who_signs_for_himself_may_use_any_hash(tmp_path):
    words = ("req", "-x509", "-nodes", "-sha1", "-days", "365", "-subj", "/CN=own", "-newkey", "rsa:2048")
    openssl(*words, "-keyout", "own.key", "-out", "own.crt", cwd=tmp_path)

    assert scan(tmp_path, HYPRBOX_TLS_PATHS="/own.crt") == []
