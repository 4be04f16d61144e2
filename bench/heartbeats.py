"""Durable heartbeats a second on one server core, beside two endpoints of the same process that do nothing: a bare one
of ASGI, and a call below it. On both engines, with the agents' calls answered below ASGI, as they are, and above it, as
they would be otherwise. Beside them what Debian has of the kind, where it is installed: Zabbix's trapper and Prometheus
Pushgateway, four values of a node at a time."""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from itertools import cycle
from pathlib import Path

from bench import bare, pushgateway, zabbix
from bench.idle import cpu_seconds
from bench.load import CONNECTIONS, Result, hammer
from bench.pair import machine
from bench.postgres import Postgres, running
from bench.table import show
from tests.cast import BEAT
from tests.servers import serving

NODES = 5000
REPORTING = 1024  # the first report of each, which is news, comes before the measuring

Row = tuple[str, int, str, str, str, str, str, str, str]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=8, help="for each row of the table")
    options.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    given = options.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if given.engine != "postgresql":
            rows += measured(folder / "sqlite", "SQLite", None, "bench.bare", given.seconds)
            rows += measured(folder / "sqlite-asgi", "SQLite, above ASGI", None, "bench.asgi", given.seconds)
        if given.engine != "sqlite":
            with running(folder / "postgresql") as postgres:
                for pid in postgres.pids():
                    os.sched_setaffinity(pid, {1})
                rows += measured(folder / "pg", "PostgreSQL", postgres, "bench.bare", given.seconds)
                rows += measured(folder / "pg-asgi", "PostgreSQL, above ASGI", postgres, "bench.asgi", given.seconds)
        rows += others(folder, rows[:2], given.seconds)
    show(f"Durable heartbeats on one server core, {CONNECTIONS} connections, {NODES:,} nodes", HEADINGS, rows)
    print(f"\n{machine()}; the load, and PostgreSQL, on the other core")


HEADINGS = (
    "", "per second", "p50 ms", "p99 ms", "server µs each", "PostgreSQL µs each", "of a bare ASGI endpoint",
    "of an empty call", "statuses",
)  # fmt: skip


def measured(folder: Path, name: str, postgres: Postgres | None, program: str, seconds: float) -> list[Row]:
    """What does nothing, then heartbeats; every node is known before."""
    url = postgres.url(program.replace(".", "_")) if postgres else None
    with serving(folder, url, program=program) as server:
        os.sched_setaffinity(server.process.pid, {0})
        for thread in Path(f"/proc/{server.process.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {0})
        os.sched_setaffinity(0, {1})
        token = server.token("--fleet")
        hammer(server.port, lambda n: beats(token, n), CONNECTIONS, 2)
        hammer(server.port, lambda n: reports(token, n), CONNECTIONS, 6)
        rows: list[Row] = []
        for what, requests in (
            ("bare ASGI endpoint", bare_ones),
            ("empty call", empty),
            ("heartbeat", lambda n: beats(token, n)),
            ("poll, no job", lambda n: calls(n, partial(poll, token))),
            ("report, nothing new", lambda n: reports(token, n)),
        ):
            before, database = cpu_seconds(server.process.pid), of_postgres(postgres)
            result = hammer(server.port, requests, CONNECTIONS, seconds)
            used = cpu_seconds(server.process.pid) - before
            rows.append(row(f"{name}: {what}", result, used, of_postgres(postgres) - database, rows))
        print(*rows, sep="\n", flush=True)
        return rows


def others(folder: Path, idle: list[Row], seconds: float) -> list[Row]:
    """Under the same load in the same run; what they keep is durable later."""
    rows: list[Row] = []
    if zabbix.PROGRAM:
        found = zabbix.measured(folder, seconds)
        rows.append(row("Zabbix trapper, PostgreSQL: four values", found.result, found.server, found.database, idle))
    if pushgateway.PROGRAM:
        result, used = pushgateway.measured(folder, seconds)
        rows.append(row("Prometheus Pushgateway, memory: four values", result, used, 0, idle))
    absent = [each.MISSING for each in (zabbix, pushgateway) if each.PROGRAM is None]
    print(*rows, *absent, sep="\n", flush=True)
    return rows


def of_postgres(postgres: Postgres | None) -> float:
    return sum(map(cpu_seconds, postgres.pids())) if postgres else 0


def row(name: str, result: Result, cpu: float, database: float, idle: list[Row]) -> Row:
    """`idle` begins with the rows of the two that do nothing."""
    of_bare, of_empty = (f"{result.rate / idle[n][1]:.2g}" if n < len(idle) else "" for n in (0, 1))
    p50, p99 = (f"{result.percentile(share) * 1000:.1f}" for share in (0.5, 0.99))
    each, of_database = (f"{used / len(result.took) * 1e6:.1f}" for used in (cpu, database))
    return (
        name,
        round(result.rate),
        p50,
        p99,
        each,
        of_database if database else "",
        of_bare,
        of_empty,
        result.counted(),
    )


def beats(token: str, connection: int) -> Iterator[bytes]:
    return calls(connection, partial(beat, token))


def reports(token: str, connection: int) -> Iterator[bytes]:
    return calls(connection, partial(report, token), REPORTING)


def calls(connection: int, of: Callable[[int], bytes], nodes: int = NODES) -> Iterator[bytes]:
    """Of the nodes that belong to this connection, one after the other."""
    return cycle([of(node) for node in range(connection, nodes, CONNECTIONS)])


def poll(token: str, node: int) -> bytes:
    path = f"/api/jobs/pending?nodeId=node-{node:06}"
    lines = (f"GET {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", "Prefer: wait=0, offer")
    return "\r\n".join([*lines, "", ""]).encode()


def report(token: str, node: int) -> bytes:
    scan = {"id": "s", "seq": 1, "final": True, "scanners": [{"name": "tls", "ok": True, "types": ["tls.expiring"]}]}
    return post(token, "/api/findings", {"nodeId": f"node-{node:06}", "findings": [], "scan": scan})


def beat(token: str, node: int) -> bytes:
    said = asdict(BEAT) | {"node_id": f"node-{node:06}", "ip": "10.1.2.3", "kernel": "6.1.0-28-amd64", "boot_id": "b"}
    return post(token, "/api/heartbeat", said)


def post(token: str, path: str, said: object) -> bytes:
    body = json.dumps(said).encode()
    lines = (f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def bare_ones(_: int) -> Iterator[bytes]:
    return cycle([b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % bare.PATH.encode()])


def empty(_: int) -> Iterator[bytes]:
    return cycle([b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"])


if __name__ == "__main__":
    main()
