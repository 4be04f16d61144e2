"""Feeds bash its script from memory through a pipe, never waiting, and opens the gate when the last byte is in."""

import os
from contextlib import suppress

from hyprnode.jobs import shell

CHUNK = 65536


class Feeder:
    def __init__(self, script: int, pipe: int, gate: int) -> None:
        self.script = script
        self.pipe = pipe
        self.gate = gate
        self.position = 0
        self.is_done = False

    def pump(self) -> None:
        """As much as fits."""
        try:
            while chunk := os.pread(self.script, CHUNK, self.position):
                self.position += os.write(self.pipe, chunk)
        except BlockingIOError:
            return
        except BrokenPipeError:  # bash is gone, or closed its standard input
            self._close(b"")
            return
        self._close(shell.OPEN_GATE)

    def _close(self, word: bytes) -> None:
        """The end of the script comes before the word that it was the end."""
        os.close(self.pipe)
        with suppress(BrokenPipeError):
            os.write(self.gate, word)
        os.close(self.gate)
        os.close(self.script)
        self.is_done = True
