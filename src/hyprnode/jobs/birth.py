"""Brings a job to life: its script and terms in memory, a lock and a bell, and the nursery bears its supervisor."""

import json
import math
import os
import pwd
from pathlib import Path
from typing import Any

from hyprnode.jobs import shell
from hyprnode.jobs.bell import Bell
from hyprnode.memory import in_memory
from hyprnode.nursery import Nursery
from hyprwire import Job
from hyprwire.jobs import KILL_GRACE_SECONDS, TIMEOUT_SECONDS

JOB_ENV_FILE = Path("/etc/hyprbox/job.env")
NEWEST_KEPT = 1024 * 1024
SMALLEST_OUTPUT = 4096


def terms(job: Job, spool: str) -> dict[str, Any]:
    """What a supervisor is to keep to, as plain values: it knows nothing of the wire."""
    tail = tail_of(job)
    return {
        "spool": spool,
        "env": environment(job),
        "timeoutSeconds": sensible(job.timeoutSeconds, TIMEOUT_SECONDS),
        "killGraceSeconds": sensible(job.killGraceSeconds, KILL_GRACE_SECONDS),
        "head": max(job.maxOutputBytes, SMALLEST_OUTPUT) - tail,
        "tail": tail,
    }


def tail_of(job: Job) -> int:
    """The end of a long output, kept besides its start; of a small limit, half."""
    return min(NEWEST_KEPT, max(job.maxOutputBytes, SMALLEST_OUTPUT) // 2)


def sensible(seconds: float, otherwise: float) -> float:
    return seconds if 0 < seconds < math.inf else otherwise


def environment(job: Job) -> dict[str, str]:
    """ValueError names a variable that cannot be one."""
    try:
        site = JOB_ENV_FILE.read_text("utf-8", "replace")
    except OSError:
        site = ""
    return shell.environment(job.id, job.env, site, home())


def home() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:  # a container's user need not be in passwd
        return "/"


def bear(nursery: Nursery, job: Job, holder: int, spool: str) -> Bell:
    """Takes over `holder`. OSError: there is no room for another process."""
    order = in_memory("order", json.dumps(terms(job, spool)).encode())
    script = in_memory("script", shell.fodder(job.script))
    listening, ringing = os.pipe()
    os.set_blocking(listening, False)
    try:
        nursery.bear("supervisor", [order, script, holder, ringing])
    except BaseException:
        os.close(listening)
        raise
    finally:
        for fd in (order, script, holder, ringing):
            os.close(fd)
    return Bell(listening)
