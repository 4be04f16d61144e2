"""The way to the API: its address, the proxy in between, and whom to believe. Opens connections to speak over."""

import socket
import ssl
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hyprnode import proxy, trust
from hyprnode.config import Config
from hyprnode.dial import CONNECT_SECONDS, Dialer, in_ascii
from hyprnode.http import Connection, host_of
from hyprnode.proxy import Proxy
from hyprnode.values import BadSetting


@dataclass
class Contact:
    """When the API was last heard, whatever it said."""

    at: float | None = None


@dataclass(frozen=True)
class Route:
    host: str
    port: int
    path: str  # in front of each call's own: an API may live below /hyprbox
    context: ssl.SSLContext | None
    proxy: Proxy | None
    dialer: Dialer
    contact: Contact = field(default_factory=Contact)

    def proxy_authorization(self) -> str:
        """For each request, where the proxy reads them: it sees nothing of https but its own CONNECT."""
        return self.proxy.authorization if self.proxy and self.context is None else ""

    def connection(self) -> Connection:
        return Connection(self.open, host_of(self.host, self.port, usual=443 if self.context else 80))

    def open(self) -> socket.socket:
        raw = self.dialer.open()
        try:
            raw.settimeout(CONNECT_SECONDS)
            return self._secured(raw) if self.context else raw
        except BaseException:
            raw.close()
            raise

    def _secured(self, raw: socket.socket) -> socket.socket:
        assert self.context is not None
        if self.proxy is not None:
            tunnel(raw, self.host, self.port, self.proxy.authorization)
            raw.settimeout(CONNECT_SECONDS)
        return self.context.wrap_socket(raw, server_hostname=in_ascii(self.host))


def plan(config: Config) -> Route:
    url = urlsplit(config.api_url)
    host = url.hostname or ""
    port = url.port or (443 if url.scheme == "https" else 80)
    context = _context(config) if url.scheme == "https" else None
    via = _proxy(config)
    plain_proxy = via is not None and context is None
    path = f"{url.scheme}://{url.netloc}{url.path}" if plain_proxy else url.path
    dialer = Dialer(via.host, via.port) if via else Dialer(host, port)
    return Route(host, port, path, context, via, dialer)


def _context(config: Config) -> ssl.SSLContext:
    try:
        return trust.context(config.ca_file)
    except OSError:
        raise BadSetting(f"HYPRBOX_CA_FILE is '{config.ca_file}', expected a file with PEM certificates") from None


def _proxy(config: Config) -> Proxy | None:
    url = urlsplit(config.api_url)
    try:
        return proxy.between(url, https=config.https_proxy, http=config.http_proxy, no_proxy=config.no_proxy)
    except ValueError as sentence:
        raise BadSetting(f"{url.scheme.upper()}_PROXY is no address, {sentence}") from None


def tunnel(raw: socket.socket, host: str, port: int, authorization: str) -> None:
    """Asks an HTTP proxy to connect us through."""
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    credentials = f"Proxy-Authorization: {authorization}\r\n" if authorization else ""
    raw.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{credentials}\r\n".encode())
    status = _head(raw).split(b"\r\n", 1)[0].split(b" ")
    if len(status) < 2 or status[1] != b"200":
        raise OSError(f"the proxy refused to connect: {b' '.join(status[1:]).decode('ascii', 'replace')}")


def _head(raw: socket.socket) -> bytes:
    """One byte at a time: what follows the empty line already belongs to TLS."""
    head = b""
    deadline = time.monotonic() + CONNECT_SECONDS
    while not head.endswith(b"\r\n\r\n"):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the proxy took too long")
        raw.settimeout(left)
        byte = raw.recv(1)
        if not byte or len(head) > 16384:
            raise OSError("the proxy answered no HTTP")
        head += byte
    return head
