"""A whole fleet for ten minutes: 100,000 nodes that each send a heartbeat every minute, on PostgreSQL, two processes.

Each also scans once an hour. After four minutes 1,000 of them fall silent; after eight exactly those are OFFLINE.
With --minutes 2 everything happens five times as fast with a fifth of the nodes, so that the server has as much to do
each second.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

from bench.idle import cpu_seconds, memory
from bench.load import percentile
from bench.pair import machine
from bench.postgres import Postgres, running
from bench.table import show
from hyprbox.people.model import Role
from tests.servers import Server, serving

NODES = 100_000
WHOLE = 10  # minutes
POLLS = 19_000
PAGES = ("/dashboard/nodes", "/dashboard/nodes?q=swarm-0{:05}", "/dashboard/nodes/swarm-0{:05}?range=7d", "/dashboard/")

STORY = """
[[event]]
at = "{stop:.0f}s"
stop = {silent}

[[event]]
at = "{check:.0f}s"
check = true
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=WHOLE)
    options.add_argument(
        "--nodes", type=int, default=NODES, help="of the whole fleet; a hundredth of them falls silent"
    )
    options.add_argument("--polls", type=int, default=POLLS)
    options.add_argument("--csv", type=Path, help="where the line per second goes")
    given = options.parse_args()
    part = given.minutes / WHOLE
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        silence = f"{180 * part:.0f}s"
        variables = {"HYPRBOX_OFFLINE_AFTER": silence, "HYPRBOX_SWEEP_INTERVAL": f"{max(30 * part, 2):.0f}s"}
        with running(folder) as postgres, serving(folder / "s", postgres.url("run"), workers=2, **variables) as server:
            rows, verdict = played(folder, server, postgres, part, given.nodes, given.polls, given.csv)
    nodes, seconds = round(given.nodes * part), 60 * part
    show(f"{nodes:,} nodes every {seconds:.0f} s for {given.minutes:g} minutes, two processes", ("", "", ""), rows)
    print(f"\n{verdict.stdout.strip().split('heartbeats', 1)[-1]}\nexit code of hyprbox swarm: {verdict.returncode}")
    print(machine())
    sys.exit(verdict.returncode)


def played(
    folder: Path, server: Server, postgres: Postgres, part: float, whole: int, polls: int, csv: Path | None
) -> tuple[list[tuple[str, str, str]], subprocess.CompletedProcess[str]]:
    story = folder / "story.toml"
    story.write_text(STORY.format(stop=240 * part, check=480 * part, silent=round(whole * part) // 100))
    key = server.key(Role.ADMIN)
    env = server.env | {"HYPRBOX_API_URL": server.url, "HYPRBOX_API_KEY": key}
    env["HYPRBOX_NODE_TOKEN"] = server.token("--fleet")
    words = {
        "--nodes": round(whole * part), "--interval": f"{60 * part:.0f}s", "--ramp": f"{60 * part:.0f}s",
        "--for": f"{600 * part:.0f}s", "--polls": min(polls, round(whole * part)), "--connections": 256,
        "--scan-interval": f"{3600 * part:.0f}s", "--scenario": story, "--csv": csv or folder / "lines.csv",
    }  # fmt: skip
    command = [sys.executable, "-m", "hyprbox", "swarm", *(str(word) for pair in words.items() for word in pair)]
    before = {pid: cpu_seconds(pid) for pid in (*server.workers(), *postgres.pids())}
    looker = Looker(server, key)
    start = time.monotonic()
    swarm = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    looker.start()
    said, _ = swarm.communicate()
    looker.stop.set()
    looker.join()
    length, waited = time.monotonic() - start, os.times()
    print(said, flush=True)
    rows = []
    for what, pids in (("each process", server.workers()), ("PostgreSQL", postgres.pids())):
        used = [cpu_seconds(pid) - before.get(pid, 0) for pid in pids]
        held = [float(memory(pid)[what == "PostgreSQL"]) for pid in pids]
        if what == "PostgreSQL":
            rows.append((what, f"{sum(used) / length:.2f} cores", f"{sum(held):.0f} MB PSS"))
        else:
            rows += [(what, f"{u / length:.2f} cores", f"{h:.0f} MB RSS") for u, h in zip(used, held, strict=True)]
    rows.append(("the fleet itself", f"{(waited.children_user + waited.children_system) / length:.2f} cores", ""))
    for page, took in looker.took.items():
        took.sort()
        spread = (f"{name} {percentile(took, share) * 1000:.0f} ms" for name, share in (("p50", 0.5), ("p95", 0.95)))
        rows.append((f"{page} meanwhile, {len(took)} times", *spread))
    return rows, subprocess.CompletedProcess(command, swarm.returncode, said)


class Looker(threading.Thread):
    """Somebody who opens a page now and then."""

    def __init__(self, server: Server, key: str) -> None:
        super().__init__(daemon=True)
        self.stop = threading.Event()
        self.took: dict[str, list[float]] = {page: [] for page in PAGES}
        self._server, self._key = server, key

    def run(self) -> None:
        number = 0
        with self._server.client(self._key) as http:
            while not self.stop.wait(2):
                for page in PAGES:
                    number += 1
                    self._look(http, page, page.format(number))

    def _look(self, http: httpx.Client, page: str, address: str) -> None:
        start = time.perf_counter()
        answer = http.get(address)
        if answer.status_code == 200:
            self.took[page].append(time.perf_counter() - start)
        elif answer.status_code != 404:
            print(f"{address}: {answer.status_code}", flush=True)


if __name__ == "__main__":
    main()
