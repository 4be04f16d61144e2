"""How long an agent takes from its start until its first heartbeat is with the API."""

import os
import statistics
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.servers import clean_env

TIMES = 10


class Ear(BaseHTTPRequestHandler):
    heard = threading.Event()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        Ear.heard.set()
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


def until_heartbeat(command: list[str], cold: bool, **variables: str) -> float:
    """Milliseconds, the median of TIMES. Cold: its file is not in the page cache."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        took = [once(command, f"http://127.0.0.1:{server.server_port}", cold, variables) for _ in range(TIMES)]
        server.shutdown()
    return statistics.median(took) * 1000


def once(command: list[str], url: str, cold: bool, variables: dict[str, str]) -> float:
    Ear.heard.clear()
    if cold:
        forget(Path(command[0]))
    with tempfile.TemporaryDirectory() as folder:
        env = clean_env() | {"HYPRBOX_API_URL": url, "HYPRBOX_NODE_ID": "bench", "HYPRBOX_STATE_DIR": folder}
        env |= variables
        begun = time.perf_counter()
        process = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
        Ear.heard.wait(30)
        took = time.perf_counter() - begun
        process.terminate()
        process.wait(10)
    return took


def forget(path: Path) -> None:
    with path.resolve().open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
