"""What is new of a job: said to who follows it along with the word that there is something, so that he need not ask."""

from dataclasses import dataclass
from typing import Any

from hyprbox.jobs.model import GOING_ON, Job

READ_AT_ONCE = 256 * 1024  # of a job's output; who follows it paints that in the event loop


@dataclass(frozen=True, slots=True)
class Standing:
    """How it is with a job: as much as its followers want to know."""

    state: str
    exit_code: int | None
    output_bytes: int

    @property
    def has_ended(self) -> bool:
        return self.state not in GOING_ON


@dataclass(frozen=True, slots=True)
class News:
    """`data` is what it printed from `offset` on."""

    job: Standing
    offset: int
    data: bytes

    @property
    def end(self) -> int:
        return self.offset + len(self.data)


def of(job: Job, offset: int, data: bytes) -> News:
    return News(Standing(job.state, job.exit_code, job.output_bytes), offset, data)


def told(found: Any, offset: int) -> News | None:
    """What came with the word, if it goes on where the follower is."""
    return found if isinstance(found, News) and found.offset == offset else None
