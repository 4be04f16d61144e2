"""The way to the API: which address, through which proxy."""

import socket
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from hyprnode import config, dial, proxy, route
from hyprnode.answer import Fault
from hyprnode.client import Client
from hyprnode.values import BadSetting
from tests.node.test_client import authority, secure_api  # noqa: F401

LOOPBACK = "127.0.0.1"


@contextmanager
def listening(family=socket.AF_INET, address=LOOPBACK, backlog=5):
    with socket.socket(family, socket.SOCK_STREAM) as server:
        server.bind((address, 0))
        server.listen(backlog)
        yield server


@contextmanager
def deaf():
    """An address that never answers: its queue is full."""
    with listening(backlog=0) as server:
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(server.getsockname())
        yield (socket.AF_INET, server.getsockname())
        for one in waiting:
            one.close()


def closed():
    with listening() as server:
        return (socket.AF_INET, server.getsockname())


def test_a_deaf_address_costs_one_head_start():
    with deaf() as silent, listening() as server:
        begun = time.monotonic()
        connected, winner = dial.race([silent, (socket.AF_INET, server.getsockname())])
        connected.close()

    assert winner != silent
    assert 0.2 < time.monotonic() - begun < 5


def test_an_address_that_refuses_costs_nothing():
    with listening() as server:
        begun = time.monotonic()
        connected, _ = dial.race([closed(), (socket.AF_INET, server.getsockname())])
        connected.close()

    assert time.monotonic() - begun < 0.2


def test_the_last_refusal_is_the_error():
    with pytest.raises(ConnectionRefusedError):
        dial.race([closed(), closed()])


def test_an_address_this_host_has_no_way_to_is_passed_over():
    with listening() as server:
        nowhere = (socket.AF_INET6, ("2001:db8::1", 9, 0, 0))
        connected, winner = dial.race([nowhere, (socket.AF_INET, server.getsockname())])
        connected.close()

    assert winner != nowhere


def test_when_nobody_answers_it_gives_up():
    with deaf() as one, deaf() as other, pytest.raises(TimeoutError):
        dial.race([one, other], seconds=0.4)


def test_families_take_turns():
    four, six = [(2, n) for n in range(3)], [(10, n) for n in range(2)]

    assert dial.alternate([*six, *four]) == [(10, 0), (2, 0), (10, 1), (2, 1), (2, 2)]
    assert dial.alternate(four) == four


def test_the_winner_goes_first_next_time():
    with listening() as server:
        dialer = dial.Dialer("localhost", server.getsockname()[1])
        dialer.open().close()
        assert dialer.winner == (socket.AF_INET, server.getsockname())
        dialer.open().close()


@pytest.mark.parametrize(
    ("host", "no_proxy", "exempt"),
    [
        ("a.example", "", False),
        ("a.example", "b.example", False),
        ("a.example", "*", True),
        ("a.example", "a.example", True),
        ("a.example", " b.c , .example", True),
        ("a.example", "example", True),
        ("a.example", "*.example", True),
        ("aexample", "example", False),
        ("A.EXAMPLE", "a.example", True),
        ("a.example", "a.example:443", True),
        ("a.example", "a.example:8443", False),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "192.168.0.0/16", False),
        ("2001:db8::5", "2001:db8::/32", True),
        ("127.0.0.1", "", True),
        ("localhost", "", True),
        ("::1", "", True),
    ],
)
def test_who_is_asked_without_a_proxy(host, no_proxy, exempt):
    assert proxy.is_exempt(host, 443, no_proxy) is exempt


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://p.example:3128", proxy.Proxy("p.example", 3128)),
        ("p.example:3128", proxy.Proxy("p.example", 3128)),
        ("http://p.example/", proxy.Proxy("p.example", 80)),
        ("http://ada:s%40fe@p.example", proxy.Proxy("p.example", 80, "Basic YWRhOnNAZmU=")),
    ],
)
def test_how_a_proxy_is_written(text, expected):
    assert proxy.parse(text) == expected


def test_a_proxy_that_is_none_is_a_bad_setting():
    loaded = config.load({"HYPRBOX_API_URL": "https://a.example", "HTTPS_PROXY": "socks5://p"})

    with pytest.raises(BadSetting, match="HTTPS_PROXY is no address, expected a proxy such as"):
        route.plan(loaded)


class Tunnel:
    """A proxy: answers CONNECT, and passes everything on to `target` whatever was asked for."""

    def __init__(self, target, status="200 Connection established"):
        self.target, self.status, self.heads = target, status, []
        self.server = socket.create_server((LOOPBACK, 0))
        threading.Thread(target=self._serve, daemon=True).start()
        self.url = f"http://ada:safe@{LOOPBACK}:{self.server.getsockname()[1]}"

    def _serve(self):
        near, _ = self.server.accept()
        head = b""
        while b"\r\n\r\n" not in head:
            head += near.recv(65536)
        self.heads.append(head.decode())
        if head.startswith(b"CONNECT"):
            near.sendall(f"HTTP/1.1 {self.status}\r\nVia: test\r\n\r\n".encode())
        if not self.status.startswith("200"):
            near.close()
            return
        far = socket.create_connection(self.target)
        if not head.startswith(b"CONNECT"):
            far.sendall(head)
        back = threading.Thread(target=self._pass_on, args=(far, near), daemon=True)
        back.start()
        self._pass_on(near, far)
        back.join()
        near.close()
        far.close()

    def _pass_on(self, source, to):
        try:
            while words := source.recv(65536):
                to.sendall(words)
            to.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()


def asked_through(tunnel, url, **settings):
    loaded = config.load({"HYPRBOX_API_URL": url, "HTTP_PROXY": tunnel.url, "HTTPS_PROXY": tunnel.url, **settings})
    client = Client(loaded, route.plan(loaded))
    try:
        return client.get("/api/jobs/pending", nodeId="eu-1")
    finally:
        client.close()


def test_a_proxy_is_asked_for_the_whole_address(plain_api):
    with Tunnel((LOOPBACK, urlsplit(plain_api.url).port)) as tunnel:
        assert asked_through(tunnel, "http://box.example:4000").is_good

    first, *rest = tunnel.heads[0].split("\r\n")
    assert first == "GET http://box.example:4000/api/jobs/pending?nodeId=eu-1 HTTP/1.1"
    assert "Host: box.example:4000" in rest
    assert "Proxy-Authorization: Basic YWRhOnNhZmU=" in rest


def test_a_proxy_is_asked_to_connect_and_sees_no_more(authority):  # noqa: F811
    with secure_api(authority, "other") as api, Tunnel((LOOPBACK, urlsplit(api.url).port)) as tunnel:
        ca = {"HYPRBOX_CA_FILE": str(authority / "ca.crt"), "HYPRBOX_NODE_TOKEN": "hbnt_secret"}
        assert asked_through(tunnel, "https://other.example", **ca).is_good

    assert tunnel.heads[0].startswith("CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n")
    assert "Proxy-Authorization: Basic YWRhOnNhZmU=" in tunnel.heads[0]
    assert "hbnt_secret" not in tunnel.heads[0]
    assert api.calls[0].headers["authorization"] == "Bearer hbnt_secret"


def test_a_proxy_that_refuses_is_named():
    with (
        Tunnel((LOOPBACK, 1), status="407 Who are you") as tunnel,
        pytest.raises(Fault, match="refused to connect: 407 Who"),
    ):
        asked_through(tunnel, "https://other.example")
