"""From queueing a job to its first output byte readable through the API; the agent is idle on a long poll."""

import subprocess
import time

import httpx

from bench.pair import pair
from bench.table import show, spread

ROUNDS = 60


def main() -> None:
    rows = [("bash -c true", *spread([bash() for _ in range(ROUNDS)]))]
    with pair() as (_, admin, _):
        once(admin)
        rows.append(("hyprbox", *spread([once(admin) for _ in range(ROUNDS)])))
    show("Dispatch: seconds until the first output is readable", ("", "p50", "p95", "n"), rows)


def once(admin: httpx.Client) -> float:
    start = time.perf_counter()
    job = admin.post("/api/jobs", json={"nodeId": "n-0", "script": "echo hello"}).json()
    with admin.stream("GET", f"/api/jobs/{job['id']}/events") as events:
        for line in events.iter_lines():
            if line == "event: output":
                seen = time.perf_counter() - start
                break
    while admin.get(f"/api/jobs/{job['id']}").json()["state"] in ("QUEUED", "RUNNING"):
        time.sleep(0.005)
    time.sleep(0.02)  # until the agent polls again
    return seen


def bash() -> float:
    start = time.perf_counter()
    subprocess.run(["bash", "-c", "true"], check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
