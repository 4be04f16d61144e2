"""What an idle agent costs, all of its processes together, beside others of its kind: in one table, from one run.

HYPRNODE_EXECUTABLE names the executable (else the one in dist), PEERS a folder with unpacked packages of peers.
"""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench import peers, start
from bench.idle import cpu_of_all, memory_of_all
from bench.pair import agent, machine
from bench.table import show
from hyprbox.people.model import Role
from tests.servers import clean_env, serving, wait_until

SECONDS = int(os.environ.get("SECONDS_IDLE", "300"))
SETTLE = 20  # by then the first beat and the first scan are over
ROOT = Path(__file__).parent.parent
SOURCE = [sys.executable, "-m", "hyprnode"]


def main() -> None:
    rows = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        started = dict(ours(stack, folder) | others(stack, folder))
        time.sleep(SETTLE)
        before = {name: cpu_of_all(pid) for name, (pid, _) in started.items()}
        time.sleep(SECONDS)
        for name, (pid, program) in started.items():
            used = (cpu_of_all(pid) - before[name]) * 3600 / SECONDS
            rss, pss = memory_of_all(pid)
            size = f"{program.stat().st_size / 1e6:.1f}" if program else ""
            rows.append((name, size, *starts(name), f"{rss:.1f}", f"{pss:.1f}", f"{used:.2f}"))
    headings = ("agent", "file MB", "first heartbeat ms, cold", "warm", "RSS MB", "PSS MB", "CPU s/h idle")
    show(f"Idle agents, {SECONDS} s, no scan among them; {machine()}", headings, rows)
    show(
        "One scan with all scanners",
        ("agent", "CPU s"),
        [(name, f"{scan(command):.2f}") for name, command in commands().items()],
    )


def commands() -> dict[str, list[str]]:
    made = [str(path) for path in sorted(ROOT.glob("dist/hyprnode-*-linux-x86_64"))]
    executable = os.environ.get("HYPRNODE_EXECUTABLE") or next(iter(made), "")
    return ({"hyprnode, executable": [executable]} if executable else {}) | {"hyprnode, source": SOURCE}


def ours(stack: ExitStack, folder: Path) -> dict[str, tuple[int, Path | None]]:
    """At their default cadences."""
    server = stack.enter_context(serving(folder))
    admin = stack.enter_context(server.client(server.key(Role.ADMIN)))
    token = server.token("--fleet")
    found: dict[str, tuple[int, Path | None]] = {}
    for number, (name, command) in enumerate(commands().items()):
        process = stack.enter_context(agent(server.url, token, f"n-{number}", folder, command=command))
        found[name] = process.pid, Path(command[0]) if len(command) == 1 else None
    wait_until(lambda: len(admin.get("/api/nodes", params={"status": "ONLINE"}).json()["items"]) == len(found))
    return found


def others(stack: ExitStack, folder: Path) -> dict[str, tuple[int, Path | None]]:
    return {
        name: (stack.enter_context(peers.running(command(program, folder))).pid, program)
        for name, (program, command) in peers.installed().items()
    }


def starts(name: str) -> tuple[str, str]:
    command = commands().get(name)
    if command is None:
        return "", ""
    return f"{start.until_heartbeat(command, cold=True):.0f}", f"{start.until_heartbeat(command, cold=False):.0f}"


def scan(command: list[str]) -> float:
    before = sum(os.times()[2:4])
    subprocess.run([*command, "scan", "--json"], env=clean_env(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return sum(os.times()[2:4]) - before


if __name__ == "__main__":
    main()
