"""A receiver of webhooks: what it `got` is each request's path, headers and body."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Hooks(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response({"/moved": 307, "/broken": 500}.get(self.path, 204))
        if self.path == "/moved":
            self.send_header("location", "/hook")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hooks():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hooks)
    server.got = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
