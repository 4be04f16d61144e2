"""Zabbix's trapper, as Debian has it, under the same load: four values of a node a push, kept in PostgreSQL.

It acknowledges what it has in memory and writes that down later. So its cost is counted until all of it is written.
"""

import argparse
import asyncio
import gzip
import json
import os
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import psycopg

from bench.idle import cpu_of_all, cpu_seconds
from bench.load import CONNECTIONS, Connection, Result, hammer
from bench.pair import machine
from bench.peers import low_port
from bench.postgres import Postgres, running
from bench.table import show
from tests.servers import wait_until

PROGRAM = shutil.which("zabbix_server", path=f"{os.environ['PATH']}:/usr/sbin")
SCHEMA = Path("/usr/share/zabbix-server-pgsql")
MISSING = "zabbix_server is missing, expected Debian's package zabbix-server-pgsql (--no-install-recommends)"
NODES = 5000
VALUES = ("cpu", "ram", "disk", "uptime")
HELLO = b"ZBXD\x01"
QUIET = 3.0  # seconds without a new row: everything is written
SETTINGS = """
ListenIP=127.0.0.1
ListenPort={port}
LogType=file
LogFile={folder}/log
PidFile={folder}/pid
SocketDir={folder}
DBHost={host}
DBName={name}
DBUser=postgres
AllowRoot=1
AllowUnsupportedDBVersions=1
StartPingers=0
StartDiscoverers=0
StartHTTPPollers=0
CacheSize=128M
HistoryCacheSize=512M
HistoryIndexCacheSize=128M
TrendCacheSize=64M
"""
HOSTS = """
INSERT INTO hosts (hostid, host, name, status)
SELECT 1000000 + i, 'node-' || lpad(i::text, 6, '0'), 'node-' || i, 0 FROM generate_series(0, %s - 1) AS i"""
ITEMS = """
INSERT INTO items (itemid, type, hostid, name, key_, value_type, delay)
SELECT hostid * 10 + place, 2, hostid, key, key, 0, '0'
FROM hosts, unnest(%s::text[]) WITH ORDINALITY AS each(key, place) WHERE host LIKE 'node-%%'"""


@dataclass(frozen=True, slots=True)
class Measured:
    """`behind`: how many seconds it went on writing after the last acknowledgement."""

    result: Result
    server: float
    database: float
    behind: float


class Push(Connection):
    """Zabbix closes the connection behind each answer: every push has one of its own."""

    port = 0

    def data_received(self, data: bytes) -> None:
        self._buffer += data

    def connection_lost(self, error: Exception | None) -> None:
        status = b"kept" if b"processed: 4; failed: 0" in self._buffer else self._buffer[13:100] or b"nothing"
        self._buffer = b""
        if self.answered(status):
            self._again = asyncio.ensure_future(self.connect(self.port))
        else:
            self._ended()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=8)
    given = options.parse_args()
    if PROGRAM is None:
        raise SystemExit(MISSING)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        found = measured(Path(name), given.seconds)
    number = len(found.result.took)
    row = (
        f"{found.result.rate:.0f}", f"{found.result.rate * len(VALUES):.0f}",
        *(f"{found.result.percentile(share) * 1000:.1f}" for share in (0.5, 0.99)),
        *(f"{used / number * 1e6:.1f}" for used in (found.server, found.database)),
        f"{found.behind:.1f}", found.result.counted(),
    )  # fmt: skip
    headings = ("pushes/s", "values/s", "p50 ms", "p99 ms", "its µs each", "PostgreSQL µs each", "s behind", "answers")
    show(f"Zabbix trapper, {NODES:,} nodes, {CONNECTIONS} at once, one core", headings, [row])
    print(f"\n{machine()}; the load, and PostgreSQL, on the other core")


def measured(folder: Path, seconds: float) -> Measured:
    with running(folder / "postgresql") as postgres, connected(postgres) as database:
        for pid in postgres.pids():
            os.sched_setaffinity(pid, {1})
        lay_out(database)
        port = low_port()
        host = psycopg.conninfo.conninfo_to_dict(postgres.plain("zabbix"))["host"]
        settings = folder / "zabbix.conf"
        settings.write_text(SETTINGS.format(port=port, folder=folder, host=host, name="zabbix"))
        command = ["taskset", "--cpu-list", "0", str(PROGRAM), "--foreground", "--config", str(settings)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            os.sched_setaffinity(0, {1})
            Push.port = port
            wait_until(lambda: knows_its_items(port), process, folder / "log", seconds=60)
            return loaded(process.pid, postgres, database, port, seconds)
        finally:
            process.terminate()
            process.wait(60)


def connected(postgres: Postgres) -> psycopg.Connection[tuple[int]]:
    return psycopg.connect(postgres.plain("zabbix"), autocommit=True)


def lay_out(database: psycopg.Connection[tuple[int]]) -> None:
    """Its own tables, then nodes that send four numbers each."""
    for name in ("schema", "images", "data"):
        database.execute(gzip.decompress((SCHEMA / f"{name}.sql.gz").read_bytes()))
    database.execute(HOSTS, (NODES,))
    database.execute(ITEMS, (list(VALUES),))
    database.execute("INSERT INTO item_rtdata (itemid) SELECT itemid FROM items WHERE type = 2 ON CONFLICT DO NOTHING")


def knows_its_items(port: int) -> bool:
    try:
        return b"kept" in hammer(port, pushes, 1, 0, Push).statuses
    except OSError:
        return False


def loaded(
    pid: int, postgres: Postgres, database: psycopg.Connection[tuple[int]], port: int, seconds: float
) -> Measured:
    hammer(port, pushes, CONNECTIONS, 2, Push)
    all_written(database)
    server, of_database = cpu_of_all(pid), sum(map(cpu_seconds, postgres.pids()))
    result = hammer(port, pushes, CONNECTIONS, seconds, Push)
    start = time.monotonic()
    all_written(database)
    behind = time.monotonic() - start
    return Measured(
        result, cpu_of_all(pid) - server, sum(map(cpu_seconds, postgres.pids())) - of_database, max(behind - QUIET, 0)
    )


def all_written(database: psycopg.Connection[tuple[int]]) -> None:
    count, since = -1, time.monotonic()
    while time.monotonic() - since < QUIET:
        time.sleep(0.25)
        found = database.execute("SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'history'").fetchone()
        if found and found[0] != count:
            count, since = found[0], time.monotonic()


def pushes(connection: int) -> Iterator[bytes]:
    return cycle([push(node) for node in range(connection, NODES, CONNECTIONS)])


def push(node: int) -> bytes:
    numbers = (3.1, 41.0, 62.5, 86400)
    data = [
        {"host": f"node-{node:06}", "key": key, "value": str(number)}
        for key, number in zip(VALUES, numbers, strict=True)
    ]
    body = json.dumps({"request": "sender data", "data": data}).encode()
    return HELLO + struct.pack("<II", len(body), 0) + body


if __name__ == "__main__":
    main()
