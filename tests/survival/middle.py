"""Somebody between an agent and the control plane, who loses, repeats, delays and invents what they say."""

import http.client
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Said:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def about(self) -> str:
        """pending, accept, output, ping, complete, heartbeat or findings."""
        return self.path.partition("?")[0].rpartition("/")[2]


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


LOST = Answer(0)
"""The connection ends without an answer."""

Fate = Callable[[Said, Callable[[], Answer]], Answer]
"""What becomes of a request; the callable hands it on and gives the true answer, as often as it is called."""


def as_it_should(said: Said, hand_on: Callable[[], Answer]) -> Answer:
    return hand_on()


class Middle:
    def __init__(self, port: int) -> None:
        """`port` is the control plane's."""
        self.port = port
        self.fate: Fate = as_it_should
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.server.handle_error = lambda request, address: None  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def hand_on(self, said: Said) -> Answer:
        """LOST when the control plane is not there."""
        there = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            there.request(said.method, said.path, said.body or None, said.headers)
            answer = there.getresponse()
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in HOP}
            return Answer(answer.status, answer.read(), kept)
        except (OSError, http.client.HTTPException):
            return LOST
        finally:
            there.close()

    def __enter__(self) -> "Middle":
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        middle = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
                said = Said(self.command, self.path, headers, body)
                answer = middle.fate(said, lambda: middle.hand_on(said))
                if answer.status == 0:
                    self.close_connection = True
                    return
                with suppress(OSError):
                    self.send_response(answer.status)
                    for name, value in (answer.headers | {"Content-Length": str(len(answer.body))}).items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(answer.body)

            do_GET = do_POST = pass_on

            def log_message(self, *_: object) -> None:
                pass

        return Handler


HOP = {"connection", "content-length", "transfer-encoding", "date", "server", "host"}
