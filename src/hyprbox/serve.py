"""The server's process: its sockets, its event loop, its collector."""

import gc
import logging
import os
from socket import socket

import uvicorn

from hyprbox import app, box, migrations
from hyprbox.config import Config
from hyprwire import __version__

log = logging.getLogger("hyprbox")

KEEP_ALIVE_SECONDS = 75
STOP_SECONDS = 5


def serve(config: Config, host: str, port: int) -> None:
    """Runs until SIGTERM or SIGINT; migrates the database first."""
    os.umask(0o077)
    config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    shared = box.build(config)
    migrations.upgrade(shared.db.engine)
    server = Server(
        uvicorn.Config(
            app.create(shared),
            host=host,
            port=port,
            loop="uvloop",
            http="httptools",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=STOP_SECONDS,
            backlog=4096,
        )
    )
    server.shared = shared
    log.info("hyprbox %s on http://%s:%d database=%s", __version__, host, port, shared.db.url.render_as_string())
    _tune_collector()
    server.run()


class Server(uvicorn.Server):
    """On the way out, whoever waits for a job is answered at once instead of being waited for."""

    shared: box.Box

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self.shared.wake.close()
        await super().shutdown(sockets)


def _tune_collector() -> None:
    """The default collector was the largest single cost of a heartbeat: it looked at everything again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def set_up_logging() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    for chatty in ("alembic", "httpx", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
