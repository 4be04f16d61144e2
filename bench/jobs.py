"""Many short jobs on one node, one job that prints much, and one job on each of many nodes at once.

`python -m bench.jobs short long at-once` names what is wanted; without a name all is.
"""

import resource
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from bench.pair import pair
from bench.table import show
from tests.servers import Server, wait_until

SHORT = 1000
NODES = 50
MEGABYTES = 100
TIMES = 6


def main() -> None:
    which = sys.argv[1:] or ["short", "long", "at-once"]
    with pair() as (server, admin, agents):
        if "short" in which:
            short(admin)
        if "long" in which:
            long(server, admin, agents[0])
    if "at-once" in which:
        with pair(NODES) as (_, admin, _):
            at_once(admin)


def short(admin: httpx.Client) -> None:
    """They must run in the order in which they were queued, and none may be missing."""
    start = time.perf_counter()
    jobs = [queue(admin, "n-0", f"echo {number}") for number in range(SHORT)]
    queued = time.perf_counter() - start
    wait_until(lambda: ended(admin, jobs[-1]), seconds=600)
    took = time.perf_counter() - start
    said = [admin.get(f"/api/jobs/{job}/output").text for job in jobs]
    begun = [datetime.fromisoformat(admin.get(f"/api/jobs/{job}").json()["startedAt"]) for job in jobs]
    right = said == [f"{number}\n" for number in range(SHORT)] and begun == sorted(begun)
    rows = [(SHORT, f"{queued:.1f}", f"{took:.1f}", f"{SHORT / took:.0f}", "yes" if right else "NO")]
    show(
        "Short jobs on one node",
        ("jobs", "s to queue", "s until the last has ended", "a second", "in order, whole"),
        rows,
    )


def long(server: Server, admin: httpx.Client, agent: subprocess.Popen[bytes]) -> None:
    """The limit of the job's output is what it is by default: the rest is said to be left out.

    The control plane first keeps what it writes, up to the 32 MB that SQLite was given for that, so it is the same job
    that is run until that is full, and then once more.
    """
    script = f"yes 'a line of output that is sixty-four bytes long, with its end.....' | head -c {MEGABYTES}000000"
    watched = {"the agent": agent.pid, "the control plane": server.process.pid}
    rows = []
    for number in range(1, TIMES + 1):
        before = {name: memory(pid) for name, pid in watched.items()}
        start = time.perf_counter()
        job = queue(admin, "n-0", script)
        most = dict(before)
        while not ended(admin, job):
            most = {name: max(most[name], memory(pid)) for name, pid in watched.items()}
            time.sleep(0.02)
        took = f"{time.perf_counter() - start:.1f}"
        kept = admin.get(f"/api/jobs/{job}").json()["outputBytes"]
        rows += [
            (number, took, kept, name, f"{before[name]:.1f}", f"+{most[name] - before[name]:.1f}") for name in watched
        ]
    headings = ("time", "s", "bytes kept", "", "RSS before, MB", "most")
    show(f"A job that prints {MEGABYTES} MB", headings, rows)


def at_once(admin: httpx.Client) -> None:
    """Queued on every node, with a request for each or as a run with one for all; until every output is readable."""
    rows = []
    for how, begin in 3 * (("one by one", each_on_its_own), ("as a run", all_as_a_run)):
        older = {job["id"] for job in newest(admin, NODES)}
        start = time.perf_counter()
        begin(admin)
        queued = time.perf_counter() - start
        while not all(job["outputBytes"] and job["id"] not in older for job in newest(admin, NODES)):
            time.sleep(0.01)  # the list of them is work too, for the one who is measured
        rows.append((NODES, how, f"{queued:.2f}", f"{time.perf_counter() - start:.2f}"))
        wait_until(lambda: all(ended(admin, job["id"]) for job in newest(admin, NODES)))
        assert {admin.get(f"/api/jobs/{job['id']}/output").text for job in newest(admin, NODES)} == {"hello\n"}
        time.sleep(1)
    show("A job on each of many nodes", ("nodes", "queued", "s to queue", "s until every output is readable"), rows)


def each_on_its_own(admin: httpx.Client) -> None:
    for number in range(NODES):
        queue(admin, f"n-{number}", "echo hello")


def all_as_a_run(admin: httpx.Client) -> None:
    admin.post("/api/runs", json={"q": "node=*", "script": "echo hello", "batches": ["100%"]}).raise_for_status()


def newest(admin: httpx.Client, number: int) -> list[dict[str, Any]]:
    """In one answer: to ask for each would be work for who is to do another."""
    items: list[dict[str, Any]] = admin.get("/api/jobs", params={"limit": number}).json()["items"]
    return items


def queue(admin: httpx.Client, node_id: str, script: str) -> str:
    answer = admin.post("/api/jobs", json={"nodeId": node_id, "script": script})
    answer.raise_for_status()
    job_id: str = answer.json()["id"]
    return job_id


def ended(admin: httpx.Client, job_id: str) -> bool:
    return admin.get(f"/api/jobs/{job_id}").json()["state"] not in ("QUEUED", "RUNNING")


def memory(pid: int) -> float:
    """MB that it holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
