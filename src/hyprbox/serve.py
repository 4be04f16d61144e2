"""A serving process: its socket, its event loop, its collector."""

import asyncio
import gc
import logging
import os
import socket
from typing import cast

import uvicorn

from hyprbox import app, box, migrations, proxies
from hyprbox.config import Config
from hyprbox.facts import store as facts
from hyprbox.hot.protocol import Patient, protocol_for
from hyprbox.nodes import partitions
from hyprbox.people import factors
from hyprwire import __version__

log = logging.getLogger("hyprbox")

KEEP_ALIVE_SECONDS = 75
STOP_SECONDS = 5
TICKS_BETWEEN_LOOKS = 50  # of a tenth of a second


def prepare(config: Config) -> None:
    """A data directory that only we can read, a database of this version, and what is doubtful is said."""
    os.umask(0o077)
    config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    db = box.database(config)
    migrations.upgrade(db.engine)
    with db.session() as session:
        partitions.make_ahead(session, facts.time(session))
        factors.seal_old(session)
    db.close()
    for doubt in proxies.doubts(config):
        log.warning("%s", doubt)


def serve(config: Config, host: str, port: int, *, share_port: bool = False) -> None:
    """Runs until SIGTERM or SIGINT. `share_port`: other processes serve on the same one."""
    shared = box.build(config)
    server = Server(
        uvicorn.Config(
            app.create(shared),
            loop="uvloop",
            http=protocol_for(shared),
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    )
    server.shared = shared
    _tune_collector()
    log.info("hyprbox %s on http://%s:%d database=%s", __version__, host, port, shared.db.url.render_as_string())
    server.run([listening(host, port, share_port)])


class Server(uvicorn.Server):
    """Cuts off who is too slow. On the way out, whoever waits for a job is answered at once."""

    shared: box.Box

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_BETWEEN_LOOKS == 0:
            now = asyncio.get_running_loop().time()
            for connection in tuple(self.server_state.connections):
                cast(Patient, connection).cut_off_if_slow(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.shared.wake.close()
        await super().shutdown(sockets)


def listening(host: str, port: int, share_port: bool) -> socket.socket:
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if share_port:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind((host, port))
    made.listen(4096)
    return made


def _tune_collector() -> None:
    """The default collector was the largest single cost of a heartbeat: it looked at everything again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def set_up_logging() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    for chatty in ("alembic", "httpx", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
