"""A real control plane and real agents, as processes on this machine, for measuring."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from hyprbox.people.model import Role
from hyprnode.duties import SOON
from tests.servers import Server, clean_env, serving, wait_until

SOURCE = (sys.executable, "-m", "hyprnode")


@contextmanager
def pair(agents: int = 1, **variables: str) -> Iterator[tuple[Server, httpx.Client, list[subprocess.Popen[bytes]]]]:
    """The server, an admin's client of it, and agents n-0, n-1, … that are idle on their polls."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        server = stack.enter_context(serving(folder))
        admin = stack.enter_context(server.client(server.key(Role.ADMIN)))
        token = server.token("--fleet")
        processes = [
            stack.enter_context(agent(server.url, token, f"n-{n}", folder, **variables)) for n in range(agents)
        ]
        wait_until(lambda: len(nodes_online(admin)) == agents, seconds=60)
        wait_for_first_scans(processes)
        yield server, admin, processes


def nodes_online(admin: httpx.Client) -> list[object]:
    items: list[object] = admin.get("/api/nodes", params={"status": "ONLINE"}).json().get("items", [])
    return items


def wait_for_first_scans(agents: Sequence[subprocess.Popen[bytes]]) -> None:
    """They begin soon after an agent, and of many at once they fill a machine."""
    time.sleep(SOON)
    wait_until(lambda: not any(is_scanning(process.pid) for process in agents), seconds=60)


def is_scanning(agent: int) -> bool:
    return any(children(nursery) for nursery in children(agent))


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def agent(
    url: str, token: str, node_id: str, folder: Path, command: Sequence[str] = SOURCE, **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    env = clean_env() | {
        "HYPRBOX_API_URL": url,
        "HYPRBOX_NODE_ID": node_id,
        "HYPRBOX_NODE_TOKEN": token,
        "HYPRBOX_STATE_DIR": str(folder / node_id),
        "HYPRBOX_TLS_PATHS": str(folder / "*.pem"),
    }
    with (folder / f"{node_id}.log").open("ab") as log:
        process = subprocess.Popen(command, env=env | variables, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def machine() -> str:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "unknown")
    cores = sum(line.startswith("processor") for line in lines)
    return f"{cores} x {model}, Python {sys.version.split()[0]}"
