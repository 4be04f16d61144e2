"""Keeps a job's output, bounded whatever the script prints: the first part whole, then only the newest."""

import os
from io import FileIO

from hyprnode.jobs.spool import Spool


class Recorder:
    def __init__(self, spool: Spool, head: int, tail: int) -> None:
        """`head` bytes are kept from the start, and at least the last `tail`."""
        self.spool = spool
        self.room = head
        self.segment = tail
        self.number = -1
        self.total = 0
        self.is_full = False
        self.file = self._open("head")

    def write(self, output: bytes) -> None:
        self.total += len(output)
        if self.is_full:
            return
        try:
            self._keep(memoryview(output))
        except OSError:  # no room left: the script goes on, and the report will say how much is missing
            self.is_full = True

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
        if self.number >= 2:
            os.unlink(self.spool.file(f"tail-{self.number - 2}"))

    def _open(self, name: str) -> FileIO:
        descriptor = os.open(self.spool.file(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        return FileIO(descriptor, "wb")
