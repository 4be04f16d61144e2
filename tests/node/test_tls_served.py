"""A server that shows the certificate of before its renewal, asked for real."""

import os
import shutil
import socket
import ssl
import threading
import time
from contextlib import contextmanager

import pytest

from hyprnode import config
from hyprnode.host import Host
from hyprnode.scanners import tls, tls_served
from hyprwire import Severity
from tests.node.cases import write
from tests.node.certificates import end_of, self_signed


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    self_signed(folder, "old", days=20)
    self_signed(folder, "new", days=90)
    self_signed(folder, "other", days=20, name="c.example")
    return folder


@contextmanager
def serving(made, name):
    """The port on which somebody shows this certificate to whoever asks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made / f"{name}.crt", made / f"{name}.key")
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer, args=(server, context), daemon=True).start()
        yield server.getsockname()[1]


def answer(server, context):
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        try:
            context.wrap_socket(connection, server_side=True).close()
        except OSError:
            connection.close()


@pytest.fixture
def machine(tmp_path, made, monkeypatch):
    """A root on which the new certificate lies, and a listener of this machine."""

    def machine(port, started=100, changed_before=0):
        shutil.copy(made / "new.crt", tmp_path / "a.crt")
        now = time.time()
        os.utime(tmp_path / "a.crt", (now - changed_before, now - changed_before))
        ticks = os.sysconf("SC_CLK_TCK")
        row = f"   0: 0100007F:{port:04X} 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 77 1\n"
        write(tmp_path / "proc/self/net/tcp", "  sl  local_address\n" + row)
        write(tmp_path / "proc/stat", f"btime {int(now) - 10_000}\n")
        write(tmp_path / "proc/50/stat", f"50 (nginx) S 1 50 50 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {started * ticks} 0 0")
        write(tmp_path / "proc/50/cgroup", "0::/system.slice/nginx.service\n")
        (tmp_path / "proc/50/fd").mkdir()
        (tmp_path / "proc/50/fd/3").symlink_to("socket:[77]")
        monkeypatch.setattr(tls_served, "PORTS", {port})
        return Host(root=tmp_path)

    return machine


def scan(host):
    found = tls.scan(host, config.load({"HYPRBOX_TLS_PATHS": "/a.crt", "HYPRBOX_TLS_WARN_DAYS": "0"}))
    return [one for one in found if one.type == "tls.stale_served"]


def test_an_old_certificate_is_found_by_port_and_name(made, machine):
    with serving(made, "old") as port:
        findings = scan(machine(port))

    assert [(one.key, one.severity) for one in findings] == [
        (f"{port}/a.example", Severity.WARN),
        (f"{port}/*.a.example", Severity.WARN),
    ]
    assert findings[0].metadata["unit"] == "nginx.service"
    assert f"{end_of(made / 'new.crt'):%Y-%m-%d}" in findings[0].message


def test_the_new_one_is_as_it_should_be(made, machine):
    with serving(made, "new") as port:
        assert scan(machine(port)) == []


def test_one_for_another_name_is_another_matter(made, machine):
    with serving(made, "other") as port:
        assert scan(machine(port)) == []


def test_who_started_after_the_renewal_is_not_even_asked(made, machine, monkeypatch):
    monkeypatch.setattr(tls_served, "ask", lambda listener, name: pytest.fail("asked"))

    assert scan(machine(443, started=9_990, changed_before=3_600)) == []


def test_who_does_not_speak_tls_or_at_all_says_nothing(machine):
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = machine(server.getsockname()[1])
        tls_served.SECONDS, before = 0.1, tls_served.SECONDS
        try:
            assert scan(host) == []
        finally:
            tls_served.SECONDS = before
