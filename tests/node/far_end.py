"""The far end of the agent's connection: a real HTTP server on loopback that remembers and answers by script."""

import json
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

PATIENCE = 15


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: dict
    headers: dict
    body: dict
    at: float

    @property
    def route(self):
        """heartbeat, pending, settings, findings, or what a job's path ends with."""
        return self.path.rpartition("/")[2]

    @property
    def job(self):
        return self.path.split("/")[3]


@dataclass(frozen=True)
class Reply:
    status: int = 200
    value: object = None
    headers: dict = field(default_factory=dict)
    raw: bytes | None = None

    def content(self):
        return json.dumps(self.value).encode() if self.raw is None else self.raw


EMPTY = Reply(raw=b"")
HANG_UP = Reply(status=0)
"""The connection is cut before the request is read."""


class FarEnd:
    def __init__(self, tls=None):
        """`tls` is an SSLContext for an https API."""
        self.calls = []
        self.changed = threading.Condition()
        self.script = defaultdict(list)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.server.handle_error = lambda request, address: None  # an agent that hangs up is no error
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.server_port}"

    def answer(self, call):
        raise NotImplementedError

    def then(self, route, *replies):
        """The next answers on `route`; a function is called with the call and returns one."""
        self.script[route] += replies

    def asked(self, route):
        return [call for call in list(self.calls) if call.route == route]

    def wait_for(self, look, seconds=PATIENCE):
        """What `look` returns, as soon as that is true."""
        until = time.monotonic() + seconds
        with self.changed:
            while not (seen := look()):
                left = until - time.monotonic()
                assert left > 0, f"waited {seconds} s in vain; asked were {[call.path for call in self.calls]}"
                self.changed.wait(min(left, 0.02))
        return seen

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def _reply(self, call):
        with self.changed:
            self.calls.append(call)
            self.changed.notify_all()
            scripted = self.script[call.route].pop(0) if self.script[call.route] else self.answer
        reply = scripted(call) if callable(scripted) else scripted
        with self.changed:
            self.changed.notify_all()
        return reply

    def _handler(self):
        far_end = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                url = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                call = Call(
                    self.command,
                    url.path,
                    dict(parse_qsl(url.query)),
                    headers,
                    json.loads(body or b"null"),
                    time.monotonic(),
                )
                reply = far_end._reply(call)
                if reply is HANG_UP:
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                content = reply.content()
                for name, value in ({"Content-Length": len(content)} | reply.headers).items():
                    self.send_header(name, str(value))
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(content)

            do_GET = do_POST = handle_any

            def log_message(self, *_):
                pass

        return Handler
