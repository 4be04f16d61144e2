"""A real server in a process of its own, with a fresh database, for tests over HTTP and in a browser."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from hyprbox import migrations
from hyprbox.db import Database

SERVE = """
import os, sys
from hyprbox import config, serve
serve.set_up_logging()
serve.serve(config.read(os.environ), "127.0.0.1", int(sys.argv[1]))
"""
PATIENCE = 15


class Server:
    def __init__(self, folder: Path, **variables: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = folder / "server.log"
        database = f"sqlite:///{folder / 'box.db'}"
        self.db = Database(database)
        migrations.upgrade(self.db.engine)
        self._environ = os.environ | {
            "HYPRBOX_DATA_DIR": str(folder),
            "HYPRBOX_DATABASE_URL": database,
            "HYPRBOX_PUBLIC_URL": self.url,
        }
        self._environ |= variables

    def start(self) -> None:
        port = self.url.rpartition(":")[2]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVE, port], env=self._environ, stdout=log, stderr=log
            )
        self._wait()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        self.db.close()

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/ready").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"the server did not start: {self.log.read_text()}")


@contextmanager
def running(folder: Path, **variables: str) -> Iterator[Server]:
    server = Server(folder, **variables)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
