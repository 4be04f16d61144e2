"""From queueing a job to its first output byte readable through the API; the agent is idle on a long poll.

The second table says where the time goes, stage after stage. It is heard on a wire in between, which costs some of it.
"""

import http.client
import json
import subprocess
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from bench.overheard import Wire
from bench.pair import agent, machine, nodes_online, pair, wait_for_first_scans
from bench.table import show, spread
from hyprbox.people.model import Role
from tests.servers import Server, serving, wait_until

ROUNDS = 60
SCRIPT = 'printf "%s\\n" "$EPOCHREALTIME"'
STAGES = (
    "queued, and offered to the agent",
    "the agent has written down that it takes it, and asks for it",
    "accepted",
    "written down that it starts; the script's first command",
    "its output on its way",
    "kept by the control plane, and read by who follows the job",
)


def main() -> None:
    rows = [("bash -c true", *spread([bash() for _ in range(ROUNDS)]))]
    with pair() as (server, _, _):
        person = Person(server)
        person.once()
        rows.append(("hyprbox", *spread([person.once()[-1] for _ in range(ROUNDS)])))
    show(f"Dispatch: seconds until the first output is readable; {machine()}", ("", "p50", "p95", "n"), rows)
    show("Its stages, in seconds", ("", "p50", "p95", "n"), stages())


def stages() -> list[tuple[object, ...]]:
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as server:
        admin = server.client(server.key(Role.ADMIN))
        wire, person = Wire(server.port), Person(server)
        with agent(wire.url, server.token("--fleet"), "n-0", Path(name)) as process:
            wait_until(lambda: nodes_online(admin))
            wait_for_first_scans([process])
            person.once()
            each = [moments(wire, *person.once()) for _ in range(ROUNDS)]
    took = [[later - sooner for sooner, later in pairwise(one)] for one in each]
    return [(stage, *spread(seconds)) for stage, seconds in zip(STAGES, zip(*took, strict=True), strict=True)]


def moments(wire: Wire, start: float, ran: float, took: float) -> list[float]:
    """A job that is over by then says its first output with its end."""
    asked = [wire.first(start, what) for what in ("pending!", "accept", "accept!")]
    told = wire.first(start, "output", "complete")
    return [start, *asked, ran, told, start + took]


class Person:
    """Queues a job and follows it, over one connection and with little else: its own time counts too."""

    def __init__(self, server: Server) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", server.port)
        self.headers = {"authorization": f"Bearer {server.key(Role.ADMIN)}", "content-type": "application/json"}

    def once(self) -> tuple[float, float, float]:
        """When it was queued, when its script ran, and how long it took until its output was readable."""
        began, start = time.time(), time.perf_counter()
        self.line.request("POST", "/api/jobs", json.dumps({"nodeId": "n-0", "script": SCRIPT}), self.headers)
        job = json.loads(self.line.getresponse().read())
        self.line.request("GET", f"/api/jobs/{job['id']}/events", headers=self.headers)
        events = self.line.getresponse()
        while (line := events.readline()) != b"event: output\n":
            assert line, "the job ended without output"
        took = time.perf_counter() - start
        ran = json.loads(events.readline().removeprefix(b"data: "))
        events.read()  # to its end
        time.sleep(0.05)  # until the agent polls again
        return began, float(ran), took


def bash() -> float:
    start = time.perf_counter()
    subprocess.run(["bash", "-c", "true"], check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
