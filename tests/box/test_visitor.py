"""Where a request comes from, and who made the browser send it."""

from ipaddress import ip_network

import pytest

from hyprbox.config import read
from hyprbox.errors import Forbidden
from hyprbox.hot.call import Call
from hyprbox.proxies import doubts
from hyprbox.visitor import address, check_own_page

PROXIES = (ip_network("10.0.0.0/8"), ip_network("127.0.0.1"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.7", "198.51.100.1"),
        ("10.0.0.1", "nonsense", "nonsense"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.2"),
    ],
)
def test_only_our_own_proxies_are_believed(peer, forwarded, found):
    assert address(peer, forwarded, PROXIES) == found


def test_a_line_of_the_nodes_own_does_not_hide_that_of_the_proxy():
    """HAProxy adds a header below what there is, where nginx adds to the line."""
    forwarded = [(b"x-forwarded-for", b"192.0.2.66"), (b"accept", b"*/*"), (b"x-forwarded-for", b"198.51.100.1")]
    call = Call("/api/jobs/1/complete", forwarded, b"", b"", "10.0.0.1")

    assert address(call.peer, call.every(b"x-forwarded-for"), PROXIES) == "198.51.100.1"


@pytest.mark.parametrize(
    ("trusted", "url", "doubtful"),
    [
        ("10.0.0.5,10.0.1.0/24,fd00::/64", "https://box.example.com", []),
        ("127.0.0.1,10.0.0.0/8,fd00::/8", "https://box.example.com", ["has 10.0.0.0/8", "has fd00::/8"]),
        ("0.0.0.0/0", "http://127.0.0.1:4000", ["has 0.0.0.0/0"]),
        ("", "https://box.example.com", ["is empty"]),
        ("", "http://127.0.0.1:4000", []),
    ],
)
def test_whose_word_is_doubtful_is_said(trusted, url, doubtful):
    settings = read({"HYPRBOX_TRUSTED_PROXIES": trusted, "HYPRBOX_PUBLIC_URL": url})
    assert [doubt.partition(",")[0] for doubt in doubts(settings)] == [
        f"HYPRBOX_TRUSTED_PROXIES {what}" for what in doubtful
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "http://box:4000", "host": "box:4000"},
        {"host": "box:4000"},
    ],
    ids=str,
)
def test_our_own_pages_may_send_a_form(headers):
    check_own_page(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil", "host": "box:4000"},
        {"origin": "null", "host": "box:4000"},
    ],
    ids=str,
)
def test_other_sites_may_not(headers):
    with pytest.raises(Forbidden):
        check_own_page(headers)
