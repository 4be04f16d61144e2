"""The nearest that Debian has, on the same machine under the same load: Prometheus Pushgateway, four values a push."""

import argparse
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from bench.idle import cpu_seconds
from bench.load import CONNECTIONS, Result, hammer
from bench.pair import machine
from bench.table import show
from tests.servers import answers, free_port, wait_until

PROGRAM = shutil.which("prometheus-pushgateway")
MISSING = "prometheus-pushgateway is missing, expected Debian's package of that name"
GROUPS = 1000  # it answers each push by going through all of them


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=8)
    given = options.parse_args()
    if PROGRAM is None:
        raise SystemExit(MISSING)
    with tempfile.TemporaryDirectory() as name:
        result, used = measured(Path(name), given.seconds)
    spread = (f"{result.percentile(share) * 1000:.1f}" for share in (0.5, 0.99))
    row = (f"{result.rate:.0f}", *spread, f"{used / len(result.took) * 1e6:.0f}", result.counted())
    title = (
        f"Prometheus Pushgateway, {GROUPS:,} nodes, {CONNECTIONS} connections, one core, kept on disk every 5 minutes"
    )
    show(title, ("per second", "p50 ms", "p99 ms", "its µs each", "statuses"), [row])
    print(f"\n{machine()}")


def measured(folder: Path, seconds: float) -> tuple[Result, float]:
    """And the seconds of CPU that it took."""
    port = free_port()
    words = f"--web.listen-address=127.0.0.1:{port} --persistence.file={folder}/kept --persistence.interval=5m"
    with (folder / "log").open("wb") as log:
        command = ["taskset", "--cpu-list", "0", str(PROGRAM), *words.split()]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        os.sched_setaffinity(0, {1})
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/-/ready"), process, folder / "log")
        hammer(port, pushes, CONNECTIONS, 2)
        before = cpu_seconds(process.pid)
        result = hammer(port, pushes, CONNECTIONS, seconds)
        return result, cpu_seconds(process.pid) - before
    finally:
        process.terminate()
        process.wait(10)


def pushes(connection: int) -> Iterator[bytes]:
    return cycle([push(node) for node in range(connection, GROUPS, CONNECTIONS)])


def push(node: int) -> bytes:
    body = b"cpu_percent 3.1\nram_percent 41\ndisk_percent 62.5\nuptime_seconds 86400\n"
    head = f"POST /metrics/job/node/instance/node-{node:06} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


if __name__ == "__main__":
    main()
