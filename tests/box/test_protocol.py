"""The path below ASGI: the same answers, also to those who send nonsense, dawdle, pipeline or go away."""

import asyncio
import contextlib
import functools
import gc
import json
import socket
import threading
import time
from dataclasses import asdict

import pytest
import uvicorn
from uvicorn.server import ServerState

from hyprbox.hot.protocol import Cycle, protocol_for
from hyprbox.people.model import Role
from tests.cast import BEAT
from tests.servers import serving, wait_until

BODY = json.dumps(asdict(BEAT)).encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("server"), HYPRBOX_REQUIRE_NODE_TOKEN="false") as server:
        yield server


@pytest.fixture
def wire(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        yield connection


def request(method="POST", path="/api/heartbeat", body=BODY, *headers):
    lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def answers(wire, count=1):
    """Status and body of so many answers; fewer when the connection is closed before."""
    found, data = [], b""
    while len(found) < count:
        head, gap, rest = data.partition(b"\r\n\r\n")
        if gap:
            length = int(next(line.split(b":")[1] for line in head.lower().split(b"\r\n") if b"content-length" in line))
            if len(rest) >= length:
                found.append((int(head[9:12]), rest[:length]))
                data = rest[length:]
                continue
        more = wire.recv(65536)
        if not more:
            return found
        data += more
    return found


def test_many_calls_on_one_connection(wire):
    for _ in range(5):
        wire.sendall(request())
        ((status, body),) = answers(wire)
        assert (status, json.loads(body)["accepts"]) == (200, ["scan", "settings", "inventory"])


def test_pipelined_calls_are_answered_in_order(wire):
    wire.sendall(request() + request("GET", "/ready", b"") + request("GET", "/health", b"") + request(body=b"{"))
    assert [status for status, _ in answers(wire, 4)] == [200, 200, 200, 400]


def test_a_request_in_single_bytes_is_a_request(wire):
    for byte in request():
        wire.sendall(bytes([byte]))
    assert answers(wire)[0][0] == 200


def test_a_body_in_chunks_is_a_body(wire):
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (BODY[:20], BODY[20:])) + b"0\r\n\r\n"
    wire.sendall(b"POST /api/heartbeat HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    assert answers(wire)[0][0] == 200


@pytest.mark.parametrize(
    "sent",
    [b"\x16\x03\x01 no http\r\n\r\n", b"GET\r\n\r\n", b"POST /api/heartbeat HTTP/1.1\r\nContent-Length: x\r\n\r\n"],
    ids=["tls", "no path", "no length"],
)
def test_what_is_no_http_is_refused_and_closed(wire, sent):
    wire.sendall(sent)
    assert wire.recv(65536).startswith(b"HTTP/1.1 400")
    assert wire.recv(10) == b""


def test_too_much_is_refused_and_closed(wire):
    wire.sendall(request(body=b"x" * 70_000))
    assert answers(wire)[0][0] == 413
    assert wire.recv(10) == b""


def test_a_large_piece_of_output_is_taken_whole(server, wire):
    wire.sendall(request("POST", "/api/jobs/nothing/output", json.dumps({"output": "x" * 5_000_000}).encode()))
    assert answers(wire)[0][0] == 404


def test_close_is_honoured(wire):
    wire.sendall(request("POST", "/api/heartbeat", BODY, "Connection: close"))
    assert answers(wire)[0][0] == 200
    assert wire.recv(10) == b""


def test_expect_continue_is_answered(wire):
    head, body = request("POST", "/api/heartbeat", BODY, "Expect: 100-continue").split(b"\r\n\r\n", 1)
    wire.sendall(head + b"\r\n\r\n")
    assert wire.recv(1000).startswith(b"HTTP/1.1 100")
    wire.sendall(body)
    assert answers(wire)[0][0] == 200


def test_who_hangs_up_in_a_poll_leaves_nothing_behind(server):
    def waiting():
        with server.client() as client:
            lines = client.get("/metrics").text.splitlines()
        return float(next(line.split()[1] for line in lines if line.startswith("hyprbox_waiting_requests ")))

    before = waiting()
    poll = b"GET /api/jobs/pending?nodeId=eu-1 HTTP/1.1\r\nHost: x\r\nPrefer: wait=20, offer\r\n\r\n"
    connections = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(10)]
    for n, connection in enumerate(connections):
        connection.sendall(poll.replace(b"eu-1", b"eu-%d" % n))
    wait_until(lambda: waiting() == before + 10)
    for connection in connections:
        connection.close()
    wait_until(lambda: waiting() == before, seconds=2)


