"""Brings a job to life: its script and terms in memory, a lock and a bell, and somebody who bears its supervisor."""

import json
import math
import os
import pwd
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyprnode.jobs import deferral, secrets, shell, unit
from hyprnode.jobs.bell import Bell
from hyprnode.jobs.demise import KILL_SECONDS
from hyprnode.jobs.journal import file_name
from hyprnode.memory import in_memory
from hyprnode.nursery import Nursery
from hyprwire import Job
from hyprwire.jobs import KILL_GRACE_SECONDS, TIMEOUT_SECONDS

JOB_ENV_FILE = Path("/etc/hyprbox/job.env")
NEWEST_KEPT = 1024 * 1024
SMALLEST_OUTPUT = 4096
PARTING_SECONDS = 2
OVERTIME = 60  # seconds beyond all that a supervisor keeps to itself, before systemd ends it

Bearer = Callable[[str, float, Sequence[int]], None]
"""Starts a supervisor, under this name, for so many seconds at most, with these descriptors. OSError."""


@dataclass(frozen=True)
class Born:
    """A job that is all there, bash standing at its gate, and waits for the word that it may run."""

    bell: Bell
    word: int

    def begin(self) -> None:
        with suppress(BrokenPipeError):  # somebody killed it meanwhile, which its follower will see
            os.write(self.word, b"go")
        os.close(self.word)

    def give_up(self) -> None:
        """Nothing of it has run, and when this returns nothing of it is left."""
        os.close(self.word)
        with self.bell:
            self.bell.wait_for_end(PARTING_SECONDS)


def terms(job: Job, spool: str, token: str) -> dict[str, Any]:
    """What a supervisor is to keep to, as plain values: it knows nothing of the wire."""
    tail = tail_of(job)
    env = environment(job)
    return {
        "name": unit_name(job.id),
        "spool": spool,
        "env": env,
        "secrets": [form.decode("latin-1") for form in secrets.forms_of_all(token, env, job.redact)],
        "waitFor": job.waitFor,
        "timeoutSeconds": sensible(job.timeoutSeconds, TIMEOUT_SECONDS),
        "killGraceSeconds": sensible(job.killGraceSeconds, KILL_GRACE_SECONDS),
        "head": max(job.maxOutputBytes, SMALLEST_OUTPUT) - tail,
        "tail": tail,
    }


def unit_name(job_id: str) -> str:
    return f"hyprnode-job-{file_name(job_id)}"


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


def bear(bearer: Bearer, job: Job, token: str, holder: int, spool: str) -> Born:
    """Takes over `holder`. `token` is not to appear in the output. OSError: there is no room for another process."""
    agreed = terms(job, spool, token)
    order = in_memory("order", json.dumps(agreed).encode())
    script = in_memory("script", shell.fodder(job.script))
    listening, ringing = os.pipe()
    hearing, word = os.pipe()
    os.set_blocking(listening, False)
    try:
        bearer(agreed["name"], longest(agreed), [order, script, holder, ringing, hearing])
    except BaseException:
        os.close(listening)
        os.close(word)
        raise
    finally:
        for fd in (order, script, holder, ringing, hearing):
            os.close(fd)
    return Born(Bell(listening), word)


def longest(agreed: dict[str, Any]) -> float:
    waiting = deferral.PATIENCE if agreed["waitFor"] else 0
    running: float = agreed["timeoutSeconds"] + agreed["killGraceSeconds"] + KILL_SECONDS
    return waiting + running + OVERTIME


def outside_or_in(nursery: Nursery) -> Bearer:
    """By systemd, outside of the agent and all its limits; where that is not to be had, in the nursery."""

    def bear(name: str, seconds: float, fds: Sequence[int]) -> None:
        if not unit.start(name, seconds, fds):
            nursery.bear("supervisor", fds)

    return bear
