"""Durable heartbeats a second on one core, beside the same server's empty endpoint."""

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from itertools import cycle
from pathlib import Path

from bench.footprint import cpu_seconds
from bench.load import Result, hammer
from bench.table import show
from tests.cast import BEAT
from tests.servers import serving

CONNECTIONS = 256
NODES = int(os.environ.get("NODES", "5000"))
SECONDS = float(os.environ.get("SECONDS_EACH", "8"))


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder, serving(Path(folder)) as server:
        os.sched_setaffinity(server.process.pid, {0})
        os.sched_setaffinity(0, {1})
        token = server.token("--fleet")
        hammer(server.port, lambda n: beats(token, n), CONNECTIONS, 2)  # every node is known now
        for name, requests in (("empty endpoint", empty), ("heartbeat", lambda n: beats(token, n))):
            before = cpu_seconds(server.process.pid)
            result = hammer(server.port, requests, CONNECTIONS, SECONDS)
            rows.append(row(name, result, cpu_seconds(server.process.pid) - before))
    show("Durable heartbeats on one server core, 256 connections", HEADINGS, rows)
    print(f"\nratio to the empty endpoint: {rows[1][1] / rows[0][1]:.2f}")


HEADINGS = ("", "per second", "p50 ms", "p99 ms", "server µs each", "statuses")


def row(name: str, result: Result, cpu: float) -> tuple[str, int, str, str, str, str]:
    spread = (f"{result.percentile(share) * 1000:.1f}" for share in (0.5, 0.99))
    statuses = " ".join(f"{status.decode()}: {count}" for status, count in result.statuses.items())
    return (name, round(result.rate), *spread, f"{cpu / len(result.took) * 1e6:.1f}", statuses)  # type: ignore[return-value]


def beats(token: str, connection: int) -> Iterator[bytes]:
    """Of the nodes that belong to this connection, one after the other."""
    return cycle([beat(token, node) for node in range(connection, NODES, CONNECTIONS)])


def beat(token: str, node: int) -> bytes:
    said = asdict(BEAT) | {"node_id": f"node-{node:06}", "ip": "10.1.2.3", "kernel": "6.1.0-28-amd64", "boot_id": "b"}
    body = json.dumps(said).encode()
    lines = (
        "POST /api/heartbeat HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {token}",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join([*lines, "", ""]).encode() + body


def empty(_: int) -> Iterator[bytes]:
    return cycle([b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"])


if __name__ == "__main__":
    main()
