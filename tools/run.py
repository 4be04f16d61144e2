"""`make run`: the control plane on this machine, and a real agent of this machine against it.

Everything it makes lies in ./data (HYPRBOX_DATA_DIR); Ctrl-C stops both.
"""

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

PORT = int(os.environ.get("PORT", "4000"))
URL = f"http://127.0.0.1:{PORT}"
HERE = Path(__file__).absolute().parent.parent
DATA = Path(os.environ.get("HYPRBOX_DATA_DIR") or HERE / "data").absolute()
# Of root: a key that everybody may read is found, and fixed, only where everybody could come to it.
IS_ROOT = os.geteuid() == 0
DEMONSTRATION = (
    Path(f"/var/lib/hyprbox-demonstration-{PORT}") if IS_ROOT else DATA / "demonstration"
) / "expires-in-five-days.pem"
BIN = Path(sys.executable).absolute().parent


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # also before all is up: else what is up would stay
    DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
    env = {**os.environ, "HYPRBOX_DATA_DIR": str(DATA), "HYPRBOX_PUBLIC_URL": URL}
    if taken():
        sys.exit(f"port {PORT} is in use, expected it to be free: stop what uses it, or say PORT=4001 make run")
    with demonstration(), running("hyprbox", "serve", "--port", str(PORT), env=env) as server:
        wait_for(server)
        with running("hyprnode", env=agent_env(env)) as agent:
            greet(env)
            stay(server, agent)


def agent_env(env: dict[str, str]) -> dict[str, str]:
    """Short intervals, state and spool beside the database, and a token pinned to this machine's name."""
    node_id = os.environ.get("HYPRBOX_NODE_ID") or socket.gethostname()
    return {
        **without_settings(os.environ),
        "HYPRBOX_API_URL": URL,
        "HYPRBOX_NODE_ID": node_id,
        "HYPRBOX_NODE_TOKEN": hyprbox(env, "token", "create", "--node", node_id, "--name", "make run").strip(),
        "HYPRBOX_INTERVAL": "10s",
        "HYPRBOX_SCAN_INTERVAL": "1m",
        "HYPRBOX_STATE_DIR": str(DATA / "agent"),
        "HYPRBOX_TLS_PATHS": f"/etc/letsencrypt/live/*/fullchain.pem:/etc/ssl/certs/hyprbox/*.crt:{DEMONSTRATION}",
    }


def greet(env: dict[str, str]) -> None:
    print(f"\n  HyprBox runs on {URL}\n\n{how_to_sign_in(env)}\n", flush=True)
    print("  An agent of this machine reports to it. Ctrl-C stops both.\n", flush=True)
    key = local("key create --name me --role admin")
    print("  On the command line, in another terminal:", flush=True)
    print(f"  export HYPRBOX_API_URL={URL} HYPRBOX_API_KEY=$({key})", flush=True)
    print(f"  {shown(BIN)}/hyprbox node list\n", flush=True)


def shown(path: Path) -> str:
    """As somebody in this checkout would type it."""
    return shlex.quote(str(path.relative_to(HERE) if path.is_relative_to(HERE) else path))


def local(words: str) -> str:
    """As it is typed in another terminal, where variables of this one say nothing."""
    return f"HYPRBOX_DATA_DIR={shown(DATA)} {shown(BIN)}/hyprbox {words}"


def how_to_sign_in(env: dict[str, str]) -> str:
    """A link, until there is a password: a new link would take it away, and sign out whoever is in."""
    people = {person["name"]: person for person in json.loads(hyprbox(env, "user", "list", "--json"))}
    if "admin" in people and people["admin"]["hasPassword"]:
        return f"  Sign in as admin. If you have lost the password:\n  {local('user reset admin')}"
    words = ("reset", "admin") if "admin" in people else ("create", "admin", "--role", "admin")
    return f"  Sign in once, within 15 minutes:\n  {hyprbox(env, 'user', *words).strip()}"


@contextmanager
def demonstration() -> Iterator[None]:
    """A fresh machine has no certificate that is about to expire; this one says what it is in its name.

    For root its key lies open, so that there is something that can be fixed at once. It all goes in the end.
    """
    make_demonstration()
    try:
        yield
    finally:
        shutil.rmtree(DEMONSTRATION.parent, ignore_errors=True)


def make_demonstration() -> None:
    DEMONSTRATION.parent.mkdir(mode=0o755, exist_ok=True)
    name = "/O=HyprBox demonstration, made by make run/CN=demonstration.invalid"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "6", "-subj", name]
    key = DEMONSTRATION.with_suffix(".key")
    subprocess.run([*command, "-keyout", str(key), "-out", str(DEMONSTRATION)], check=True, capture_output=True)
    if IS_ROOT:
        key.chmod(0o644)
    else:
        key.unlink()


def hyprbox(env: dict[str, str], *words: str) -> str:
    local = {name: value for name, value in env.items() if name not in ("HYPRBOX_API_URL", "HYPRBOX_API_KEY")}
    return subprocess.run([str(BIN / "hyprbox"), *words], env=local, check=True, capture_output=True, text=True).stdout


def without_settings(environ: os._Environ[str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not name.startswith("HYPRBOX_")}


@contextmanager
def running(command: str, *words: str, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """In a process group of its own, so that Ctrl-C reaches us alone and they are stopped in order."""
    process = subprocess.Popen([str(BIN / command), *words], env=env, start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def taken() -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return True
    return False


def wait_for(server: subprocess.Popen[bytes], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            with urlopen(f"{URL}/ready", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    sys.exit("the control plane did not start; what it said stands above")


def stay(*processes: subprocess.Popen[bytes]) -> None:
    """Until Ctrl-C or until one of them ends by itself."""
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(0.2)
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
