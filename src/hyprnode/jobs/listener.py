"""Hears a job out: what it prints is cleaned of secrets, kept, and rung for."""

import os
import select
from contextlib import suppress
from math import inf
from typing import Any

from hyprnode.jobs.brake import Brake
from hyprnode.jobs.recorder import Recorder
from hyprnode.jobs.redactor import Redactor
from hyprnode.jobs.spool import Spool

PIECE = 65536
BRAKED_SECONDS = 0.01


class Listener:
    def __init__(self, spool: Spool, terms: dict[str, Any], bell: int) -> None:
        """`bell` is a pipe to the agent, which may be gone."""
        self.redactor = Redactor(secret.encode("latin-1") for secret in terms["secrets"])
        self.recorder = Recorder(spool, terms["head"], terms["tail"])
        self.brake = Brake(spool)
        self.bell = bell
        self.output = -1
        self.is_open = False

    @property
    def total(self) -> int:
        """Bytes, as they were kept."""
        return self.recorder.total

    def attach(self, output: int) -> None:
        """From now on to what comes from there."""
        self.output = output
        self.is_open = True

    def say(self, text: str) -> None:
        """A word of our own between the job's."""
        self._keep(f"[hyprnode: {text}]\n".encode())

    def patience(self, poll: select.poll, now: float, may_brake: bool) -> float:
        """How soon to look again, besides what `poll` tells: it tells nothing of output while the brake is on."""
        is_braked = may_brake and self.is_open and self.brake.is_on(self.total, now)
        if self.is_open:
            poll.modify(self.output, 0 if is_braked else select.POLLIN)
        return BRAKED_SECONDS if is_braked else inf

    def hear(self) -> None:
        """One piece, or that there will be no more."""
        output = os.read(self.output, PIECE)
        self._keep(self.redactor.feed(output))
        self.is_open = bool(output)

    def finish(self) -> None:
        self._keep(self.redactor.flush())

    def _keep(self, output: bytes) -> None:
        if output:
            self.recorder.write(output)
            self.ring()

    def ring(self) -> None:
        """Tells the agent to look; it may be gone, or know already."""
        with suppress(BlockingIOError, BrokenPipeError):
            os.write(self.bell, b"!")
