"""Keeps a job's output, bounded whatever the script prints: the first part whole, then only the newest.

Where there is little room the first part is shorter, and the newest is what there is room for.
"""

import os
from io import FileIO

from hyprnode.jobs.spool import Spool

LEAST_FREE = 32 * 1024 * 1024  # or a quarter of the place: others live from it too, systemd in /run for one


class Recorder:
    def __init__(self, spool: Spool, head: int, tail: int) -> None:
        """`head` bytes are kept from the start, and at least the last `tail`."""
        self.spool = spool
        self.room = head
        self.segment = tail
        self.number = -1
        self.total = 0
        self.file = self._open("head")

    def write(self, output: bytes) -> None:
        self.total += len(output)
        if self.number < 0 and is_scarce(self.file.fileno()):
            self.room = 0
        try:
            self._keep(memoryview(output))
        except OSError:  # no room at all: the report will say how much is missing
            self._start_over()

    def _keep(self, output: memoryview) -> None:
        while output:
            if self.room == 0:
                self._next_segment()
            written = self.file.write(output[: self.room])
            self.room -= written
            output = output[written:]

    def _next_segment(self) -> None:
        self.number += 1
        self.file.close()
        self.file = self._open(f"tail-{self.number}")
        self.room = self.segment
        self._drop(self.number - 2)

    def _start_over(self) -> None:
        """With nothing but what comes next, so that the newest part has no gap."""
        for number in (self.number - 1, self.number):
            self._drop(number)
        self.number = max(self.number, 0) + 1
        self.room = 0

    def _drop(self, number: int) -> None:
        self.spool.drop(f"tail-{number}")

    def _open(self, name: str) -> FileIO:
        descriptor = os.open(self.spool.file(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        return FileIO(descriptor, "wb")


def is_scarce(fd: int) -> bool:
    """Whether what is left must be left to others. Not everything can tell."""
    place = os.fstatvfs(fd)
    return place.f_blocks > 0 and place.f_bavail * place.f_frsize < min(
        LEAST_FREE, place.f_blocks * place.f_frsize // 4
    )
