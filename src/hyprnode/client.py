"""Talks to the API. What is asked again, when, and what is said about it is decided here and nowhere else."""

import http.client
import json
import random
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from email.utils import parsedate_to_datetime
from threading import Event
from typing import Any
from urllib.parse import quote, urlencode

from hyprnode.config import BadSetting, Config
from hyprnode.route import Route
from hyprnode.say import Trouble
from hyprwire import __version__, codec

READ_SECONDS = 30
LARGEST_ANSWER = 16 * 1024 * 1024
FIRST_PAUSE = 1
LONGEST_PAUSE = 60
LONGEST_RETRY_AFTER = 3600

# The other side closed a connection that was kept open: nobody's fault, and the request was not read.
CLOSED_MEANWHILE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError)

UNAUTHORIZED = (401, 403)  # the token may be renewed at any time: asked again, at the latest after a minute
SLOW_DOWN = (429, 503)


def is_final(status: int) -> bool:
    """A status that will not change by asking again. A redirect, a proxy's word or a 5xx is no answer of the API."""
    return status // 100 == 2 or (status // 100 == 4 and status not in (401, 403, 407, 408, 421, 425, 429))


class Fault(Exception):
    """No answer, for now. `status` is there when somebody did answer."""

    def __init__(self, what: str, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(what)
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True)
class Answer:
    status: int
    value: Any = None
    applied: frozenset[str] = frozenset()
    """Preference-Applied: what the API did of what this very request preferred."""

    @property
    def good(self) -> bool:
        return self.status // 100 == 2

    def get(self, name: str) -> Any:
        return self.value.get(name) if isinstance(self.value, dict) else None

    def must_be_good(self) -> "Answer":
        if not self.good:
            raise Fault(f"API returned {self.status}{self._detail()}", self.status)
        return self

    def _detail(self) -> str:
        detail = self.get("detail")
        return f": {detail}" if isinstance(detail, str) else ""


@dataclass
class Backoff:
    """Full jitter: anything up to 1 s, then 2, 4, … 60, so that a fleet does not come back as one."""

    longest: float = LONGEST_PAUSE
    tries: int = 0

    def pause(self) -> float:
        ceiling = min(self.longest, FIRST_PAUSE * 2**self.tries)
        self.tries = min(self.tries + 1, 16)
        return random.uniform(ceiling / 10, ceiling)

    def reset(self) -> None:
        self.tries = 0


def pause_after(fault: Fault, backoff: Backoff, patience: float = LONGEST_PAUSE) -> float:
    """`patience` is for a refused token: no use to ask at once, nor to wait long once it is renewed."""
    if fault.status in UNAUTHORIZED:
        return patience
    if fault.retry_after is not None:
        return fault.retry_after * random.uniform(1, 1.2)
    return backoff.pause()


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: bytes | None
    prefer: str
    patience: float


@dataclass
class Client:
    """One connection, kept open, for one thread."""

    config: Config
    route: Route
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = self.route.connection()

    def get(self, path: str, *, prefer: str = "", wait: float = 0, **query: str) -> Answer:
        return self._ask(Request("GET", f"{path}?{urlencode(query)}", None, prefer, READ_SECONDS + wait))

    def post(self, path: str, message: Any, *, prefer: str = "", wait: float = 0) -> Answer:
        return self._ask(Request("POST", path, body_of(message), prefer, READ_SECONDS + wait))

    def hang_up(self) -> None:
        """From another thread: a held request ends now, as a Fault."""
        with suppress(OSError, AttributeError):  # not connected just now
            self.connection.sock.shutdown(socket.SHUT_RDWR)

    def _ask(self, request: Request) -> Answer:
        try:
            response = self._response(request)
            content = whole(response, time.monotonic() + READ_SECONDS)
        except (OSError, http.client.HTTPException, BadSetting, ValueError) as error:
            self.connection.close()
            raise Fault(reason(error)) from error
        return understood(response, content)

    def _response(self, request: Request) -> http.client.HTTPResponse:
        kept_open = self.connection.sock is not None
        try:
            return self._send(request)
        except CLOSED_MEANWHILE:
            if not kept_open:
                raise
            self.connection.close()
            return self._send(request)

    def _send(self, request: Request) -> http.client.HTTPResponse:
        if self.connection.sock is None:
            self.connection.connect()
        self.connection.sock.settimeout(request.patience)
        self.connection.request(
            request.method, self.route.path + request.path, request.body, self._headers(request.prefer)
        )
        return self.connection.getresponse()

    def _headers(self, prefer: str) -> dict[str, str]:
        headers = {"User-Agent": f"hyprnode/{__version__}", "Accept": "application/json"}
        if token := self.config.bearer():
            headers["Authorization"] = f"Bearer {token}"
        if prefer:
            headers["Prefer"] = prefer
        if self.route.proxy and self.route.proxy.authorization and not self.route.context:
            headers["Proxy-Authorization"] = self.route.proxy.authorization
        return headers | {"Content-Type": "application/json"}


def job_path(job_id: str, what: str) -> str:
    return f"/api/jobs/{quote(job_id, safe='')}/{what}"


def body_of(message: Any) -> bytes:
    """Without what is None: an API may know an optional field and still refuse null for it."""
    return codec.encode({name: value for name, value in asdict(message).items() if value is not None})


def whole(response: http.client.HTTPResponse, deadline: float) -> bytes:
    parts, size = [], 0
    while part := response.read1(65536):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER:
            raise OSError(f"the answer is over {LARGEST_ANSWER} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError("the answer took too long")
    response.close()  # or the connection takes it for unread
    if response.length:
        raise OSError(f"the answer broke off after {size} bytes")
    return b"".join(parts)


def understood(response: http.client.HTTPResponse, content: bytes) -> Answer:
    status = response.status
    value = parsed(content)
    if not is_final(status):
        raise Fault(f"API returned {status}", status, retry_after(response))
    if status // 100 == 2 and value is NO_JSON:
        raise Fault(f"API returned {status} with something that is not JSON")
    return Answer(status, None if value is NO_JSON else value, applied(response))


def applied(response: http.client.HTTPResponse) -> frozenset[str]:
    text = ",".join(response.headers.get_all("Preference-Applied", []))
    return frozenset(word.split("=")[0].strip().lower() for word in text.split(",") if word.strip())


NO_JSON = object()


def parsed(content: bytes) -> Any:
    try:
        return json.loads(content) if content.strip() else None
    except (ValueError, RecursionError):
        return NO_JSON


def retry_after(response: http.client.HTTPResponse) -> float | None:
    text = response.headers.get("Retry-After", "")
    if response.status not in SLOW_DOWN or not text:
        return None
    try:
        seconds = float(text) if text.isdigit() else parsedate_to_datetime(text).timestamp() - time.time()
    except ValueError:
        return None
    return min(max(seconds, FIRST_PAUSE), LONGEST_RETRY_AFTER)


def reason(error: Exception) -> str:
    """Short, and without what differs from time to time, so that the same trouble reads the same."""
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not trusted: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def until_answered(ask: Callable[[], Answer], trouble: Trouble, stop: Event) -> Answer | None:
    """Asks for as long as it takes. None: told to stop before there was an answer."""
    backoff = Backoff()
    while not stop.is_set():
        try:
            answer = ask()
        except Fault as fault:
            pause = pause_after(fault, backoff)
            trouble.arose(str(fault), again_in=f"{pause:.0f}s")
            stop.wait(pause)
        else:
            trouble.ended()
            return answer
    return None
