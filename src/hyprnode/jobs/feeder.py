"""Feeds bash its script from memory through a pipe, never waiting, and opens the gate when the last byte is in and the
job may run, whichever comes later.
"""

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
        self.may_run = False
        self.word = shell.OPEN_GATE

    def pump(self) -> None:
        """As much as fits."""
        try:
            while chunk := os.pread(self.script, CHUNK, self.position):
                self.position += os.write(self.pipe, chunk)
        except BlockingIOError:
            return
        except BrokenPipeError:  # bash is gone, or closed its standard input
            self.word = b""
        os.close(self.pipe)
        os.close(self.script)
        self.is_done = True
        self._open_gate()

    def let_run(self) -> None:
        self.may_run = True
        self._open_gate()

    def _open_gate(self) -> None:
        """The end of the script comes before the word that it was the end."""
        if self.is_done and self.may_run:
            with suppress(BrokenPipeError):
                os.write(self.gate, self.word)
            os.close(self.gate)
