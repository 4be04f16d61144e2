"""What the agent's own HTTP makes of what comes over a wire, byte by byte."""

import socket
import threading
from contextlib import suppress

import pytest

from hyprnode import http, route
from hyprnode.http import Closed, Connection

QUESTION = ("GET", "/", {}, None)


@pytest.fixture
def wire():
    """Connections whose far ends say these bytes and close; what they were asked is in `heard`."""
    ends = []

    def wire(*said):
        left = list(said)

        def dial():
            ours, theirs = socket.socketpair()
            ours.settimeout(20)
            theirs.sendall(left.pop(0))
            theirs.shutdown(socket.SHUT_WR)
            ends.extend([ours, theirs])
            return ours

        return Connection(dial, "api.example")

    yield wire
    for end in ends:
        end.close()


def asked(connection, question=QUESTION):
    connection.ask(*question)
    answered = connection.hear()
    return answered, b"".join(answered.pieces())


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("said", "body"),
    [
        (OK + b"Content-Length: 4\r\n\r\nnull", b"null"),
        (OK + b"content-length:4, 4\r\n\r\nnull", b"null"),
        (OK + b"Content-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 204\r\n\r\n", b""),
        (b"HTTP/1.0 200 Fine\nServer: old\n\nuntil the end", b"until the end"),
        (OK + b"\r\nuntil the end", b"until the end"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\n1", b"1"),
        (OK + b"Transfer-Encoding: Chunked\r\n\r\n3;a=b\r\nnul\r\n01\r\nl\r\n0\r\nTrailer: x\r\n\r\n", b"null"),
        (OK + b"Transfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n1\r\n1\r\n0\r\n\r\n", b"1"),
    ],
)
def test_an_answer_is_as_long_as_it_says(wire, said, body):
    answered, heard = asked(wire(said))

    assert (answered.status // 100, heard) == (2, body)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"220 mail.example ESMTP\r\n", "no HTTP"),
        (b"HTTP/2 200\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 2000\r\n\r\n", "no HTTP"),
        (OK + b"no colon\r\n\r\n", "no HTTP"),
        (OK + b"a: " + b"a" * 70_000 + b"\r\n\r\n", "too long"),
        (OK + b"a: b\r\n" * 20_000 + b"\r\n", "too long"),
        (OK + b"Content-Length: 4\r\n", "broke off"),
        (OK + b"Content-Length: 4\r\n\r\nnul", "broke off after 3 bytes"),
        (OK + b"Content-Length: -4\r\n\r\nnull", "expected a number"),
        (OK + b"Content-Length: +4\r\n\r\nnull", "expected a number"),
        (OK + b"Content-Length: 4\r\nContent-Length: 40\r\n\r\nnull", "expected one number"),
        (OK + b"X: y\r\n Content-Length: 4\r\n\r\nnull", "no HTTP"),
        (OK + b"Content-Length : 4\r\n\r\nnull", "no HTTP"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n12\r\n0\r\n\r\n", "longer than it says"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nnul", "broke off after 3 bytes"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nnull\r\n", "broke off after 4 bytes"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0x4\r\nnull\r\n", "expected a number"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 400 + b"\r\n", "expected a number"),
    ],
)
def test_what_is_no_whole_answer_is_none(wire, said, why):
    with pytest.raises(OSError, match=why):
        asked(wire(said))


def test_nothing_at_all_is_not_the_same_as_half_of_something(wire):
    with pytest.raises(Closed):
        asked(wire(b""))


@pytest.mark.parametrize(
    ("said", "is_kept"),
    [
        (OK + b"Content-Length: 1\r\n\r\n1", True),
        (OK + b"Connection: Keep-Alive, Close\r\nContent-Length: 1\r\n\r\n1", False),
        (b"HTTP/1.0 200\r\nContent-Length: 1\r\n\r\n1", False),
        (OK + b"\r\n1", False),
    ],
)
def test_a_connection_is_kept_where_both_sides_know_where_an_answer_ends(wire, said, is_kept):
    connection = wire(said)
    asked(connection)

    assert (connection.sock is not None) is is_kept


FORGED = OK + b"Content-Length: 6\r\n\r\nforged"


def one(body):
    return OK + b"Content-Length: 1\r\n\r\n" + body


def test_what_comes_along_with_an_answer_is_no_answer_to_the_next_question(wire):
    connection = wire(one(b"1") + FORGED, one(b"2"))

    assert [asked(connection)[1], asked(connection)[1]] == [b"1", b"2"]


