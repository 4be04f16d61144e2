"""Answers the agents' most frequent calls below ASGI, where half of their cost was; all else goes the usual way.

uvicorn's protocol parses as it always does, with its limits, time-outs and order of pipelined requests. Only where it
would make a request-response cycle and a task for the application, a call of an agent gets a cycle of ours, which has
the same few attributes and runs the very handler that the shim would have run.
"""

from asyncio import Future, Transport
from collections.abc import Coroutine
from http import HTTPStatus
from typing import Any

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from hyprbox.box import Box
from hyprbox.hot.call import Answer, Call
from hyprbox.hot.heads import Heads
from hyprbox.hot.shim import SMALL, Route, answered, match, refused

OK_JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
HEAD = {status: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
LONGEST_REQUEST = 120.0  # seconds from its first byte to its last, and without a byte of the answer being taken
LARGEST_HEAD = 64 * 1024


class Patient(HttpToolsProtocol):
    """Knows since when it waits for the rest of a request, or for the next one, so that who dawdles can be cut off.

    `overhead` is what has come of the request besides its body. The parser itself knows no limit for that, and each
    further piece of a long header costs it more than the one before.
    """

    # A __dict__ of more than 30 is a slower one.
    __slots__ = ("blocked_since", "overhead", "rests_since", "running", "waits_since")

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as in the parent
        super().connection_made(transport)
        self.overhead = 0
        self.waits_since: float | None = self.loop.time()
        self.rests_since: float | None = None
        self.blocked_since: float | None = None
        self.running: Cycle | RequestResponseCycle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """The parent tells it what was read last, which may still wait for its turn behind what is being answered."""
        if self.running is not None and not self.running.response_complete:
            self.running.disconnected = True
            self.running.message_event.set()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Who takes no answers is asked for no more questions: else they would pile up here."""
        super().pause_writing()
        self.blocked_since = self.loop.time()
        self.flow.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.blocked_since = None
        self._read_on()

    def data_received(self, data: bytes) -> None:
        self.overhead += len(data)
        self.rests_since = None  # also who has begun the next request before the answer to the last
        super().data_received(data)
        if self.overhead > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response(f"The head of the request is longer than {LARGEST_HEAD} bytes.")

    def on_body(self, body: bytes) -> None:
        self.overhead -= len(body)
        super().on_body(body)

    def on_message_begin(self) -> None:
        """Only what every request needs: `on_headers_complete` makes the rest for an application."""
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self.waits_since, self.rests_since = self.loop.time(), None

    def on_headers_complete(self) -> None:
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self.waits_since, self.overhead = None, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """As in the parent, but for its timer: one for each request costs more than all connections now and then."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self.rests_since = self.loop.time()
            self._read_on()

    def _read_on(self) -> None:
        """Not before what was read is answered and the answers are taken: what waits here came at once."""
        if self.blocked_since is None and not self.pipeline:
            self.flow.resume_reading()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self.running = cycle
        super()._start_asgi_task(cycle, app)

    def cut_off_if_slow(self, now: float) -> None:
        waits = self.waits_since, self.blocked_since
        dawdles = any(since is not None and now - since > LONGEST_REQUEST for since in waits)
        rests = self.rests_since is not None and now - self.rests_since > self.timeout_keep_alive
        if dawdles or rests:
            self.transport.abort()  # to close would wait until all is taken


def protocol_for(box: Box) -> type[Patient]:
    class Protocol(Patient):
        """`call` is the agent's call that is being read, None while something else is."""

        __slots__ = ("call", "heads")

        def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as in the parent
            super().connection_made(transport)
            self.call: Cycle | None = None
            self.heads = Heads()

        def data_received(self, data: bytes) -> None:
            if self.waits_since is not None:  # the rest of a request, or the first of all
                super().data_received(data)
            elif self.cycle.response_complete and (known := self.heads.find(data)):
                self.rests_since = None
                self._expect(*known).begin()
            else:
                last = self.call
                super().data_received(data)
                if self.call not in (None, last) and self.waits_since is None:
                    self.heads.keep(data, self.call.route, self.call.call)

        def on_headers_complete(self) -> None:
            raw, _, query = self.url.partition(b"?")
            path = raw.decode("latin-1")
            route = match(self.parser.get_method().decode("latin-1"), path)
            if route is None or not self._is_simple() or not (route[1] <= SMALL or self._is_small()):
                self.call = None
                super().on_headers_complete()
                return
            peer = (self.client or ("",))[0]
            self._expect(route, Call(path, self.headers, query, bytearray(), peer))

        def on_body(self, body: bytes) -> None:
            if self.call is None:
                super().on_body(body)
            else:
                self.overhead -= len(body)
                self.call.take(body)

        def on_message_complete(self) -> None:
            if self.call is None:
                super().on_message_complete()
            else:
                self.waits_since, self.overhead = None, 0
                self.call.begin()

        def _expect(self, route: Route, call: Call) -> "Cycle":
            self.call = self.running = Cycle(self, box, route, call)
            self.cycle = self.call  # type: ignore[assignment]  # has what is used of it
            return self.call

        def _is_simple(self) -> bool:
            """Nothing is still being answered on this connection, and it is to stay open."""
            free = self.cycle is None or self.cycle.response_complete
            plain = self.parser.get_http_version() == "1.1" and self.parser.should_keep_alive()
            return free and plain and not self.expect_100_continue and not self.parser.should_upgrade()

        def _is_small(self) -> bool:
            """A large body is not taken before it is known whose it is, which the shim sees to."""
            lengths = [value for name, value in self.headers if name == b"content-length"]
            return bool(lengths) and int(lengths[0]) <= SMALL

    return Protocol


class Cycle:
    """One call and its answer."""

    __slots__ = (
        "_box", "_coroutine", "_protocol", "call", "disconnected", "keep_alive", "response_complete", "route",
    )  # fmt: skip

    def __init__(self, protocol: HttpToolsProtocol, box: Box, route: Route, call: Call) -> None:
        self._protocol, self._box, self.route, self.call = protocol, box, route, call
        self._coroutine: Coroutine[Any, Any, Answer] | None = None
        self.keep_alive = True
        self.response_complete = self.disconnected = False

    def take(self, body: bytes) -> None:
        """A piece of its body. It is taken in as it comes, so that nobody has to pause the reading, up to the limit."""
        if self.response_complete:
            return
        self.call.body += body
        _, limit = self.route
        if len(self.call.body) > limit:
            self.keep_alive = False  # what is still on its way is not read
            self._send(refused(limit))

    def begin(self) -> None:
        """All of it is there."""
        if not self.response_complete:
            handler, _ = self.route
            self._coroutine = answered(handler, self._box, self.call)
            self._go_on()

    @property
    def message_event(self) -> "Cycle":
        """What the protocol sets when the connection is lost. Kept as a field it would never be freed by itself, and
        the collector would look for it among everything."""
        return self

    def set(self) -> None:
        if self.disconnected:
            self._give_up()

    def _go_on(self, _: object = None) -> None:
        """Runs the handler until it waits for something, and again when that is there: a task, without its cost."""
        if self.disconnected or self._coroutine is None:
            return
        try:
            awaited = self._coroutine.send(None)
        except StopIteration as end:
            self._send(end.value)
        else:
            self._wait_for(awaited)

    def _wait_for(self, awaited: Future[object] | None) -> None:
        if awaited is None:  # a bare yield: let others run first
            self._protocol.loop.call_soon(self._go_on)
        else:
            awaited._asyncio_future_blocking = False  # what a task does to say that it has seen it
            awaited.add_done_callback(self._go_on)

    def _give_up(self) -> None:
        if self._coroutine is not None and not self.response_complete:
            self._coroutine.close()
        self.response_complete = True

    def _send(self, answer: Answer) -> None:
        self.response_complete = True
        transport = self._protocol.transport
        if transport.is_closing():
            return
        transport.write(encoded(answer, self._protocol.server_state.default_headers))
        if not self.keep_alive:
            transport.close()
        self._protocol.on_response_complete()


def encoded(answer: Answer, default_headers: list[tuple[bytes, bytes]]) -> bytes:
    if not answer.headers and answer.status == 200:
        return b"%b%bcontent-length: %d\r\n\r\n%b" % (OK_JSON, _lines(default_headers), len(answer.body), answer.body)
    headers = {"content-type": "application/json"} | answer.headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("latin-1")
    parts = [HEAD[HTTPStatus(answer.status)], _lines(default_headers), lines]
    return b"".join([*parts, b"content-length: %d\r\n\r\n" % len(answer.body), answer.body])


def _lines(headers: list[tuple[bytes, bytes]]) -> bytes:
    """uvicorn makes a new list each second, when the date changes."""
    global _default
    if _default[0] is not headers:
        _default = headers, b"".join(b"%b: %b\r\n" % header for header in headers)
    return _default[1]


_default: tuple[list[tuple[bytes, bytes]], bytes] = ([], b"")
