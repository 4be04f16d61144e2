"""What an idle agent costs, all of its processes together, beside others of its kind: in one table, from one run.

HYPRNODE_EXECUTABLE names the executable (else the one in dist), PEERS a folder with unpacked packages of peers. Needs
root: an agent of a host with systemd is one process, which is shown by letting it see systemd's sign.
"""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import asn1crypto
import httpx

from bench import peers, start
from bench.idle import cpu_of_all, family, memory_of_all
from bench.pair import agent, machine
from bench.table import show
from hyprbox.people.model import Role
from tests.servers import Server, clean_env, serving, wait_until

SECONDS = int(os.environ.get("SECONDS_IDLE", "300"))
SETTLE = 20  # by then the first beat and the first scan are over
ROOT = Path(__file__).parent.parent
# An hour in a minute: 12 beats, 4 scans, and 4 jobs.
HOUR = 60
AT_SIXTY_TIMES = {"HYPRBOX_INTERVAL": "5s", "HYPRBOX_SCAN_INTERVAL": "15s"}
JOBS = 4
UNDER_SYSTEMD = ["unshare", "--mount", "bash", "-c"]
UNDER_SYSTEMD += ['mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && exec "$@"', "bash"]


@dataclass(frozen=True)
class Ours:
    command: list[str]
    program: Path | None = None
    variables: dict[str, str] = field(default_factory=dict)

    def under_systemd(self) -> "Ours":
        return Ours([*UNDER_SYSTEMD, *self.command], self.program, self.variables)


@dataclass(frozen=True)
class Started:
    pid: int
    program: Path | None = None


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(serving(folder))
        agents = ours(folder)
        idle(server, folder, agents)
        after_an_hour(server, folder, agents)
        rows = [(name, f"{scan(one):.2f}") for name, one in agents.items() if "systemd" not in name]
        show("One scan with all scanners, its start included", ("agent", "CPU s"), rows)


def ours(folder: Path) -> dict[str, Ours]:
    """Where systemd bears its jobs the agent is one process; elsewhere it has a nursery."""
    (folder / "third").mkdir()
    (folder / "third/asn1crypto").symlink_to(Path(asn1crypto.__file__).parent)
    made = [str(path) for path in sorted(ROOT.glob("dist/hyprnode-*-linux-x86_64"))]
    executable = os.environ.get("HYPRNODE_EXECUTABLE") or next(iter(made), "")
    sources = {"PYTHONPATH": f"{ROOT}/src:{folder}/third"}
    found = {"executable": Ours([executable], Path(executable))} if executable else {}
    found["source, Debian's python3" if Path("/usr/bin/python3.11").exists() else "source"] = Ours(
        [python(), "-m", "hyprnode"], None, sources
    )
    return {
        f"hyprnode, {name}{where}": one
        for name, each in found.items()
        for where, one in ((", systemd bears its jobs", each.under_systemd()), (", with a nursery", each))
    }


def python() -> str:
    return "/usr/bin/python3.11" if Path("/usr/bin/python3.11").exists() else sys.executable


def idle(server: Server, folder: Path, agents: dict[str, Ours]) -> None:
    """At their default cadences, so that there is one beat in 5 minutes, and a question for jobs every 20 to 25 s."""
    rows = []
    with ExitStack() as stack:
        started = running(stack, server, folder, agents) | others(stack, folder)
        time.sleep(SETTLE)
        before = {name: cpu_of_all(one.pid) for name, one in started.items()}
        time.sleep(SECONDS)
        for name, one in started.items():
            used = (cpu_of_all(one.pid) - before[name]) * 3600 / SECONDS
            size = f"{one.program.stat().st_size / 1e6:.1f}" if one.program else ""
            rows.append((name, size, *starts(agents.get(name)), *memory(one.pid), f"{used:.2f}"))
    headings = ("agent", "file MB", "first heartbeat ms, cold", "warm", "processes", "RSS MB", "PSS MB", "CPU s/h idle")
    show(f"Idle agents, {SECONDS} s, no scan among them; {machine()}", headings, rows)


def after_an_hour(server: Server, folder: Path, agents: dict[str, Ours]) -> None:
    with ExitStack() as stack:
        admin = stack.enter_context(server.client(server.key(Role.ADMIN)))
        started = running(stack, server, folder, agents, "h", **AT_SIXTY_TIMES)
        for _ in range(JOBS):
            time.sleep(HOUR / JOBS)
            for number in range(len(agents)):
                job(admin, f"h-{number}")
        time.sleep(HOUR / JOBS)
        rows = [(name, *memory(one.pid)) for name, one in started.items()]
    show("After an hour's beats, scans and jobs in a minute", ("agent", "processes", "RSS MB", "PSS MB"), rows)


def job(admin: httpx.Client, node: str) -> None:
    made = admin.post("/api/jobs", json={"nodeId": node, "script": "seq 1000"}).json()
    wait_until(lambda: admin.get(f"/api/jobs/{made['id']}").json()["state"] == "SUCCEEDED", seconds=60)


def running(
    stack: ExitStack, server: Server, folder: Path, agents: dict[str, Ours], prefix: str = "n", **variables: str
) -> dict[str, Started]:
    token = server.token("--fleet")
    found = {}
    for number, (name, one) in enumerate(agents.items()):
        process = stack.enter_context(
            agent(server.url, token, f"{prefix}-{number}", folder, one.command, **(one.variables | variables))
        )
        found[name] = Started(process.pid, one.program)
    admin = stack.enter_context(server.client(server.key(Role.ADMIN)))
    wait_until(lambda: all(is_online(admin, f"{prefix}-{number}") for number in range(len(agents))), seconds=60)
    return found


def is_online(admin: httpx.Client, node: str) -> bool:
    answer = admin.get(f"/api/nodes/{node}")
    return answer.status_code == 200 and answer.json()["status"] == "ONLINE"


def others(stack: ExitStack, folder: Path) -> dict[str, Started]:
    return {
        name: Started(stack.enter_context(peers.running(command(program, folder))).pid, program)
        for name, (program, command) in peers.installed().items()
    }


def memory(pid: int) -> tuple[int, str, str]:
    rss, pss = memory_of_all(pid)
    return len(family(pid)), f"{rss:.1f}", f"{pss:.1f}"


def starts(one: Ours | None) -> tuple[str, str]:
    if one is None or one.command[0] == UNDER_SYSTEMD[0]:
        return "", ""
    took = [start.until_heartbeat(one.command, cold, **one.variables) for cold in (True, False)]
    return f"{took[0]:.0f}", f"{took[1]:.0f}"


def scan(one: Ours) -> float:
    before = sum(os.times()[2:4])
    subprocess.run(
        [*one.command, "scan", "--json"],
        env=clean_env() | one.variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return sum(os.times()[2:4]) - before


if __name__ == "__main__":
    main()