@pytest.fixture
def line():
    """A connection that stays open, and the far ends of all that it has opened."""
    ends, ours = [], []

    def dial():
        near, far = socket.socketpair()
        near.settimeout(20)
        ours.append(near)
        ends.append(far)
        return near

    yield Connection(dial, "api.example"), ends
    for end in [*ends, *ours]:
        end.close()


def answered_with(connection, ends, said):
    connection.ask(*QUESTION)
    ends[-1].sendall(said)
    answered = connection.hear()
    return b"".join(answered.pieces())


def test_what_comes_late_and_unasked_is_no_answer_to_the_next_question(line):
    connection, ends = line
    assert answered_with(connection, ends, one(b"1")) == b"1"
    ends[0].sendall(FORGED)

    assert answered_with(connection, ends, one(b"2")) == b"2"
    assert len(ends) == 2


def test_an_answer_that_nobody_heard_to_its_end_is_none_to_the_next_question(line):
    """As when something else went wrong between the two, in this program."""
    connection, ends = line
    connection.ask(*QUESTION)
    ends[0].sendall(one(b"1"))

    assert answered_with(connection, ends, one(b"2")) == b"2"


def test_a_connection_that_says_no_more_than_it_is_asked_is_one_for_all(line):
    connection, ends = line

    assert [answered_with(connection, ends, one(b"%d" % n)) for n in range(3)] == [b"0", b"1", b"2"]
    assert len(ends) == 1


@pytest.mark.parametrize(
    ("start", "again"),
    [
        (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"),
        (OK, b"a"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"Trailer: x\r\n"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
        (OK + b"Content-Length: 999999\r\n\r\n", b"1"),
    ],
    ids=["processing", "hints", "head", "trailers", "size", "body"],
)
def test_who_says_a_little_again_and_again_is_not_heard_out(line, start, again):
    """Whatever it is a part of: all of an answer has one time limit."""
    connection, ends = line
    connection.ask(*QUESTION)
    ends[0].sendall(start)
    connection.sock.settimeout(0.3)
    is_over = threading.Event()

    def drip():
        with suppress(OSError):
            while not is_over.wait(0.02):
                ends[0].sendall(again)

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        with pytest.raises(TimeoutError):
            b"".join(connection.hear().pieces())
    finally:
        is_over.set()
        dripping.join()


def test_what_is_said_twice_is_one_list(wire):
    answered, _ = asked(
        wire(OK + b"Preference-Applied: offer\r\nPREFERENCE-applied:  wait=3\r\nContent-Length: 0\r\n\r\n")
    )

    assert answered.headers["preference-applied"] == "offer, wait=3"


def test_a_question_is_one_write():
    assert http.head("POST", "/api/x", {"Host": "a", "B": "c"}, b"12") == (
        b"POST /api/x HTTP/1.1\r\nHost: a\r\nB: c\r\nContent-Length: 2\r\n\r\n"
    )
    assert b"Content-Length" not in http.head("GET", "/", {}, None)


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/a b", {}), ("/a\r\nX: y", {}), ("/", {"Prefer": "a\r\nX: y"}), ("/", {"Prefer": "ü€"}), ("/", {"A": "a\0b"})],
)
def test_no_word_ends_its_line(path, headers):
    with pytest.raises(ValueError, match=r"line break|latin-1"):
        http.head("GET", path, headers, None)


@pytest.mark.parametrize(
    ("name", "port", "usual", "host"),
    [
        ("box.example", 443, 443, "box.example"),
        ("box.example", 4000, 80, "box.example:4000"),
        ("::1", 443, 443, "[::1]"),
        ("fe80::1%eth0", 81, 80, "[fe80::1]:81"),
        ("bücher.example", 443, 443, "xn--bcher-kva.example"),
    ],
)
def test_how_the_api_is_called(name, port, usual, host):
    assert http.host_of(name, port, usual) == host


def test_a_proxy_that_says_a_little_again_and_again_is_not_heard_out(monkeypatch):
    monkeypatch.setattr(route, "CONNECT_SECONDS", 0.3)
    is_over = threading.Event()
    ours, theirs = socket.socketpair()

    def drip():
        with suppress(OSError):
            while not is_over.wait(0.02):
                theirs.sendall(b"H")

    dripping = threading.Thread(target=drip)
    with ours, theirs:
        dripping.start()
        try:
            with pytest.raises(TimeoutError):
                route.tunnel(ours, "api.example", 443, "")
        finally:
            is_over.set()
            dripping.join()
