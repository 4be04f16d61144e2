"""What the client takes for an answer, what it asks again, and whom it believes."""

import select
import socket
import ssl
import time
from contextlib import suppress
from threading import Event, Thread

import pytest

from hyprnode import config, route
from hyprnode.again import until_answered
from hyprnode.answer import Fault
from hyprnode.client import Client
from hyprnode.http import Connection
from hyprnode.say import Trouble
from hyprnode.values import BadSetting
from hyprwire import RunningJob
from tests.node.agents import TOKEN
from tests.node.certificates import issued, self_signed
from tests.node.far_end import EMPTY, HANG_UP, Reply
from tests.node.plain_api import PlainApi


@pytest.fixture
def client():
    """Makes clients, and closes them after the test."""
    made = []

    def client(api, **settings):
        loaded = config.load({"HYPRBOX_API_URL": api.url, "HYPRBOX_NODE_TOKEN": TOKEN, **settings})
        made.append(Client(loaded, route.plan(loaded)))
        return made[-1]

    yield client
    for one in made:
        one.close()


@pytest.fixture
def ask(client):
    return lambda api, **settings: client(api, **settings).get("/api/jobs/pending", nodeId="eu-1")


@pytest.mark.parametrize("reply", [EMPTY, Reply(204, raw=b""), Reply(200, raw=b"null"), Reply(200, raw=b" \n")])
def test_nothing_is_null(plain_api, reply, ask):
    plain_api.then("pending", reply)

    answer = ask(plain_api)
    assert (answer.is_good, answer.value) == (True, None)


@pytest.mark.parametrize("page", [b"<html>Sign in to Airport Wi-Fi</html>", b"{", b"[" * 100_000])
def test_a_page_from_somebody_on_the_way_decides_nothing(plain_api, page, ask):
    plain_api.then("pending", Reply(200, raw=page))

    with pytest.raises(Fault, match="API returned 200 with something that is not JSON"):
        ask(plain_api)


@pytest.mark.parametrize("status", [400, 404, 409, 410, 413, 415, 422])
def test_a_refusal_is_an_answer_whatever_its_body(plain_api, status, ask):
    plain_api.then("pending", Reply(status, raw=b"<html>"))

    answer = ask(plain_api)
    assert (answer.status, answer.is_good) == (status, False)
    with pytest.raises(Fault, match=rf"^API returned {status}$"):
        answer.must_be_good()


def test_a_refusal_may_say_why(plain_api, ask):
    plain_api.then("pending", Reply(400, {"detail": "nodeId is missing"}))

    with pytest.raises(Fault, match="API returned 400: nodeId is missing"):
        ask(plain_api).must_be_good()


@pytest.mark.parametrize("status", [301, 302, 401, 403, 407, 408, 429, 500, 502, 503, 504])
def test_what_may_change_is_no_answer(plain_api, status, ask):
    plain_api.then("pending", Reply(status, {"detail": "x"}))

    with pytest.raises(Fault) as fault:
        ask(plain_api)
    assert (str(fault.value), fault.value.status) == (f"API returned {status}", status)


@pytest.mark.parametrize(
    ("status", "text", "seconds"),
    [(503, "7", 7), (429, "0", 1), (503, "999999", 3600), (503, "soon", None), (500, "7", None)],
)
def test_an_api_may_name_a_time(plain_api, status, text, seconds, ask):
    plain_api.then("pending", Reply(status, headers={"Retry-After": text}))

    with pytest.raises(Fault) as fault:
        ask(plain_api)
    assert fault.value.retry_after == seconds


def test_an_api_may_name_a_date(plain_api, ask):
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 100))
    plain_api.then("pending", Reply(503, headers={"Retry-After": date}))

    with pytest.raises(Fault) as fault:
        ask(plain_api)
    assert 90 < fault.value.retry_after <= 100


def test_a_connection_is_kept(plain_api, client):
    one = client(plain_api)
    one.get("/api/jobs/pending", nodeId="eu-1")
    before = one.connection.sock
    one.get("/api/jobs/pending", nodeId="eu-1")

    assert one.connection.sock is before


def test_a_kept_connection_that_was_closed_meanwhile_is_nobodys_fault(plain_api, client):
    one = client(plain_api)
    one.get("/api/jobs/pending", nodeId="eu-1")
    plain_api.then("pending", HANG_UP)

    assert one.get("/api/jobs/pending", nodeId="eu-1").is_good


def test_a_new_connection_that_is_closed_is_a_fault(plain_api, ask):
    plain_api.then("pending", HANG_UP)

    with pytest.raises(Fault, match="Remote end closed connection without response"):
        ask(plain_api)


def test_an_answer_that_breaks_off_is_a_fault(plain_api, ask):
    plain_api.then("pending", Reply(200, raw=b"null", headers={"Content-Length": "400", "Connection": "close"}))

    with pytest.raises(Fault, match="broke off"):
        ask(plain_api)


def test_an_answer_without_end_is_a_fault(plain_api, ask):
    plain_api.then("pending", Reply(200, raw=b" " * (17 * 1024 * 1024)))

    with pytest.raises(Fault, match="the answer is over 16777216 bytes"):
        ask(plain_api)


def test_where_nobody_listens_says_so(plain_api, client):
    one = client(plain_api, HYPRBOX_API_URL="http://127.0.0.1:1")

    with pytest.raises(Fault, match=r"^Connection refused$"):
        one.get("/api/jobs/pending", nodeId="eu-1")


def test_nothing_that_is_none_is_sent(plain_api, client):
    client(plain_api).post("/api/jobs/1/ping", RunningJob(runId=None))

    assert plain_api.calls[0].body == {}


