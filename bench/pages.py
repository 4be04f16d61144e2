"""What people wait for with a large fleet: 100,000 nodes, 5 million samples, 1 million findings, nothing in memory.

Before the 50 questions of a kind PostgreSQL starts anew and the kernel forgets its files; no question comes twice.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import httpx

from bench import seeded
from bench.pair import machine
from bench.postgres import Postgres, running
from bench.table import show
from hyprbox import migrations
from hyprbox.db import Database
from hyprbox.people.model import Role
from tests.servers import serving, wait_until

ASKED = 50
WORDS = ("web", "deb", "ubu", "10.", "eu-", "node", "example", "rocky", "prod", "9.4", "us-1", "r4", "com", "env", "o")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--nodes", type=int, default=seeded.NODES)
    options.add_argument("--keep", type=Path, help="a folder in which the seeded database stays for the next time")
    options.add_argument("--only", default="", help="of kinds whose name holds this")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        with running(given.keep or Path(name)) as postgres:
            url = fleet(postgres, given.nodes)
            with serving(Path(name) / "server", url) as server, server.client(server.key(Role.ADMIN)) as admin:
                rows = [
                    measured(postgres, admin, kind, addresses)
                    for kind, addresses in kinds(given.nodes)
                    if given.only in kind
                ]
    title = f"Pages with {given.nodes:,} nodes on PostgreSQL, {ASKED} different cold questions of a kind"
    show(title, ("", "p50 ms", "p95 ms", "slowest ms", "bytes"), rows)
    print(f"\n{machine()}")


def fleet(postgres: Postgres, nodes: int) -> str:
    """The address of the database, seeded unless it is."""
    url = postgres.url(f"fleet_{nodes}")
    db = Database(url)
    migrations.upgrade(db.engine)
    with db.session() as session:
        empty = session.connection().exec_driver_sql("SELECT NOT EXISTS (SELECT 1 FROM jobs)").scalar()
    if empty:
        start = time.monotonic()
        made = ", ".join(f"{number:,} {name}" for name, number in seeded.seed(db, nodes).items())
        postgres.settle(f"fleet_{nodes}")
        print(f"seeded in {time.monotonic() - start:.0f} s: {made}", flush=True)
    db.close()
    return url


def kinds(nodes: int) -> Iterable[tuple[str, list[str]]]:
    """A name and 50 addresses that were never asked before."""
    chance = random.Random(5)
    some = [f"{chance.randrange(nodes):06}" for _ in range(ASKED)]
    two = [f"{int(n) % 100:02}" for n in some]
    long = chance.sample(range(min(seeded.LONG, nodes)), ASKED)
    types = [f"subject.kind{n % 10 * 4}{'ab'[n // 10 % 2]}" for n in range(20)]
    pairs = [f"{one}+{other}" for one in WORDS[:7] for other in WORDS[7:]]
    graded = [f"type={kind}&severity={severity}" for kind in types for severity in ("CRITICAL", "WARN", "INFO")]
    for name, made in (
        ("nodes, first page", ["nodes"] * ASKED),
        ("nodes, somewhere behind", [f"nodes?after={int(n) % 2}.{int(n) % 6}.node-{n}" for n in some]),
        ("nodes, the last page", [f"nodes?after=0.0.node-{nodes - 10 - n:06}" for n in range(ASKED)]),
        ("search: one node", [f"nodes?q={n}" for n in some]),
        ("search: one host by its name", [f"nodes?q=web-{int(n)}.example.com" for n in some]),
        ("search: nearly all", [f"nodes?q={pair}" for pair in pairs[:ASKED]]),
        ("search: nothing", [f"nodes?q=zz{n}" for n in some]),
        ("filter: offline, a label, a word", [f"nodes?q=status%3Doffline+env%3Dprod+{n}" for n in two]),
        ("filter: a label of few", [f"nodes?q=rack%3Dr{n}" for n in range(ASKED)]),
        ("filter: warnings, a label, a word", [f"nodes?q=finding%3E%3Dwarn+env%3Dtest+{n}" for n in two]),
        ("a node, its 7 days as a chart", [f"nodes/node-{n:06}?range=7d" for n in long]),
        ("a node's findings", [f"nodes/node-{n}/findings" for n in some]),
        ("home", [""] * ASKED),
        ("findings by type", ["findings"] * ASKED),
        ("findings, somewhere behind", [f"findings?view=list&after=1.01kb0000{n}05ab" for n in some]),
        ("findings of a type and severity", [f"findings?{each}" for each in graded[:ASKED]]),
        ("findings, resolved, of a type", [f"findings?state=RESOLVED&type={types[n % 20]}" for n in range(ASKED)]),
        ("jobs", ["jobs"] * ASKED),
        ("the palette, one node", [f"palette?q=node-{n}" for n in some]),
        ("the palette, nothing", [f"palette?q=zy{n}" for n in some]),
        ("a query is completed", [f"completions?q=zz+{'!ersdw'[n % 6]}" for n in range(ASKED)]),
    ):
        yield name, [f"/dashboard/{address}" for address in made]
    yield "a node's 7 days as JSON", [f"/api/nodes/node-{n:06}/samples?{week()}&step=1800" for n in long]


def week() -> str:
    now = int(time.time())
    moments = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment)) for moment in (now - 7 * 86400, now))
    return "from={}&to={}".format(*moments)


def measured(
    postgres: Postgres, admin: httpx.Client, kind: str, addresses: list[str]
) -> tuple[str, str, str, str, int]:
    postgres.forget()
    wait_until(lambda: admin.get("/api/presets").status_code == 200)
    took, size = [], 0
    for address in addresses:
        start = time.perf_counter()
        answer = admin.get(address)
        took.append(time.perf_counter() - start)
        assert answer.status_code == 200, f"{address}: {answer.status_code} {answer.text[-1200:]}"
        size = max(size, len(answer.content))
    took.sort()
    row = (kind, *(f"{took[min(int(len(took) * share), len(took) - 1)] * 1000:.0f}" for share in (0.5, 0.95, 1)), size)
    print(*row, sep="  ", flush=True)
    return row  # type: ignore[return-value]


if __name__ == "__main__":
    main()
