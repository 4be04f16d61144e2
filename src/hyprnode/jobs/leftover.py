"""What is left of a job whose supervisor died: without it nobody keeps its time or hears what it says."""

import time
from typing import Any

from hyprnode.jobs.ending import survivors
from hyprnode.jobs.family import Family
from hyprnode.jobs.group import made_for_a_job

SECONDS = 5


def end(path: str) -> dict[str, Any]:
    """Ends all in the script's group, if it had one; what the report says of that."""
    group = made_for_a_job(path)
    if group is None:
        return {"errorMsg": "the job's supervisor died; what it had started may still run"}
    family = Family(None, group)
    until = time.monotonic() + SECONDS
    while family.members() and time.monotonic() < until:
        family.kill()
        time.sleep(0.05)
    return {"errorMsg": "the job's supervisor died; what it had started was ended", "survivors": survivors(family)}
