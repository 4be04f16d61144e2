"""Which proxy stands between this host and the API: HTTPS_PROXY, HTTP_PROXY and NO_PROXY as curl and Go read them."""

from binascii import b2a_base64
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

if TYPE_CHECKING:
    import ipaddress  # where it is needed and no sooner: hardly an agent has a proxy


@dataclass(frozen=True)
class Proxy:
    host: str
    port: int
    authorization: str = ""


def between(url: SplitResult, *, https: str, http: str, no_proxy: str) -> Proxy | None:
    """ValueError when the variable that applies is no address."""
    text = https if url.scheme == "https" else http
    if not text or is_exempt(url.hostname or "", url.port, no_proxy):
        return None
    return parse(text)


def parse(text: str) -> Proxy:
    address = urlsplit(text if "://" in text else f"http://{text}")
    if address.scheme != "http" or not address.hostname:
        raise ValueError("expected a proxy such as http://proxy.example.com:3128")
    return Proxy(address.hostname, address.port or 80, _authorization(address))


def _authorization(address: SplitResult) -> str:
    if address.username is None:
        return ""
    pair = f"{unquote(address.username)}:{unquote(address.password or '')}"
    return "Basic " + b2a_base64(pair.encode(), newline=False).decode()


def is_exempt(host: str, port: int | None, no_proxy: str) -> bool:
    """This machine itself never needs a proxy."""
    rules = [rule.strip().lower() for rule in no_proxy.split(",") if rule.strip()]
    return _is_loopback(host) or any(_matches(host.lower(), port, rule) for rule in rules)


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _matches(host: str, port: int | None, rule: str) -> bool:
    if rule == "*":
        return True
    if (address := _address(host)) is not None:
        return _covers(rule, address)
    name, _, only_port = rule.partition(":")
    if only_port and only_port != str(port):
        return False
    name = name.removeprefix("*").removeprefix(".")
    return host == name or host.endswith("." + name)


def _covers(rule: str, address: "ipaddress.IPv4Address | ipaddress.IPv6Address") -> bool:
    import ipaddress

    try:
        return address in ipaddress.ip_network(rule.strip("[]"), strict=False)
    except ValueError:
        return False


def _address(host: str) -> "ipaddress.IPv4Address | ipaddress.IPv6Address | None":
    import ipaddress

    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
