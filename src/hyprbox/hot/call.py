"""A request of an agent and its answer, without a framework: these routes carry nearly all traffic."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import msgspec

from hyprbox.errors import Invalid, TooLarge, Unsupported

Scope = Any  # ASGI's own shapes; every server and framework types them differently
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

PLAIN = re.compile(rb"(\w+)=([\w.:-]+)")  # a query of one parameter that needs no unquoting, as nearly all are


class Call:
    """`headers` come with their names in lower case; `peer` is the address of who connected, maybe a proxy."""

    __slots__ = ("_headers", "_query", "body", "path", "peer")

    def __init__(
        self, path: str, headers: list[tuple[bytes, bytes]], query: bytes, body: bytes | bytearray, peer: str = ""
    ) -> None:
        self.path, self.body, self.peer = path, body, peer
        self._headers, self._query = headers, query

    def again(self, body: bytes) -> "Call":
        """The same with another body."""
        return Call(self.path, self._headers, self._query, body, self.peer)

    @property
    def job_id(self) -> str:
        """Of /api/jobs/{id}/…"""
        return self.path.split("/")[3]

    def refuse_compression(self) -> None:
        encoding = self.header(b"content-encoding")
        if encoding is not None and encoding.strip().lower() != "identity":
            raise Unsupported(f"Content-Encoding is {encoding!a}, expected none")

    def header(self, name: bytes) -> str | None:
        """`name` in lower case."""
        for key, value in self._headers:
            if key == name:
                return value.decode("latin-1")
        return None

    def every(self, name: bytes) -> str:
        """As one list: a proxy may add a line of its own below one that anybody has written."""
        return ",".join(value.decode("latin-1") for key, value in self._headers if key == name)

    def query(self, name: str) -> str:
        plain = PLAIN.fullmatch(self._query)
        if plain and plain[1].decode() == name:
            return plain[2].decode()
        try:
            values = parse_qs(self._query.decode("ascii"), keep_blank_values=True, max_num_fields=20).get(name)
        except ValueError:
            raise Invalid("the query string is malformed") from None
        if not values:
            raise Invalid(f"the query parameter {name} is missing")
        return values[0]


class Answer(msgspec.Struct, frozen=True):
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = {}


NULL = Answer(body=b"null")
DONE = Answer()


def answer(value: Any, **headers: str) -> Answer:
    return Answer(body=msgspec.json.encode(value), headers=headers)


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """TooLarge before the bytes are taken in."""
    for key, value in scope["headers"]:
        if key == b"content-length" and value.isdigit() and int(value) > limit:
            raise TooLarge(f"the body has {int(value)} bytes, expected at most {limit}")
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body")
        if len(body) > limit:
            raise TooLarge(f"the body has more than {limit} bytes")
    return bytes(body)


async def send_answer(send: Send, given: Answer) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(given.body))]
    if given.headers:
        extra = {key.encode(): value.encode() for key, value in given.headers.items()}
        headers = [*({b"content-type": b"application/json"} | extra).items(), headers[1]]
    await send({"type": "http.response.start", "status": given.status, "headers": headers})
    await send({"type": "http.response.body", "body": given.body})
