"""Where spools live: in memory, since output may hold secrets that must not reach a disk, and closed to others."""

import os
import secrets
import stat
from collections.abc import Iterator

from hyprnode.config import Config
from hyprnode.host import Host

MEMORY_BACKED = ("tmpfs", "ramfs")
SHARED_MEMORY = "/dev/shm"


class NoPlace(Exception):
    """There is no memory-backed directory; the sentence says what to do."""


def choose(config: Config, host: Host) -> str:
    """The first place that is ours; made if need be."""
    mounts = host.text("/proc/self/mountinfo") or ""
    for path in candidates(config, mounts):
        if is_ours(path):
            return path
    raise NoPlace("no memory-backed directory for job output, expected a tmpfs at /dev/shm or HYPRBOX_SPOOL_DIR")


def candidates(config: Config, mounts: str) -> Iterator[str]:
    if config.spool_dir is not None:
        yield str(config.spool_dir)
        return
    runtime = config.runtime_dir.split(":")[0]
    mine = f"{SHARED_MEMORY}/hyprnode-{os.getuid()}"
    for path in (runtime, "/run/hyprnode", mine, f"{mine}-{secrets.token_hex(8)}"):
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
        if not stat.S_ISDIR(there.st_mode) or there.st_uid != os.geteuid():
            return False
        os.chmod(path, 0o700)
    except OSError:
        return False
    return os.access(path, os.W_OK | os.X_OK)
