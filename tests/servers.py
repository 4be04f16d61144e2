"""A real control plane in a process of its own, and what a test needs to talk to it."""

import os
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from hyprbox.people.model import Role

popen = subprocess.Popen  # tests have a quicker one (tests/conftest.py)
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # without the authorities that every client reads otherwise, for 25 ms


@dataclass
class Server:
    url: str
    env: dict[str, str]
    process: subprocess.Popen
    log: Path
    keys: dict[Role, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def workers(self) -> list[int]:
        """The processes that serve for a server started with several."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def cli(self, *words: str, check: bool = True, remote: bool = False, stdin: str | None = None):
        """`hyprbox WORDS…` on the server's machine; with `remote` as an admin elsewhere."""
        env = self.env | ({"HYPRBOX_API_URL": self.url, "HYPRBOX_API_KEY": self.key(Role.ADMIN)} if remote else {})
        ran = run(*words, env=env, stdin=stdin)
        assert not check or ran.returncode == 0, ran.stderr
        return ran

    def key(self, role: Role) -> str:
        if role not in self.keys:
            self.keys[role] = self.cli("key", "create", "--name", f"test {role}", "--role", role).stdout.strip()
        return self.keys[role]

    def token(self, *words: str) -> str:
        return self.cli("token", "create", *words).stdout.strip()

    def restart(self) -> None:
        """Killed as by a power cut, then started again on the same port and database."""
        self.process.kill()
        self.process.wait()
        with self.log.open("ab") as sink:
            self.process = popen(self.process.args, env=self.env, stdout=sink, stderr=sink)
        wait_until(lambda: answers(self.url + "/ready"), self.process, self.log, seconds=60)

    def client(self, secret: str | None = None) -> httpx.Client:
        headers = {"authorization": f"Bearer {secret}"} if secret else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, verify=PLAIN)


@contextmanager
def serving(
    folder: Path, database_url: str | None = None, workers: int = 1, host: str = "127.0.0.1",
    program: str = "hyprbox", **variables: str,
):  # fmt: skip
    """Ready when it is handed out; ended, and its log free of faults, when it is given back."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    url = f"http://{host}:{port}"
    env = clean_env() | {"HYPRBOX_DATA_DIR": str(folder / "data"), "HYPRBOX_PUBLIC_URL": url} | variables
    if database_url:
        env["HYPRBOX_DATABASE_URL"] = database_url.replace("+psycopg", "")
    log = folder / "server.log"
    with log.open("ab") as sink:
        command = [sys.executable, "-m", program, "serve", "--port", str(port), "--workers", str(workers)]
        process = (popen if program == "hyprbox" else subprocess.Popen)(command, env=env, stdout=sink, stderr=sink)
    server = Server(url, env, process, log)
    try:
        wait_until(lambda: answers(url + "/ready"), process, log, seconds=60)
        yield server
    finally:
        server.process.terminate()
        server.process.wait(15)
    assert "Traceback" not in log.read_text(), log.read_text()[-4000:]


def run(*words: str, env: dict[str, str], stdin: str | None = None, seconds: float = 60) -> subprocess.CompletedProcess:
    """`hyprbox WORDS…` to its end."""
    command, pipe = [sys.executable, "-m", "hyprbox", *words], subprocess.PIPE
    with popen(command, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            out, err = process.communicate(stdin, timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def clean_env() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("HYPRBOX_")}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, verify=PLAIN).status_code == 200
    except httpx.HTTPError:
        return False


def wait_until(condition, process=None, log=None, seconds: float = 20):
    """What `condition` gives as soon as it is true; the log when the process ends or the time is up.

    Asking is work for both sides: the longer it has taken, the less an eighth of that matters.
    """
    start = time.monotonic()
    end = start + seconds
    while not (found := condition()):
        gone = process is not None and process.poll() is not None
        assert not gone, log.read_text()
        assert time.monotonic() < end, f"not within {seconds} s; {log.read_text()[-2000:] if log else ''}"
        time.sleep(min(max((time.monotonic() - start) / 8, 0.02), 0.25))
    return found
