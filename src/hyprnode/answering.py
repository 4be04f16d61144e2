"""Who is on the host may ask the running agent how it is: over a Unix socket that only its own user can open."""

import hashlib
import json
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

from hyprnode.config import Config
from hyprnode.host import Host
from hyprnode.jobs.place import NoPlace, Place
from hyprnode.now import Now
from hyprnode.say import say

SECONDS = 5


def start(now: Now) -> None:
    """An agent that cannot be asked works all the same."""
    try:
        listening = listen(address(now.agent.config, now.agent.host))
    except (OSError, NoPlace) as error:
        say(f"nobody can ask for the status: {error}")
        return
    Thread(target=answer, args=(listening, now.tell), name="status", daemon=True).start()


def address(config: Config, host: Host) -> Path:
    """Where jobs' output is kept: in memory, so that it is there on a full disk too. NoPlace."""
    name = hashlib.sha256(config.node_id.encode()).hexdigest()[:12]
    return Path(Place(config, host).directory()) / f".status-{name}"


def listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    with _short(path) as name:
        listening.bind(name)
    path.chmod(0o600)  # the folder is closed already
    listening.listen()
    return listening


def answer(listening: socket.socket, tell: Callable[[], dict[str, Any]]) -> None:
    while True:
        asking, _ = listening.accept()
        with asking, suppress(OSError):
            asking.settimeout(SECONDS)
            asking.sendall(json.dumps(tell()).encode())


def ask(path: Path) -> dict[str, Any]:
    """OSError when nobody answers; ValueError when it is not one of us."""
    with socket.socket(socket.AF_UNIX) as asking, _short(path) as name:
        asking.settimeout(SECONDS)
        asking.connect(name)
        said = b"".join(iter(lambda: asking.recv(65536), b""))
    told: dict[str, Any] = json.loads(said)
    return told


class _short:
    """A path of any length: a socket's address holds 107 bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> str:
        self.folder = os.open(self.path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        return f"/proc/self/fd/{self.folder}/{self.path.name}"

    def __exit__(self, *error: object) -> None:
        os.close(self.folder)
