"""How long the list of nodes takes to find its first page among 100,000, on both engines."""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bench.table import show
from hyprbox import migrations
from hyprbox.db import Database
from hyprbox.findings.model import Finding
from hyprbox.nodes import search
from hyprbox.nodes.model import Node, State
from hyprwire import Severity
from tests.databases import Postgres

NODES = 100_000
ROUNDS = 15
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
QUERIES = [
    "", "web", "eu-99999", "nothing-of-the-kind", "env=prod", "env=prod role=web status=online os=debian-12",
    "env=pro* !role=db", "finding>=critical", "finding=tls.*", "finding=tls.expiring env=prod", "cpu>80", "seen<10m",
    "status=offline web",
]  # fmt: skip


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as urls:
        for engine, url in urls.items():
            db = Database(url)
            migrations.upgrade(db.engine)
            with db.session() as session:
                fill(session)
            with db.session() as session:
                session.execute(text("ANALYZE"))
            for q in QUERIES:
                rows.append((engine, f"`{q}`", *milliseconds(db, q)))
            db.close()
    show(f"First page of {NODES:,} nodes, worst first: milliseconds", ("engine", "query", "p50", "worst", "rows"), rows)


def milliseconds(db: Database, q: str) -> tuple[str, str, int]:
    took = []
    for _ in range(ROUNDS):
        with db.session() as session:
            start = time.perf_counter()
            found = len(search.worst(session, NOW, q, None, 51))
            took.append((time.perf_counter() - start) * 1000)
    took.sort()
    return f"{took[len(took) // 2]:.1f}", f"{took[-1]:.1f}", found


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    folder.chmod(0o755)
    postgres = Postgres(folder)
    try:
        yield {"SQLite": f"sqlite:///{folder / 'b.db'}", "PostgreSQL": postgres.empty()}
    finally:
        postgres.stop()


def fill(session: Session) -> None:
    chance = random.Random(8)
    systems = ["Debian GNU/Linux 12 (bookworm)", "Debian GNU/Linux 13 (trixie)", "Ubuntu 24.04.1 LTS"]
    for first in range(0, NODES, 5000):
        nodes, states, findings = [], [], []
        for n in range(first, first + 5000):
            node_id = f"{chance.choice(['eu', 'us', 'ap'])}-{n:05}"
            labels = {"env": chance.choice(["prod", "test"]), "role": chance.choice(["web", "db", "mail", "ci"])}
            nodes.append(
                {
                    "node_id": node_id, "hostname": f"{labels['role']}{n}", "os": chance.choice(systems),
                    "agent_version": "0.1.0", "ip": f"10.{n // 65536}.{n // 256 % 256}.{n % 256}", "region": "eu-1",
                    "kernel": "6.1.0-18-amd64", "architecture": "x86_64", "labels": labels, "agent_labels": None,
                    "first_seen": NOW,
                }
            )  # fmt: skip
            bad = chance.random() < 0.05
            states.append(
                {
                    "node_id": node_id, "status": "OFFLINE" if chance.random() < 0.02 else "ONLINE",
                    "last_seen": NOW - timedelta(seconds=chance.randrange(900)), "cpu": chance.randrange(1001),
                    "ram": 400, "disk": 500, "open_critical": int(bad and n % 3 == 0), "open_warn": int(bad),
                    "open_info": 0, "said": "",
                }
            )  # fmt: skip
            if bad:
                findings.append(
                    {
                        "node_id": node_id, "id": f"f{n}", "type": chance.choice(["tls.expiring", "disk.full"]),
                        "key": "k", "severity": Severity.WARN, "message": "m", "details": {}, "scanner": "tls",
                        "first_seen": NOW, "seen_at": NOW, "in_last_report": True, "state": "OPEN", "reopen_count": 0,
                    }
                )  # fmt: skip
        session.execute(insert(Node), nodes)
        session.execute(insert(State), states)
        session.execute(insert(Finding), findings)


if __name__ == "__main__":
    main()
