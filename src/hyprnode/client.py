"""Asks the API, over one connection that is kept open."""

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from hyprnode import itself
from hyprnode.answer import Answer, Fault, hear
from hyprnode.config import Config
from hyprnode.http import Answered, Connection
from hyprnode.route import Route
from hyprnode.values import BadSetting
from hyprwire import __version__, codec

READ_SECONDS = 30

# The other side closed a connection that was kept open: nobody's fault, and the request was not read.
CLOSED_MEANWHILE = (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError)


def nothing() -> None:
    pass


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: bytes | None
    prefer: str
    wait: float
    """How long the API may hold it."""
    meanwhile: Callable[[], object]
    """To be done while the API thinks."""


@dataclass
class Client:
    """For one thread. What it raises is a Fault."""

    config: Config
    route: Route
    connection: Connection = field(init=False)
    has_hung_up: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.connection = self.route.connection()

    def get(self, path: str, *, prefer: str = "", wait: float = 0, **query: str) -> Answer:
        return self._ask(Request("GET", f"{path}?{urlencode(query)}", None, prefer, wait, nothing))

    def post(
        self,
        path: str,
        message: Any,
        *,
        prefer: str = "",
        wait: float = 0,
        meanwhile: Callable[[], object] = nothing,
    ) -> Answer:
        """`meanwhile` is called once the question is on its way, and again should it have to be asked again."""
        return self._ask(Request("POST", path, body_of(message), prefer, wait, meanwhile))

    def hang_up(self) -> None:
        """From another thread: a held request ends now, as a Fault. Nothing more is asked."""
        self.has_hung_up = True
        if (line := self.connection.sock) is not None:
            with suppress(OSError):  # closed just now
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.connection.close()

    def _ask(self, request: Request) -> Answer:
        try:
            answer = hear(self._response(request), READ_SECONDS)
            self.route.contact.at = time.monotonic()
            return answer
        except (OSError, BadSetting, ValueError) as error:
            self.close()
            raise Fault(reason(error)) from error

    def _response(self, request: Request) -> Answered:
        was_kept_open = self.connection.sock is not None
        try:
            return self._send(request)
        except CLOSED_MEANWHILE:
            if self.has_hung_up or not was_kept_open:
                raise
            self.close()
            return self._send(request)

    def _send(self, request: Request) -> Answered:
        url, headers = self.route.path + request.path, self._headers(request.prefer)
        self.connection.ask(request.method, url, headers, request.body, READ_SECONDS + request.wait)
        request.meanwhile()
        if request.wait:
            itself.let_go_of_code()
        return self.connection.hear()

    def _headers(self, prefer: str) -> dict[str, str]:
        token = self.config.bearer()
        headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {token}" if token else "",
            "Content-Type": "application/json",
            "Prefer": prefer,
            "Proxy-Authorization": self.route.proxy_authorization(),
            "User-Agent": f"hyprnode/{__version__}",
        }
        return {name: value for name, value in headers.items() if value}


def job_path(job_id: str, what: str) -> str:
    return f"/api/jobs/{quote(job_id, safe='', errors='replace')}/{what}"


def body_of(message: Any) -> bytes:
    """Without what is None, as an API may know a field and refuse null for it. That there is no exit code is said."""
    fields = asdict(message).items()
    return codec.encode({name: value for name, value in fields if value is not None or name == "exitCode"})


def reason(error: Exception) -> str:
    """Short, and without what differs from time to time, so that the same trouble reads the same."""
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not trusted: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
