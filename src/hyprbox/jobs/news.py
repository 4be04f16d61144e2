"""What is new of a job: said to who follows it along with the word that there is something, so that he need not ask."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect

from hyprbox.jobs.model import Job

READ_AT_ONCE = 256 * 1024  # of a job's output; who follows it paints that in the event loop


@dataclass(frozen=True, slots=True)
class News:
    """`data` is what it printed from `offset` on."""

    job: Job
    offset: int
    data: bytes

    @property
    def end(self) -> int:
        return self.offset + len(self.data)


def told(found: Any, offset: int) -> News | None:
    """What came with the word, if it goes on where the follower is, and the job is wholly in it."""
    if isinstance(found, News) and found.offset == offset and not inspect(found.job).unloaded:
        return found
    return None
