"""A job that needs something that somebody else has locked waits for it, for some minutes, and says so."""

import fcntl
import os
import struct
import time
from collections.abc import Callable, Collection
from contextlib import suppress

PATIENCE = 15 * 60
LOOK_EVERY = 1
LOCKS = {"dpkg": ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock")}
FLOCK = struct.Struct("hhqqi")  # kind, whence, start, length, pid


def hindrance(needs: Collection[str]) -> str | None:
    """`apt-get (pid 812) has locked /var/lib/dpkg/lock-frontend`. What we do not know is never locked."""
    for path in (path for need in needs for path in LOCKS.get(need, ())):
        if (who := owner(path)) is not None:
            return f"{who} has locked {path}"
    return None


def owner(path: str) -> str | None:
    """Who has a lock on the file of the kind that dpkg and apt take."""
    question = FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    try:
        with open(path, "rb") as file:
            kind, _, _, _, pid = FLOCK.unpack(fcntl.fcntl(file, fcntl.F_GETLK, question))
    except OSError:
        return None
    return None if kind == fcntl.F_UNLCK else called(pid)


def called(pid: int) -> str:
    with suppress(OSError), open(f"/proc/{pid}/comm") as comm:
        return f"{comm.read().strip()} (pid {pid})"
    return "another process"


def wait(needs: Collection[str], say: Callable[[str], None], pause: Callable[[float], bool]) -> str | None:
    """Until nothing hinders any more, or `pause` says that it is enough. A sentence: it was hindered to the end."""
    if (why := hindrance(needs)) is None:
        return None
    begun = time.monotonic()
    say(f"{why}; waiting for that, for up to {PATIENCE // 60} minutes")
    while why is not None and pause(LOOK_EVERY):
        if time.monotonic() - begun >= PATIENCE:
            return f"{why}, and for {PATIENCE // 60} minutes something had"
        why = hindrance(needs)
    say(f"waited {time.monotonic() - begun:.0f} s")
    return None
