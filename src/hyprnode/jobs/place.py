"""Where spools live: in memory, since output may hold secrets that must not reach a disk, and closed to others."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from hyprnode.config import Config
from hyprnode.host import Host

MEMORY_BACKED = ("tmpfs", "ramfs")
SHARED_MEMORY = "/dev/shm"


class NoPlace(Exception):
    """No directory will do; the sentence says what is expected."""


@dataclass
class Place:
    config: Config
    host: Host
    chosen: str | None = None

    def directory(self) -> str:
        """The first that is ours, made if need be; looked at each time, for it may be gone by then. NoPlace."""
        if self.chosen is None or not is_ours(self.chosen):
            self.chosen = next(filter(is_ours, candidates(self.config, self.host)), None)
        if self.chosen is None:
            raise NoPlace(sentence(self.config))
        return self.chosen


def sentence(config: Config) -> str:
    if config.spool_dir is not None:
        return f"HYPRBOX_SPOOL_DIR is '{config.spool_dir}', expected a directory that only the agent's user can write"
    return "there is no place in memory for a job's output, expected a tmpfs or HYPRBOX_SPOOL_DIR"


def candidates(config: Config, host: Host) -> Iterator[str]:
    if config.spool_dir is not None:
        yield str(config.spool_dir)
        return
    mounts = host.text("/proc/self/mountinfo") or ""
    runtime = config.runtime_dir.split(":")[0]
    mine = f"{SHARED_MEMORY}/hyprnode-{os.getuid()}"
    unforeseen = f"{mine}-{os.urandom(8).hex()}"  # should somebody else have taken our name there
    for path in (runtime, "/run/hyprnode", mine, unforeseen):
        if path and file_system(path, mounts) in MEMORY_BACKED:
            yield path


def file_system(path: str, mountinfo: str) -> str:
    """Of the mount that `path` lies in; `mountinfo` as /proc/self/mountinfo, where later lines cover earlier ones."""
    found, kind = "", ""
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        point = left.split(" ")[4].encode().decode("unicode_escape")
        if len(point) >= len(found) and (path + "/").startswith(point.rstrip("/") + "/"):
            found, kind = point, right.split(" ")[0]
    return kind


def is_ours(path: str) -> bool:
    """/dev/shm is open to all: a directory or link that somebody else put there is not to be trusted."""
    try:
        os.makedirs(path, 0o700, exist_ok=True)
        there = os.lstat(path)
    except OSError:
        return False
    is_closed = stat.S_ISDIR(there.st_mode) and there.st_uid == os.geteuid() and not there.st_mode & 0o022
    return is_closed and os.access(path, os.W_OK | os.X_OK)
