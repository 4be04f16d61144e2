"""Real agents, as processes, and a plain one that knows only what the original agent's description says."""

import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx

from tests.cast import BEAT
from tests.program import AGENT
from tests.servers import Server, clean_env


@dataclass
class Agent:
    process: subprocess.Popen
    log: Path

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(5)


@contextmanager
def agent(server: Server, folder: Path, node_id: str = "eu-1", token: str | None = None, **variables: str):
    """With short intervals and its own state; a second one with the same folder goes on where the first stopped."""
    folder.mkdir(exist_ok=True)
    env = clean_env() | {
        "HYPRBOX_API_URL": server.url,
        "HYPRBOX_NODE_ID": node_id,
        "HYPRBOX_NODE_TOKEN": token or server.token("--node", node_id),
        "HYPRBOX_INTERVAL": "1s",
        "HYPRBOX_SCAN_INTERVAL": "1h",
        "HYPRBOX_STATE_DIR": str(folder / "state"),
        "HYPRBOX_SPOOL_DIR": str(folder / "spool"),
        "HYPRBOX_TLS_PATHS": str(folder / "*.pem"),
    }
    (folder / "spool").mkdir(exist_ok=True, mode=0o700)
    log = folder / "agent.log"
    with log.open("ab") as sink:
        process = subprocess.Popen(AGENT, env=env | variables, stderr=sink)
    try:
        yield Agent(process, log)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(5)
    assert "Traceback" not in log.read_text(), log.read_text()


@dataclass
class PlainAgent:
    """One loop: a heartbeat, then jobs until there is none. No hints, no offsets, no ids of runs."""

    client: httpx.Client
    node_id: str
    ran: list[str] = field(default_factory=list)

    def tick(self) -> None:
        said = {name: value for name, value in asdict(BEAT).items() if value is not None}
        self.client.post("/api/heartbeat", json=said | {"node_id": self.node_id}).raise_for_status()
        while job := self.client.get("/api/jobs/pending", params={"nodeId": self.node_id}).json():
            self.run(job)

    def run(self, job) -> None:
        self.ran.append(job["id"])
        bash = subprocess.Popen(
            ["/bin/bash", "-s"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        output, _ = bash.communicate(job["script"], timeout=60)
        half = len(output) // 2
        path = f"/api/jobs/{job['id']}"
        self.client.post(f"{path}/output", json={"output": output[:half]}).raise_for_status()
        end = {"exitCode": bash.returncode, "output": output[half:], "errorMsg": None}
        self.client.post(f"{path}/complete", json=end).raise_for_status()


def ended(admin: httpx.Client, job_id: str, seconds: float = 30):
    """The job, when it has ended."""
    end = time.monotonic() + seconds
    while (job := admin.get(f"/api/jobs/{job_id}").json())["state"] in ("QUEUED", "RUNNING"):
        assert time.monotonic() < end, job
        time.sleep(0.03)
    return job


def run(admin: httpx.Client, node_id: str, script: str, **order):
    """Queues it, waits for its end; the job and its output."""
    job = admin.post("/api/jobs", json={"nodeId": node_id, "script": script, **order}).json()
    return ended(admin, job["id"]), admin.get(f"/api/jobs/{job['id']}/output").text