def test_stopping_answers_who_waits_at_once(tmp_path):
    with serving(tmp_path, HYPRBOX_REQUIRE_NODE_TOKEN="false") as server:
        got = []

        def poll():
            with server.client() as client:
                query, prefer = {"nodeId": "eu-1"}, {"prefer": "wait=20, offer"}
                got.append(client.get("/api/jobs/pending", params=query, headers=prefer).text)

        thread = threading.Thread(target=poll)
        thread.start()
        time.sleep(0.5)
        start = time.monotonic()
        server.process.terminate()
        server.process.wait(10)
        thread.join()
    assert got == ["null"]
    assert time.monotonic() - start < 10


def test_a_head_without_end_is_refused_before_it_fills_memory(wire):
    wire.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nX: ")
    for _ in range(3):
        wire.sendall(b"a" * 30_000)
        time.sleep(0.05)
    assert wire.recv(65536).startswith(b"HTTP/1.1 400")
    assert closed(wire)


def test_trailers_without_end_are_part_of_the_head(wire):
    wire.sendall(b"POST /api/heartbeat HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
    for n in range(3):
        wire.sendall(b"T-%d: %b\r\n" % (n, b"a" * 30_000))
        time.sleep(0.05)
    assert wire.recv(65536).startswith(b"HTTP/1.1 400")


def closed(wire):
    """Also when what was still on its way is answered with a reset."""
    try:
        return wire.recv(10) == b""
    except ConnectionResetError:
        return True


def test_a_stranger_is_turned_away_before_a_large_body_is_taken(tmp_path):
    with serving(tmp_path) as server:
        for path in ("/api/findings", "/api/jobs/nothing/output", "/api/jobs/nothing/complete"):
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as wire:
                wire.sendall(request("POST", path, b"x" * 10_000_000)[:100_000])
                assert answers(wire)[0][0] == 401


def test_a_strangers_form_is_small(server):
    with server.client() as client:
        for form in ({"name": "ada", "password": "x" * 20_000}, {"name": "x" * 20_000}):
            assert client.post("/dashboard/sign-in", data=form).status_code == 413


@pytest.fixture
def patient():
    """Plays a story with the address of a server in this process and the protocols that it has made."""

    async def app(scope, receive, send):
        raise AssertionError("only the agents' routes are asked for")

    def play(story):
        async def main():
            config = uvicorn.Config(app, log_config=None, access_log=False, timeout_keep_alive=75)
            config.load()
            kind, state, made = protocol_for(None), ServerState(), []
            make = functools.partial(kind, config=config, server_state=state, app_state={})
            server = await asyncio.get_running_loop().create_server(
                lambda: made.append(make()) or made[-1], "127.0.0.1"
            )
            async with server:
                reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
                try:
                    return await story(reader, writer, made)
                finally:
                    writer.close()

        return asyncio.run(main())

    return play


HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"


def test_who_rests_too_long_is_cut_off(patient):
    async def story(reader, writer, made):
        writer.write(HEALTH)
        await reader.readuntil(b"alive\n")
        now = asyncio.get_running_loop().time()
        made[0].cut_off_if_slow(now + 74)
        assert not made[0].transport.is_closing()
        made[0].cut_off_if_slow(now + 76)
        assert await reader.read() == b""

    patient(story)


def test_who_has_begun_a_request_before_the_last_answer_does_not_rest(patient):
    async def story(reader, writer, made):
        writer.write(HEALTH)
        await reader.readuntil(b"alive\n")
        for piece in (b"GET /hea", b"lth HT"):
            before = made[0].overhead
            writer.write(piece)
            while made[0].overhead == before:
                await asyncio.sleep(0.001)
            if piece == b"GET /hea":
                made[0].on_response_complete()  # that of the request before came late
        made[0].cut_off_if_slow(asyncio.get_running_loop().time() + 76)
        assert not made[0].transport.is_closing()

    patient(story)


def test_who_dawdles_in_a_request_is_cut_off(patient):
    async def story(reader, writer, made):
        writer.write(HEALTH + HEALTH[:20])
        await reader.readuntil(b"alive\n")
        now = asyncio.get_running_loop().time()
        made[0].cut_off_if_slow(now + 119)
        assert not made[0].transport.is_closing()
        made[0].cut_off_if_slow(now + 121)
        assert await reader.read() == b""

    patient(story)


def test_who_takes_no_answers_is_asked_for_no_more_questions(wire):
    """And gets each of them when he takes them after all."""
    sent, piece = 0, HEALTH * 1000
    wire.settimeout(1)
    with contextlib.suppress(TimeoutError):
        while sent < 50_000_000:
            sent += wire.send(piece[sent % len(HEALTH) :])
    assert sent < 50_000_000

    wire.settimeout(10)
    asked = sent // len(HEALTH)
    with wire.makefile("rb") as answers:
        for line in answers:
            asked -= line == b"alive\n"
            if not asked:
                break
    assert asked == 0


def test_a_page_and_a_long_body_may_be_asked_for_in_one_go(server, wire):
    """Reading rests while one is answered, and goes on for the rest of the other."""
    page = b"GET /dashboard/sign-in HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % server.port
    form = page.replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nContent-Length: 8000\r\n\r\n") + b"x" * 100
    wire.sendall(page + page + form)
    time.sleep(0.2)
    wire.sendall(b"x" * 7900 + HEALTH)
    found = answers(wire, 4)
    assert [found[0][0], found[1][0], found[3]] == [200, 200, (200, b"alive\n")]


def test_who_takes_no_answers_for_long_is_cut_off(patient):
    async def story(reader, writer, made):
        writer.write(HEALTH)
        await reader.readuntil(b"alive\n")
        made[0].pause_writing()
        made[0].rests_since = None
        now = asyncio.get_running_loop().time()
        made[0].cut_off_if_slow(now + 119)
        assert not made[0].transport.is_closing()
        made[0].cut_off_if_slow(now + 121)
        assert await reader.read() == b""

    patient(story)


@pytest.mark.parametrize("path", ["/api/settings?nodeId=eu-1", "/dashboard/sign-in"])
def test_who_pipelines_and_goes_leaves_no_traceback(tmp_path, path):
    """Those of a server fail its test."""
    with serving(tmp_path) as server:
        asked = b"GET %b HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % (path.encode(), server.port)
        for _ in range(5):
            with socket.socket() as wire:
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                wire.connect(("127.0.0.1", server.port))
                wire.settimeout(0.3)
                with contextlib.suppress(TimeoutError):
                    while True:
                        wire.sendall(asked * 200)
        with server.client() as client:
            assert client.get("/health").text == "alive\n"


def beats_of_one_length(*clocks):
    """Heartbeats that differ in nothing but their bodies' bytes."""
    return [request(body=json.dumps(asdict(BEAT) | {"uptime_seconds": clock}).encode()) for clock in clocks]


def test_a_head_that_came_before_is_not_parsed_again(patient):
    async def story(reader, writer, made):
        for number in range(4):
            writer.write(HEALTH)
            await reader.readuntil(b"alive\n")
            if number == 1:  # the first is the connection's, the second is remembered
                made[0].parser = None

    patient(story)


def test_the_same_head_brings_each_time_its_own_body(server, wire):
    for uptime, sent in zip((11, 22, 33, 44), beats_of_one_length(11, 22, 33, 44), strict=True):
        wire.sendall(sent)
        assert answers(wire)[0][0] == 200
        with server.client(server.key(Role.VIEWER)) as client:
            assert client.get(f"/api/nodes/{BEAT.node_id}").json()["uptimeSeconds"] == uptime


def test_behind_a_known_head_only_what_is_whole_and_nothing_else_is_taken_for_known(wire):
    one, two, three = beats_of_one_length(11, 22, 33)
    bad = one[: -len(BODY) + 10] + b"}" * (len(one) - len(one[: -len(BODY) + 10]))
    for sent, expected in (
        (one, [200]),
        (two, [200]),
        (three, [200]),
        (bad, [400]),
        (one + two, [200, 200]),
        (b"\r\n" + three, [200]),
        (b"\r\n\r\n" + one + HEALTH, [200, 200]),
        (two, [200]),
    ):
        wire.sendall(sent)
        assert [status for status, _ in answers(wire, len(expected))] == expected
    for at in (5, one.index(b"\r\n\r\n") + 4, len(one) - 1):
        wire.sendall(one[:at])
        time.sleep(0.02)
        wire.sendall(one[at:])
        assert answers(wire)[0][0] == 200


@pytest.mark.parametrize("empty", [b"\r\n", b"\r\n\r\n", b"x: y\r\n\r\n"], ids=["line", "two lines", "a header"])
def test_what_is_no_request_is_never_taken_for_a_known_one(wire, empty):
    for _ in range(3):
        wire.sendall(HEALTH)
        assert answers(wire)[0] == (200, b"alive\n")
    wire.sendall(empty)
    wire.settimeout(0.2)
    try:
        assert wire.recv(100).startswith(b"HTTP/1.1 400")
    except TimeoutError:
        wire.settimeout(10)
        wire.sendall(HEALTH)
        assert answers(wire)[0] == (200, b"alive\n")


def test_chunks_and_closing_are_the_parsers_each_time(wire):
    chunked = b"POST /api/heartbeat HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n"
    for _ in range(3):
        wire.sendall(chunked % (len(BODY), BODY))
        assert answers(wire)[0][0] == 200
    wire.sendall(request("POST", "/api/heartbeat", BODY, "Connection: close"))
    assert answers(wire)[0][0] == 200
    assert wire.recv(10) == b""


def test_few_heads_are_remembered_and_no_long_one(patient):
    async def story(reader, writer, made):
        for number in range(12):
            writer.write(HEALTH.replace(b"Host: x", b"Host: %d\r\nX: %b" % (number, b"a" * (number % 2 * 2000))))
            await reader.readuntil(b"alive\n")
        return made[0].heads._known

    known = patient(story)
    assert 1 <= len(known) <= 4
    assert all(len(head) <= 1024 for head in known)


def test_a_connection_of_many_agents_stops_remembering(patient):
    async def story(reader, writer, made):
        for number in range(40):
            writer.write(HEALTH.replace(b"Host: x", b"Host: %d" % number))
            await reader.readuntil(b"alive\n")
        return made[0].heads._known

    assert patient(story) == {}


def test_a_token_that_is_revoked_is_refused_on_a_connection_that_it_had_opened(tmp_path):
    with serving(tmp_path) as server, server.client(server.key(Role.ADMIN)) as admin:
        made = admin.post("/api/tokens", json={"nodeId": BEAT.node_id}).json()
        sent = request("POST", "/api/heartbeat", BODY, f"Authorization: Bearer {made['token']}")
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as wire:
            for _ in range(3):
                wire.sendall(sent)
                assert answers(wire)[0][0] == 200
            server.cli("token", "revoke", made["id"])

            def status():
                wire.sendall(sent)
                return answers(wire)[0][0]

            wait_until(lambda: status() == 401, seconds=5)


def test_a_call_leaves_nothing_for_the_collector(patient):
    """What refers to itself is found by the collector alone: it was a seventh of the cost of a call."""

    async def story(reader, writer, made):
        for _ in range(20):
            writer.write(HEALTH)
            await reader.readuntil(b"alive\n")
        return sum(isinstance(each, Cycle) for each in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        assert patient(story) == 1
    finally:
        gc.enable()
