"""What the kernel has said lately, from its own buffer."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from hyprnode.host import Host, shared, uptime

BUFFER = "/dev/kmsg"
A_DAY = 24 * 3600
LARGEST = 8192  # a record
MOST = 50_000


@dataclass(frozen=True)
class Said:
    """`ago` in seconds."""

    ago: float
    text: str


@shared
def last_day(host: Host) -> list[Said]:
    """PermissionError where only root may read it, FileNotFoundError where there is none, as in containers."""
    now = uptime(host) or 0
    records = (parse(line, now) for line in lines(host))
    return [said for said in records if said and said.ago < A_DAY]


def lines(host: Host) -> Iterator[str]:
    """One for each read; a record that was overwritten meanwhile is none. Never waits for the next."""
    fd = os.open(host.path(BUFFER), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        for _ in range(MOST):
            try:
                record = os.read(fd, LARGEST)
            except BlockingIOError:
                return
            except BrokenPipeError:
                continue
            if not record:
                return
            yield from record.decode("utf-8", "replace").splitlines()
    finally:
        os.close(fd)


def parse(line: str, now: float) -> Said | None:
    """`priority,number,microseconds since the start,flags;text`. What a program put there is not the kernel's word."""
    head, _, text = line.partition(";")
    fields = head.split(",")
    if len(fields) < 3 or not fields[0].isdecimal() or int(fields[0]) >> 3 != 0:
        return None
    return Said(now - int(fields[2]) / 1e6, text)
