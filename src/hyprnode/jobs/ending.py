"""How a job ended, in the words of the report."""

import os
import resource
from typing import Any

from hyprnode.jobs.family import Family

TIMEOUT_EXIT_CODE = 137
NAMED_SURVIVORS = 100


def exit_of(status: int | None, reason: str) -> dict[str, Any]:
    """The code as a shell says it, and the signal if there was one. Without a wait status it would not end at all."""
    if reason == "timeout":
        return {"exitCode": TIMEOUT_EXIT_CODE}
    if status is None:
        return {"exitCode": None}
    code = os.waitstatus_to_exitcode(status)
    return {"exitCode": code} if code >= 0 else {"exitCode": 128 - code, "signal": -code}


def usage() -> dict[str, float]:
    """Of all the job's processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"cpuSeconds": round(used.ru_utime + used.ru_stime, 3), "maxRssBytes": used.ru_maxrss * 1024}


def survivors(family: Family) -> list[dict[str, Any]]:
    left = family.members()[:NAMED_SURVIVORS]
    return [{"pid": process.pid, "comm": process.comm, "state": process.state} for process in left]
