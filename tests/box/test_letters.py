"""What was noted reaches the people it is for, once, and reaches nobody else; what an address holds is never shown."""

import asyncio
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_network

import pytest
from aiosmtpd.controller import Controller

from hyprbox import sending
from hyprbox.db import Database
from hyprbox.errors import Conflict, Invalid
from hyprbox.notices import guard, outbox, post, store
from hyprbox.notices.model import Delivery, Sent
from hyprbox.sealing import CHANNELS, unseal
from tests.cast import NOON, minutes
from tests.servers import free_port

LOOPBACK = [ip_network("127.0.0.0/8")]


def test_an_address_is_never_shown_again_and_kept_sealed(session, key_file):
    channel, signs = store.add_channel(session, NOON, "ada", key_file, "hook", "https://example.com/s3cret-path")
    assert signs.startswith("hbwh_")
    assert "s3cret" not in channel.sealed
    assert key_file.stat().st_mode & 0o77 == 0
    with pytest.raises(Conflict, match="another HYPRBOX_SECRET_KEY_FILE"):
        unseal(key_file.with_name("other.key"), CHANNELS, channel.sealed)


@pytest.mark.parametrize(
    "url", ["", "example.com", "file:///etc/passwd", "syslog://", "dbus://", "https://", "a b://c"]
)
def test_what_is_no_channel_is_refused_without_repeating_it(session, key_file, url):
    with pytest.raises(Invalid, match="url "):
        store.add_channel(session, NOON, "ada", key_file, "n", url)


def waiting(session, channel, number=1):
    for n in range(number):
        session.add(
            Delivery(
                id=f"d{n:02}", channel_id=channel.id, rule_id=None, title=f"t{n}", body="b", data={},
                state=Sent.WAITING, attempts=0, due_at=NOON, error="", made_at=NOON,
            )
        )  # fmt: skip
    session.flush()


def test_each_message_is_taken_by_one_of_two_replicas(database_url, key_file):
    dbs = [Database(database_url) for _ in range(2)]
    with dbs[0].session() as session:
        made = store.add_channel(session, NOON, "ada", key_file, "on call", "https://example.com/hook")[0]
        waiting(session, made, 30)

    def take(db):
        with db.session() as session:
            return [letter.id for letter in outbox.take(session, NOON, key_file)]

    with ThreadPoolExecutor(4) as pool:
        taken = [each for ids in pool.map(take, dbs * 6) for each in ids]
    assert sorted(taken) == [f"d{n:02}" for n in range(30)]
    for db in dbs:
        db.close()


def test_what_does_not_arrive_is_tried_again_later_and_given_up_in_the_end(session, channel, key_file):
    waiting(session, channel)
    now, waits = NOON, []
    while letters := outbox.take(session, now, key_file):
        outbox.note(session, now, [outbox.Outcome(letters[0].id, "it answered 500")])
        row = session.query(Delivery).one()
        waits.append((row.due_at - now) // timedelta(seconds=1))
        now = row.due_at
    assert waits[:4] == [30, 60, 120, 240]
    assert (row.state, row.attempts, row.error) == ("DEAD", outbox.ATTEMPTS, "it answered 500")

    store.retry(session, now, "ada", row.id)
    assert len(outbox.take(session, now, key_file)) == 1
    assert outbox.take(session, now + minutes(1), key_file) == []  # its sender may still be at it
    assert len(outbox.take(session, now + minutes(4), key_file)) == 1  # its sender has died


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "255.255.255.255", "ff02::1",
    ],
)  # fmt: skip
def test_what_is_not_of_the_internet_is_not_connected_to(address):
    with pytest.raises(guard.NotAllowed, match="no public address"):
        guard.check(address, [])


def test_what_is_of_the_internet_or_allowed_is():
    for address in ("9.9.9.9", "2620:fe::fe"):
        guard.check(address, [])
    guard.check("10.0.0.25", [ip_network("10.0.0.0/24")])


class Mailbox:
    def __init__(self):
        self.got = []

    async def handle_DATA(self, server, session, envelope):
        self.got.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox():
    handler = Mailbox()
    handler.port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


def letter(url, number=1):
    return outbox.Letter(f"d{number}", url, "hbwh_s", "eu-1 is offline", "look", {"count": 1}, NOON.isoformat())


def send(*letters, allowed=LOOPBACK):
    return [outcome.error for outcome in asyncio.run(post.send(letters, allowed))]


def test_letters_arrive_at_real_receivers_signed_and_without_detours(hooks, mailbox):
    there = f"http://127.0.0.1:{hooks.server_port}"
    mail = f"mailto://127.0.0.1:{mailbox.port}?from=box@example.com&to=ops@example.com&mode=insecure"
    json_url = f"json://127.0.0.1:{hooks.server_port}/apprise"
    urls = [f"{there}/hook", f"{there}/moved", f"{there}/broken", mail, json_url, "nothing://x"]
    errors = send(*(letter(url, n) for n, url in enumerate(urls)))

    assert errors == ["", "it answered 307", "it answered 500", "", "", "Apprise does not know this kind of address"]
    assert [path for path, _, _ in hooks.got] == ["/hook", "/moved", "/broken", "/apprise"]
    _, headers, body = hooks.got[0]
    at, signed = (part.partition("=")[2] for part in headers["x-hyprbox-signature"].split(","))
    assert hmac.new(b"hbwh_s", f"{at}.".encode() + body, sha256).hexdigest() == signed
    said = {"id": "d0", "title": "eu-1 is offline", "body": "look", "at": NOON.isoformat(), "count": 1}
    assert json.loads(body) == said
    assert mailbox.got[0].rcpt_tos == ["ops@example.com"]
    assert b"eu-1 is offline" in mailbox.got[0].content


def test_nothing_reaches_this_machine_unless_that_is_allowed(hooks, mailbox):
    there = f"127.0.0.1:{hooks.server_port}"
    urls = [
        f"http://{there}/hook", f"http://localhost:{hooks.server_port}/hook", f"http://2130706433:{hooks.server_port}/",
        f"http://[::ffff:127.0.0.1]:{hooks.server_port}/", f"json://{there}/",
        f"mailto://127.0.0.1:{mailbox.port}?from=a@example.com&to=b@example.com&mode=insecure",
    ]  # fmt: skip
    errors = send(*(letter(url, n) for n, url in enumerate(urls)), allowed=[])
    assert all(errors)
    assert "127.0.0.1 is no public address and not in HYPRBOX_NOTIFY_NETWORKS" in errors[0]
    assert (hooks.got, mailbox.got) == ([], [])


def test_what_went_wrong_is_said_without_the_secrets_of_the_address():
    url = "slack://TOKENAAAA/secretpart/x@host.example"
    said = sending.clean(f"could not reach {url}: TOKENAAAA at host.example", url)
    assert "TOKEN" not in said
    assert "host.example" in said