def test_without_a_token_none_is_sent(plain_api, ask):
    ask(plain_api, HYPRBOX_NODE_TOKEN="")

    assert "authorization" not in plain_api.calls[0].headers


def test_an_api_may_live_below_a_path(plain_api, ask):
    ask(plain_api, HYPRBOX_API_URL=plain_api.url + "/box/")

    assert plain_api.calls[0].path == "/box/api/jobs/pending"


def test_what_was_preferred_and_what_was_done_of_it(plain_api, client):
    plain_api.then("pending", Reply(value=None, headers={"Preference-Applied": "wait=25, offer"}))
    answer = client(plain_api).get("/api/jobs/pending", prefer="wait=25, offer", nodeId="eu-1")

    assert plain_api.calls[0].headers["prefer"] == "wait=25, offer"
    assert answer.applied == {"wait", "offer"}


def test_a_held_request_can_be_ended_from_elsewhere(plain_api, client):
    one = client(plain_api)
    one.get("/api/jobs/pending", nodeId="eu-1")
    plain_api.then("pending", lambda call: [one.hang_up(), time.sleep(0.2)] and EMPTY)
    begun = time.monotonic()
    with pytest.raises(Fault):
        one.get("/api/jobs/pending", nodeId="eu-1")

    assert time.monotonic() - begun < 5
    assert len(plain_api.asked("pending")) == 2


def test_it_is_asked_until_there_is_an_answer(plain_api, capsys, client):
    one = client(plain_api)
    plain_api.then("pending", Reply(500), Reply(404))

    answer = until_answered(lambda: one.get("/api/jobs/pending", nodeId="eu-1"), Trouble("output"), Event())
    assert answer.status == 404
    first, last = capsys.readouterr().err.splitlines()
    assert first.startswith("output error: API returned 500 again_in=")
    assert last.startswith("output works again errors=1")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A private CA and a server with its certificate for 127.0.0.1."""
    directory = tmp_path_factory.mktemp("authority")
    self_signed(directory, "ca", name="Example CA")
    issued(directory, "ca", "server", days=30, name="127.0.0.1", names="IP:127.0.0.1")
    issued(directory, "ca", "other", days=30, name="other.example", names="DNS:other.example")
    return directory


def secure_api(authority, name="server"):
    return PlainApi(of_server(authority, name))


def of_server(authority, name="server"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / f"{name}.crt", authority / f"{name}.key")
    return context


def test_a_private_ca_is_believed_when_it_is_named(authority, ask):
    with secure_api(authority) as api:
        assert ask(api, HYPRBOX_CA_FILE=str(authority / "ca.crt")).is_good


def test_nobody_else_is_believed(authority, ask):
    with (
        secure_api(authority) as api,
        pytest.raises(Fault, match="certificate not trusted: unable to get local issuer"),
    ):
        ask(api)
    assert api.calls == []


def test_a_certificate_of_another_name_is_not_believed(authority, ask):
    with (
        secure_api(authority, "other") as api,
        pytest.raises(Fault, match="certificate not trusted: IP address mismatch"),
    ):
        ask(api, HYPRBOX_CA_FILE=str(authority / "ca.crt"))


def test_what_tls_says_right_after_its_handshake_is_no_word_unasked(authority, client):
    """Tickets, with which a later connection could begin sooner."""
    with secure_api(authority) as api:
        asking = client(api, HYPRBOX_CA_FILE=str(authority / "ca.crt"))
        dial, opened = asking.connection.open, []

        def slowly():
            opened.append(dial())
            select.select(opened[-1:], [], [], 20)
            return opened[-1]

        asking.connection.open = slowly
        assert asking.get("/api/jobs/pending", nodeId="eu-1").is_good

    assert len(opened) == 1


def test_what_came_in_one_piece_with_an_answer_is_none_to_the_next_question(authority):
    """TLS has taken it off the wire already, and nobody has read it."""
    trusting = ssl.create_default_context(cafile=str(authority / "ca.crt"))
    body, forged = b"1" * 12_000, b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    said = [b"HTTP/1.1 200 OK\r\nContent-Length: 12000\r\n\r\n" + body + forged] * 2
    threads = []

    def answer_once(far):
        with far, of_server(authority).wrap_socket(far, server_side=True) as line:
            line.recv(65536)
            line.sendall(said.pop())
            with suppress(OSError):  # who asked hangs up without goodbye
                line.recv(65536)

    def dial():
        near, far = socket.socketpair()
        threads.append(Thread(target=answer_once, args=[far]))
        threads[-1].start()
        return trusting.wrap_socket(near, server_hostname="127.0.0.1")

    connection = Connection(dial, "api.example")
    for _ in range(2):
        connection.ask("GET", "/", {}, None)
        assert b"".join(connection.hear().pieces()) == body
    connection.close()
    for thread in threads:
        thread.join()


def test_a_file_that_is_no_ca_is_a_bad_setting(tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")
    loaded = config.load({"HYPRBOX_API_URL": "https://a.example", "HYPRBOX_CA_FILE": f"{tmp_path}/ca.pem"})

    with pytest.raises(BadSetting, match=r"^HYPRBOX_CA_FILE is '.*/ca.pem', expected a file with PEM certificates$"):
        route.plan(loaded)


def test_an_answer_may_come_in_chunks(plain_api, ask):
    chunks = b'6\r\n{"id":\r\n4\r\n"x"}\r\n0\r\n\r\n'
    plain_api.then("pending", Reply(200, raw=chunks, headers={"Transfer-Encoding": "chunked"}))

    assert ask(plain_api).value == {"id": "x"}
