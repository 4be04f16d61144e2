"""The agent's files: who may read them, whether they can be written, and what the journal says of itself."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from hyprnode import execlock, service
from hyprnode.config import Config
from hyprnode.doctor.check import Check, broken, to_mend, well
from hyprnode.host import Host
from hyprnode.jobs.ledger import Ledger
from hyprnode.jobs.place import NoPlace, Place
from hyprnode.values import BadSetting

LEAST_SPOOL = 64 * 1024 * 1024
MIB = 1024 * 1024


def look(config: Config, host: Host) -> Iterator[Check]:
    yield token(config)
    for path in (service.FILE, config.token_file):
        if path is not None and path.exists():
            yield closed(path)
    yield state(config.state_dir)
    yield journal(Ledger(config.state_dir))
    yield spool(config, host)
    yield lock()


def token(config: Config) -> Check:
    try:
        text = config.bearer()
    except (OSError, BadSetting) as error:
        return broken("token", f"the token cannot be read: {error}")
    if not text:
        return to_mend("token", "there is none, expected HYPRBOX_NODE_TOKEN or HYPRBOX_NODE_TOKEN_FILE")
    if not text.startswith("hbnt_"):
        return to_mend("token", "it does not begin with hbnt_, as node tokens do")
    return well("token", f"hbnt_…, {len(text)} characters")


def closed(path: Path) -> Check:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return to_mend("file", f"{path} has mode {mode:04o}, expected 0600: others can read the token or change it")
    return well("file", f"{path} is closed to others")


def state(path: Path) -> Check:
    if not path.is_dir():
        return to_mend("state", f"HYPRBOX_STATE_DIR {path} is not there yet; the agent makes it when it starts")
    if not os.access(path, os.W_OK):
        return broken("state", f"HYPRBOX_STATE_DIR {path} cannot be written: a restarted agent would forget its jobs")
    free = os.statvfs(path)
    if free.f_bavail == 0 or (free.f_files and free.f_favail == 0):
        return to_mend("state", f"the file system of {path} is full: the journal is kept in memory meanwhile")
    if path.stat().st_mode & 0o022:
        return to_mend("state", f"HYPRBOX_STATE_DIR {path} can be written by others, expected mode 0700")
    return well("state", f"{path} can be written, {free.f_bavail * free.f_frsize // MIB} MiB are free")


def journal(ledger: Ledger) -> Check:
    if (number := ledger.broken_at()) is not None:
        return to_mend("journal", f"{ledger.path} was changed: its line {number} does not follow from the one before")
    return well("journal", f"{ledger.head().seq} lines, each follows from the one before")


def spool(config: Config, host: Host) -> Check:
    try:
        path = Place(config, host).directory()
    except NoPlace as sentence:
        return broken("spool", f"{sentence}: no job can run")
    free = os.statvfs(path)
    size = free.f_bavail * free.f_frsize
    if free.f_blocks and size < LEAST_SPOOL:
        return to_mend("spool", f"{path} has {size // MIB} MiB left, expected {LEAST_SPOOL // MIB} for jobs' output")
    return well("spool", f"{path} takes the output of jobs, {size // MIB} MiB are free")


def lock() -> Check:
    return to_mend("exec lock", execlock.sentence()) if execlock.is_there() else well("exec lock", "none")
